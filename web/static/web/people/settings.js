/** One's own profile, pictures and settings, to be changed. */

import { avatar, doing, h, icon, risky } from "../dom.js";
import { Live } from "../live.js";
import { bodyOf, PictureInput } from "../picture.js";

/** @typedef {import("../context.js").Context} Context */

/** @type {Record<string, [string, string, number]>} label, kind of field, most letters */
const BASICS = {
  quote: ["About you", "textarea", 300],
  work: ["Work", "text", 100],
  school: ["School", "text", 100],
  location: ["Place", "text", 100],
  facebook: ["Facebook", "url", 200],
  instagram: ["Instagram", "url", 200],
  twitter: ["Twitter", "url", 200],
  youtube: ["YouTube", "url", 200],
};
/** @type {Record<string, string>} */
const MESSAGING = { everyone: "Everyone", following: "Whom you follow", nobody: "Nobody" };
/** @type {Record<string, string>} */
const NOTICES = {
  comment: "Comments on your posts",
  reaction: "Reactions to your posts",
  follow: "New followers",
  follow_request: "Requests to follow you",
  mention: "Mentions of you",
  message: "Messages",
};

/** A form that says how it went. @param {string} title @param {(Node | string)[]} fields @param {() => Promise<any>} save */
function form(title, fields, save) {
  const said = h("p", { class: "error", role: "alert" });
  const done = h("p", { class: "good", role: "status" });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    done.textContent = "";
    doing(element, said, async () => {
      await save();
      done.textContent = "Saved.";
    });
  };
  const foot = h("div", { class: "line" }, h("button", { type: "submit" }, "Save"), done);
  const element = h("form", { class: "card fields", submit, input: () => (done.textContent = "") }, h("h2", {}, title), ...fields, foot, said);
  return element;
}

/** What is written of oneself. */
class Basics extends Live {
  /** @type {Record<string, string>} */ #known = Object.fromEntries(Object.keys(BASICS).map((name) => [name, ""]));

  /** @param {Context} context */
  constructor({ api, signal }) {
    const fields = Object.fromEntries(
      Object.entries(BASICS).map(([name, [, kind, maxlength]]) => {
        const given = { id: `basics-${name}`, name, maxlength };
        return [name, kind === "textarea" ? h("textarea", { ...given, rows: 3 }) : h("input", { ...given, type: kind })];
      }),
    );
    const parts = Object.entries(fields).map(([name, field]) => h("div", {}, h("label", { for: field.id }, BASICS[name][0]), field));
    const save = () => api.patch("users/me", Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value.trim()])));
    super(form("Profile", parts, save), signal);
    this.api = api;
    this.fields = fields;
    this.element = h("div", {}, this.said, this.busy);
  }

  async read() {
    await this.during(async () => {
      this.#fill((await this.api.get("users/me")).data);
    });
  }

  /** Another device may change it as well. @param {import("../mysocial.js").Happening} event */
  apply({ type, data }) {
    if (type === "user.updated") this.#fill(data);
  }

  /** Leaves alone what was changed and is not saved. @param {any} profile */
  #fill(profile) {
    for (const [name, field] of Object.entries(this.fields)) if (field.value === this.#known[name]) field.value = profile[name];
    this.#known = Object.fromEntries(Object.keys(BASICS).map((name) => [name, profile[name]]));
  }
}

/** The picture and the background. */
class Pictures extends Live {
  /** @param {Context} context */
  constructor({ api, signal, me }) {
    super(h("section", { class: "card fields" }), signal);
    this.api = api;
    this.me = me;
    this.shown = h("div", { class: "pictures" });
    this.note = h("p", { class: "dim", role: "status" });
    const removals = [this.#removal("avatar_url", "images", "Remove the picture"), this.#removal("background_url", "images/background", "Remove the background")];
    const choices = h("div", { class: "line" }, this.#choice("profile", "New picture"), this.#choice("background", "New background"), ...removals);
    this.busy.append(h("h2", {}, "Pictures"), this.shown, choices, this.note, this.said);
    this.element = this.busy;
  }

  /** @param {"profile" | "background"} use @param {string} label */
  #choice(use, label) {
    const chosen = () => doing(input.button, this.said, async () => {
      await this.api.post(`images/${use}`, bodyOf(input.fields));
      input.clear();
      this.note.textContent = "It is shown as soon as it is processed.";
    });
    const input = new PictureInput({ label, chosen: () => input.file && chosen() });
    input.button.replaceChildren(icon("picture"), label, input.input);
    return input.button;
  }

  /** @param {"avatar_url" | "background_url"} shown @param {string} path @param {string} label */
  #removal(shown, path, label) {
    const remove = async () => {
      const { data } = await this.api.get(`users/${this.me.id}/images`, { limit: 100 });
      const image = data.images.find((/** @type {any} */ one) => one.url === this.profile?.[shown]);
      if (image) await this.api.delete(`${path}/${image.id}`);
    };
    return risky(label, this.said, remove);
  }

  async read() {
    await this.during(async () => this.#show((await this.api.get("users/me")).data));
  }

  /** @param {import("../mysocial.js").Happening} event */
  apply({ type, data }) {
    if (type !== "user.updated") return;
    if (data.avatar_url !== this.profile?.avatar_url || data.background_url !== this.profile?.background_url) this.note.textContent = "";
    this.#show(data);
  }

  /** @param {any} profile */
  #show(profile) {
    this.profile = profile;
    const background = profile.background_url && h("img", { class: "background", src: profile.background_url, alt: "Your background" });
    this.shown.replaceChildren(avatar(profile, "large"), background || "");
  }
}

/** Who may follow and write, who sees that one is there, and of what one is told. */
class Choices extends Live {
  /** @param {Context} context */
  constructor({ api, signal }) {
    const box = (/** @type {string} */ id) => h("input", { type: "checkbox", id });
    const [isPrivate, presence] = ["is-private", "shows-presence"].map(box);
    const options = Object.entries(MESSAGING).map(([value, name]) => h("option", { value }, name));
    const messaging = h("select", { id: "messaging" }, ...options);
    /** @type {Record<string, { in_app: any, email: any }>} */
    const notices = Object.fromEntries(Object.keys(NOTICES).map((name) => [name, { in_app: box(`${name}-app`), email: box(`${name}-email`) }]));
    const line = (/** @type {any} */ field, /** @type {string} */ label) => h("div", { class: "check" }, field, h("label", { for: field.id }, label));
    const privacy = [
      line(isPrivate, "Private account: who wants to follow you has to ask"),
      line(presence, "Show when you are online"),
      h("div", {}, h("label", { for: "messaging" }, "Who may write to you"), messaging),
    ];
    const cells = Object.entries(NOTICES).map(([name, label]) => {
      for (const [way, word] of /** @type {const} */ ([["in_app", "here"], ["email", "by mail"]])) notices[name][way].setAttribute("aria-label", `${label}, ${word}`);
      return h("tr", {}, h("th", { scope: "row" }, label), h("td", {}, notices[name].in_app), h("td", {}, notices[name].email));
    });
    const head = h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, "Here"), h("th", { scope: "col" }, "By mail")));
    const table = h("table", { class: "notices" }, head, h("tbody", {}, ...cells));
    const savePrivacy = () => api.patch("users/me/settings", { is_private: isPrivate.checked, shows_presence: presence.checked, who_may_message: messaging.value });
    const saveNotices = () => {
      const chosen = Object.entries(notices).map(([name, { in_app, email }]) => [name, { in_app: in_app.checked, email: email.checked }]);
      return api.patch("users/me/settings", { notifications: Object.fromEntries(chosen) });
    };
    super(h("div", { class: "both" }, form("Privacy", privacy, savePrivacy), form("Notifications", [table], saveNotices)), signal);
    this.api = api;
    this.show = (/** @type {any} */ settings) => {
      isPrivate.checked = settings.is_private;
      presence.checked = settings.shows_presence;
      messaging.value = settings.who_may_message;
      for (const [name, { in_app, email }] of Object.entries(notices)) {
        in_app.checked = settings.notifications[name].in_app;
        email.checked = settings.notifications[name].email;
      }
    };
    this.element = h("div", {}, this.said, this.busy);
  }

  async read() {
    await this.during(async () => this.show((await this.api.get("users/me/settings")).data));
  }
}

/** @param {Context} context @returns {import("../context.js").View} */
export function settingsView(context) {
  const parts = [new Pictures(context), new Basics(context), new Choices(context)];
  const links = h("nav", { class: "card line", "aria-label": "Whom you keep away, and who asks" });
  for (const [href, text] of [["#/requests", "Follow requests"], ["#/blocked", "Blocked"], ["#/muted", "Muted"]]) links.append(h("a", { class: "button soft", href }, text));
  const element = h("div", { class: "column" }, h("h1", { tabindex: -1 }, "Settings"), ...parts.map((part) => part.element), links);
  return { title: "Settings", element, parts };
}
