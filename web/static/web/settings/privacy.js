/** Forms for the privacy of the account and for the notifications. */

import { h } from "../dom.js";
import { createForm } from "../form.js";
import { LiveComponent } from "../live-component.js";

/** @typedef {import("../context.js").ViewContext} ViewContext */

/** @type {Record<string, string>} */
const MESSAGING_LABELS = { everyone: "Everyone", following: "People you follow", nobody: "No one" };
const PENDING_LABELS = { accept: "Accept all of them", keep: "Keep them waiting" };
/** @type {Record<string, string>} */
const NOTIFICATION_LABELS = {
  comment: "Comments on your posts",
  reply: "Replies to your comments",
  reaction: "Reactions to your posts",
  comment_reaction: "Reactions to your comments",
  poll: "Ends of polls",
  follow: "New followers",
  follow_request: "Follow requests",
  follow_accepted: "Accepted follow requests",
  mention: "Mentions of you",
  message: "Messages",
  report: "Closed reports of yours",
  warning: "Warnings by moderators",
};
const ALWAYS_IN_APP = "warning";

/** @param {string} id */
const createCheckbox = (id) => h("input", { type: "checkbox", id });

export class PrivacyForm extends LiveComponent {
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
    const birthDate = h("input", { id: "birth-date", type: "date", autocomplete: "bday" });
    const privacyFields = [
      checkboxRow(isPrivate, "Private account: people have to ask before they can follow you"),
      pendingRow,
      checkboxRow(showsPresence, "Show when you are online"),
      checkboxRow(showsInLeaderboards, "Show you among the most followed and most active members"),
      h("div", {}, h("label", { for: "messaging" }, "Who can message you"), messaging),
      h("div", {}, h("label", { for: birthDate.id }, "Birth date, which nobody else sees"), birthDate),
    ];
    const savePrivacy = async () => {
      const shown = { shows_presence: showsPresence.checked, shows_in_leaderboards: showsInLeaderboards.checked };
      const body = { is_private: isPrivate.checked, who_may_message: messaging.value, birth_date: birthDate.value || null, ...shown };
      const opens = wasPrivate && !isPrivate.checked;
      await api.patch("users/me/settings", opens ? { ...body, pending_requests: pending.value } : body);
      wasPrivate = isPrivate.checked;
      showPending();
    };
    super(createForm("Privacy", privacyFields, savePrivacy), signal);
    this.api = api;
    this.showSettings = (/** @type {any} */ settings) => {
      isPrivate.checked = wasPrivate = settings.is_private;
      showPending();
      showsPresence.checked = settings.shows_presence;
      showsInLeaderboards.checked = settings.shows_in_leaderboards;
      messaging.value = settings.who_may_message;
      birthDate.value = settings.birth_date;
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

export class NotificationForm extends LiveComponent {
  /** @param {ViewContext} context */
  constructor({ api, signal }) {
    const table = new NotificationTable();
    const save = () => api.patch("users/me/settings", { notifications: table.values });
    super(createForm("Notifications", [table.element], save), signal);
    this.api = api;
    this.table = table;
    this.element = h("div", {}, this.errorElement, this.container);
  }

  async load() {
    await this.runLoad(async () => {
      const { data } = await this.api.get("users/me/settings");
      this.table.show(data.notifications);
    });
  }
}

/** Table with two checkboxes for each type of notification. */
class NotificationTable {
  /** @type {Record<string, { in_app: any, email: any }>} */ #checkboxes = {};

  constructor() {
    const rows = Object.entries(NOTIFICATION_LABELS).map(([type, label]) => {
      const inApp = createCheckbox(`${type}-app`);
      inApp.disabled = type === ALWAYS_IN_APP;
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
