/** Oneself in the head of the page, and how much is new: the counts beside the ways to it. */

import { avatar, byId, h, news, profileOf } from "./dom.js";
import { Live } from "./live.js";
import { saying } from "./notifications/words.js";

const ALL_CHANGES = ["conversation.updated", "user.hidden", "user.shown", "user.deleted", "block.created", "block.deleted"];

export class Account extends Live {
  /** @param {import("./api.js").Api} api @param {any} me */
  constructor(api, me) {
    super(byId("account"), new AbortController().signal);
    this.api = api;
    this.me = me;
    byId("to-me").setAttribute("href", profileOf(me.id));
    this.#show();
  }

  async read() {
    await this.during(async () => {
      const [told, chat] = await Promise.all([this.api.get("notifications", { limit: 1 }), this.api.get("chat/unread")]);
      this.#count("notifications", told.data.unread_count);
      this.#count("chat", chat.data.unread);
    });
  }

  /** @param {import("./mysocial.js").Happening} event */
  apply({ type, data }) {
    if (type === "user.updated" && data.id === this.me.id) {
      Object.assign(this.me, data);
      this.#show();
    }
    if (type.startsWith("notification.")) this.#count("notifications", data.unread_count);
    if (type === "notification.created") news(`${data.notification.actor.username} ${saying(data.notification)}`);
    if (ALL_CHANGES.includes(type)) this.again(); // how much is unread altogether, no event says
  }

  #show() {
    byId("me").replaceChildren(avatar(this.me, "small"), h("span", {}, this.me.username));
    byId("me").setAttribute("href", profileOf(this.me.id));
  }

  /** @param {string} of @param {number} count */
  #count(of, count) {
    const badge = byId(`${of}-count`);
    badge.hidden = count === 0;
    badge.replaceChildren(count > 99 ? "99+" : String(count), h("span", { class: "hidden" }, " unread"));
  }
}
