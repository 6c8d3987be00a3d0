/** Current user in the page header, and the unread counts in the main navigation. */

import { announce, avatar, byId, h, profileUrl } from "./dom.js";
import { LiveComponent } from "./live-component.js";
import { notificationSentence } from "./notifications/texts.js";

const MAX_COUNT = 99;
// No event contains the total of unread messages. These events may change it, so it is loaded again.
const UNREAD_EVENTS = ["conversation.updated", "user.hidden", "user.shown", "user.deleted", "block.created", "block.deleted"];

export class AccountHeader extends LiveComponent {
  /** @param {import("./api.js").Api} api @param {any} currentUser */
  constructor(api, currentUser) {
    super(byId("account"), new AbortController().signal);
    this.api = api;
    this.currentUser = currentUser;
    byId("profile-link").setAttribute("href", profileUrl(currentUser.id));
    this.#renderUser();
  }

  async load() {
    await this.runLoad(async () => {
      const requests = [this.api.get("notifications", { limit: 1 }), this.api.get("chat/unread")];
      const [notifications, chat] = await Promise.all(requests);
      this.#renderCount("notifications", notifications.data.unread_count);
      this.#renderCount("chat", chat.data.unread);
    });
  }

  /** @param {import("./mysocial.js").ServerEvent} event */
  applyEvent({ type, data }) {
    if (type === "user.updated" && data.id === this.currentUser.id) {
      Object.assign(this.currentUser, data);
      this.#renderUser();
    }
    if (type.startsWith("notification.")) this.#renderCount("notifications", data.unread_count);
    if (type === "notification.created") announce(notificationSentence(data.notification));
    if (UNREAD_EVENTS.includes(type)) this.scheduleLoad();
  }

  #renderUser() {
    byId("current-user").replaceChildren(avatar(this.currentUser, "small"), h("span", {}, this.currentUser.username));
    byId("current-user").setAttribute("href", profileUrl(this.currentUser.id));
  }

  /** @param {"notifications" | "chat"} section @param {number} count */
  #renderCount(section, count) {
    const badge = byId(`${section}-count`);
    const text = count > MAX_COUNT ? `${MAX_COUNT}+` : String(count);
    badge.hidden = count === 0;
    badge.replaceChildren(text, h("span", { class: "visually-hidden" }, " unread"));
  }
}
