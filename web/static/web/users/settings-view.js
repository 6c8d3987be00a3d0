/** Settings view: the current user's profile, pictures, privacy and notifications. */

import { askingButton } from "../dialog.js";
import { avatar, h, icon, runAction } from "../dom.js";
import { createForm } from "../form.js";
import { LiveComponent } from "../live-component.js";
import { buildRequestBody, MediaInput } from "../media.js";
import { TextField } from "../text-field.js";
import { AccountSettings, UsernameForm } from "./account-settings.js";
import { DataExport } from "./data-export.js";
import { ProfileLinks } from "./profile-links.js";

/** @typedef {import("../context.js").ViewContext} ViewContext */

/** @type {Record<string, [string, string, number]>} label, type and maximum number of characters by field */
const PROFILE_FIELDS = {
  display_name: ["Name", "text", 40],
  pronouns: ["Pronouns", "text", 40],
  bio: ["About you", "textarea", 500],
  quote: ["Quote", "textarea", 300],
  work: ["Work", "text", 100],
  school: ["School", "text", 100],
  location: ["Location", "text", 100],
  facebook: ["Facebook", "link", 200],
  instagram: ["Instagram", "link", 200],
  twitter: ["Twitter", "link", 200],
  youtube: ["YouTube", "link", 200],
};
const PROFILE_FIELD_NAMES = Object.keys(PROFILE_FIELDS);
/** @type {Record<string, string>} */
const MESSAGING_LABELS = { everyone: "Everyone", following: "People you follow", nobody: "No one" };
const PENDING_LABELS = { accept: "Accept all of them", keep: "Keep them waiting" };
/** @type {Record<string, string>} */
const NOTIFICATION_LABELS = {
  comment: "Comments on your posts",
  reply: "Replies to your comments",
  reaction: "Reactions to your posts",
  comment_reaction: "Reactions to your comments",
  follow: "New followers",
  follow_request: "Follow requests",
  follow_accepted: "Accepted follow requests",
  mention: "Mentions of you",
  message: "Messages",
};
const MAX_IMAGES = 100; // of one request

class ProfileForm extends LiveComponent {
  /** @type {Record<string, string>} */ #savedValues = Object.fromEntries(PROFILE_FIELD_NAMES.map((name) => [name, ""]));

  /** @param {ViewContext} context */
  constructor({ api, signal }) {
    /** @type {Record<string, any>} */ const fields = {};
    const textFields = /** @type {TextField[]} */ ([]);
    for (const [name, [, type, maxCharacters]] of Object.entries(PROFILE_FIELDS)) {
      const attributes = { id: `profile-${name}`, name };
      // Not of type `url`: the server adds the scheme to an address without one.
      const inputmode = type === "link" ? "url" : null;
      fields[name] = type === "textarea" ? h("textarea", { ...attributes, rows: 3 }) : h("input", { ...attributes, inputmode });
      textFields.push(new TextField(fields[name], { maxCharacters }));
    }
    const labeledFields = textFields.map(({ field, counter }) => {
      return h("div", {}, h("label", { for: field.id }, PROFILE_FIELDS[field.name][0]), field, counter);
    });
    const save = () => api.patch("users/me", Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value.trim()])));
    super(createForm("Profile", labeledFields, save), signal);
    this.api = api;
    this.fields = fields;
    this.element = h("div", {}, this.errorElement, this.container);
  }

  async load() {
    await this.runLoad(async () => {
      const { data } = await this.api.get("users/me");
      this.#fill(data);
    });
  }

  /** Another device may change the profile as well. @param {import("../mysocial.js").ServerEvent} event */
  applyEvent({ type, data }) {
    if (type === "user.updated") this.#fill(data);
  }

  /** Fills the fields, except those with unsaved changes. @param {any} profile */
  #fill(profile) {
    for (const [name, field] of Object.entries(this.fields)) {
      if (field.value === this.#savedValues[name]) field.value = profile[name];
    }
    this.#savedValues = Object.fromEntries(PROFILE_FIELD_NAMES.map((name) => [name, profile[name]]));
  }
}

class PictureSettings extends LiveComponent {
  /** @param {ViewContext} context */
  constructor({ api, signal, currentUser }) {
    super(h("section", { class: "card fields" }), signal);
    this.api = api;
    this.currentUser = currentUser;
    this.pictures = h("div", { class: "profile-pictures" });
    this.status = h("p", { class: "dim", role: "status" });
    const uploads = [this.#createUpload("profile", "New picture"), this.#createUpload("background", "New background")];
    const removeButtons = [
      this.#createRemoveButton("avatar_url", "users/me/images", "Remove picture"),
      this.#createRemoveButton("background_url", "users/me/images/background", "Remove background"),
    ];
    const row = h("div", { class: "row" }, ...uploads, ...removeButtons);
    this.container.append(h("h2", {}, "Pictures"), this.pictures, row, this.status, this.errorElement);
    this.element = this.container;
  }

  /** @param {"profile" | "background"} purpose @param {string} label */
  #createUpload(purpose, label) {
    const upload = () => runAction(input.button, this.errorElement, async () => {
      await this.api.post(`users/me/images/${purpose}`, buildRequestBody(input.fields));
      input.clear();
      this.status.textContent = "Your picture will appear when it has been processed.";
    });
    const input = new MediaInput({ label, onChange: () => input.file && upload() });
    input.button.replaceChildren(icon("picture"), label, input.input);
    return input.button;
  }

  /** @param {"avatar_url" | "background_url"} urlField @param {string} path @param {string} label */
  #createRemoveButton(urlField, path, label) {
    const remove = async () => {
      const { data } = await this.api.get(`users/${this.currentUser.id}/images`, { limit: MAX_IMAGES });
      const image = data.images.find((/** @type {any} */ { url }) => url === this.profile?.[urlField]);
      if (image) await this.api.delete(`${path}/${image.id}`);
    };
    return askingButton(label, { title: `${label}?`, text: "The picture is deleted for good.", confirmLabel: "Remove", action: remove });
  }

  async load() {
    await this.runLoad(async () => {
      const { data } = await this.api.get("users/me");
      this.#showProfile(data);
    });
  }

  /** @param {import("../mysocial.js").ServerEvent} event */
  applyEvent({ type, data }) {
    if (type === "image.failed") this.status.textContent = data.error;
    if (type !== "user.updated") return;
    const hasNewPicture = data.avatar_url !== this.profile?.avatar_url || data.background_url !== this.profile?.background_url;
    if (hasNewPicture) this.status.textContent = "";
    this.#showProfile(data);
  }

  /** @param {any} profile */
  #showProfile(profile) {
    this.profile = profile;
    const background = profile.background_url && h("img", { class: "background", src: profile.background_url, alt: "Your background" });
    this.pictures.replaceChildren(background || "", avatar(profile, "large"));
  }
}

/** @param {string} id */
const createCheckbox = (id) => h("input", { type: "checkbox", id });

class PreferenceForms extends LiveComponent {
  /** @param {ViewContext} context */
  constructor({ api, signal }) {
    const isPrivate = createCheckbox("is-private");
    const showsPresence = createCheckbox("shows-presence");
    const showsInLeaderboards = createCheckbox("shows-in-leaderboards");
    const options = Object.entries(MESSAGING_LABELS).map(([value, label]) => h("option", { value }, label));
    const messaging = h("select", { id: "messaging" }, ...options);
    const checkboxRow = (/** @type {any} */ checkbox, /** @type {string} */ label) =>
      h("div", { class: "checkbox-row" }, checkbox, h("label", { for: checkbox.id }, label));
    const pending = h("select", { id: "pending-requests" }, ...Object.entries(PENDING_LABELS).map(([value, label]) => h("option", { value }, label)));
    const pendingRow = h("div", { hidden: true }, h("label", { for: "pending-requests" }, "Requests to follow you that wait"), pending);
    let wasPrivate = false;
    const showPending = () => (pendingRow.hidden = !wasPrivate || isPrivate.checked);
    isPrivate.addEventListener("change", showPending);
    const privacyFields = [
      checkboxRow(isPrivate, "Private account: people have to ask before they can follow you"),
      pendingRow,
      checkboxRow(showsPresence, "Show when you are online"),
      checkboxRow(showsInLeaderboards, "Show you among the most followed and most active members"),
      h("div", {}, h("label", { for: "messaging" }, "Who can message you"), messaging),
    ];
    const savePrivacy = async () => {
      const shown = { shows_presence: showsPresence.checked, shows_in_leaderboards: showsInLeaderboards.checked };
      const body = { is_private: isPrivate.checked, who_may_message: messaging.value, ...shown };
      const opens = wasPrivate && !isPrivate.checked;
      await api.patch("users/me/settings", opens ? { ...body, pending_requests: pending.value } : body);
      wasPrivate = isPrivate.checked;
      showPending();
    };
    const notifications = new NotificationTable();
    const saveNotifications = () => api.patch("users/me/settings", { notifications: notifications.values });
    const forms = [
      createForm("Privacy", privacyFields, savePrivacy),
      createForm("Notifications", [notifications.element], saveNotifications),
    ];
    super(h("div", { class: "preference-forms" }, ...forms), signal);
    this.api = api;
    this.showSettings = (/** @type {any} */ settings) => {
      isPrivate.checked = wasPrivate = settings.is_private;
      showPending();
      showsPresence.checked = settings.shows_presence;
      showsInLeaderboards.checked = settings.shows_in_leaderboards;
      messaging.value = settings.who_may_message;
      notifications.show(settings.notifications);
    };
    this.element = h("div", {}, this.errorElement, this.container);
  }

  async load() {
    await this.runLoad(async () => {
      const { data } = await this.api.get("users/me/settings");
      this.showSettings(data);
    });
  }
}

/** Table with two checkboxes for each type of notification. */
class NotificationTable {
  /** @type {Record<string, { in_app: any, email: any }>} */ #checkboxes = {};

  constructor() {
    const rows = Object.entries(NOTIFICATION_LABELS).map(([type, label]) => {
      const inApp = createCheckbox(`${type}-app`);
      const email = createCheckbox(`${type}-email`);
      inApp.setAttribute("aria-label", `${label}, in the app`);
      email.setAttribute("aria-label", `${label}, by e-mail`);
      this.#checkboxes[type] = { in_app: inApp, email };
      return h("tr", {}, h("th", { scope: "row" }, label), h("td", {}, inApp), h("td", {}, email));
    });
    const header = h("tr", {}, h("td", {}), h("th", { scope: "col" }, "In app"), h("th", { scope: "col" }, "E-mail"));
    this.element = h("table", { class: "notification-table" }, h("thead", {}, header), h("tbody", {}, ...rows));
  }

  /** Settings by type, as the API expects them. */
  get values() {
    const entries = Object.entries(this.#checkboxes);
    return Object.fromEntries(entries.map(([type, { in_app, email }]) => [type, { in_app: in_app.checked, email: email.checked }]));
  }

  /** @param {Record<string, { in_app: boolean, email: boolean }>} values */
  show(values) {
    for (const [type, { in_app, email }] of Object.entries(this.#checkboxes)) {
      in_app.checked = values[type]?.in_app ?? true; // a type that is newer than the saved settings
      email.checked = values[type]?.email ?? true;
    }
  }
}

/** @param {ViewContext} context @returns {import("../context.js").View} */
export function settingsView(context) {
  const components = [new PictureSettings(context), new ProfileForm(context), new ProfileLinks(context), new PreferenceForms(context), new UsernameForm(context), new AccountSettings(context), new DataExport(context)];
  const links = h("nav", { class: "card row", "aria-label": "Follow requests, blocked and muted members" });
  for (const [href, text] of [["/requests", "Follow requests"], ["/blocked", "Blocked"], ["/muted", "Muted"]]) {
    links.append(h("a", { class: "button soft", href }, text));
  }
  const elements = components.map((component) => component.element);
  const element = h("div", { class: "column" }, h("h1", { tabindex: -1 }, "Settings"), ...elements, links);
  return { title: "Settings", element, components };
}
