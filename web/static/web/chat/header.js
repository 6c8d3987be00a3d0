/** Header of a conversation: the other user, whether they are online and whether they are typing. */

import { avatar, h, icon, profileUrl, shownName } from "../dom.js";
import { LiveComponent } from "../live-component.js";
import { isAfterCursor } from "../mysocial.js";
import { ComponentTopics } from "../topic-set.js";

const TYPING_TIMEOUT_MS = 6_000; // the event that typing has stopped may be lost

export class ConversationHeader extends LiveComponent {
  #cursor = ""; // of the profile that is shown
  #isTyping = false;
  #typingTimer = 0;

  /** @param {import("../context.js").ViewContext} context @param {string} otherUserId */
  constructor(context, otherUserId) {
    super(h("header", { class: "row conversation-header" }), context.signal);
    this.context = context;
    this.otherUserId = otherUserId;
    this.topics = new ComponentTopics(context);
    this.profileLink = h("a", { class: "row name", href: profileUrl(otherUserId) });
    this.status = h("span", { class: "dim presence", role: "status" });
    const backLink = h("a", { class: "button quiet back", href: "/chat", "aria-label": "All conversations" }, icon("back"));
    this.container.append(backLink, this.profileLink, this.status, this.errorElement);
    this.element = this.container;
    context.presence.addEventListener(otherUserId, () => this.#renderStatus(), { signal: context.signal });
  }

  async load() {
    const { cache, presence } = this.context;
    const path = `users/${this.otherUserId}`;
    const cached = this.#cursor ? undefined : cache.peek(path);
    if (cached) this.#showProfile(cached.data, cached.cursor);
    await this.runLoad(async () => {
      const { data, cursor } = await cache.get(path);
      this.#showProfile(data, cursor);
      this.topics.add(`user:${this.otherUserId}`, cursor, () => this.scheduleLoad());
      await presence.watch([this.otherUserId]);
    });
  }

  /** @param {any} error */
  handleLoadError(error) {
    if (error.status === 404) this.#hideProfile();
    else super.handleLoadError(error);
  }

  /** @param {import("../mysocial.js").ServerEvent} event */
  applyEvent({ id = "", type, data }) {
    if (type === "user.updated" && data.id === this.otherUserId && isAfterCursor(id, this.#cursor)) this.#showProfile(data, id);
    if (type === "user.deleted" && data.id === this.otherUserId) this.#hideProfile();
    if (type === "message.created" && data.sender_id === this.otherUserId) this.#setTyping(false);
    if (data.user_id !== this.otherUserId) return;
    if (type === "typing.started" || type === "typing.stopped") this.#setTyping(type === "typing.started");
    else if (type === "block.created" || (type === "user.hidden" && data.what === "all")) this.#hideProfile();
    else if (type === "block.deleted" || type === "user.shown") this.scheduleLoad();
  }

  /** @param {boolean} isTyping */
  #setTyping(isTyping) {
    clearTimeout(this.#typingTimer);
    this.#isTyping = isTyping;
    if (isTyping) this.#typingTimer = setTimeout(() => this.#setTyping(false), TYPING_TIMEOUT_MS);
    this.#renderStatus();
  }

  /** @param {any} profile @param {string} cursor */
  #showProfile(profile, cursor) {
    this.#cursor = cursor;
    this.profileLink.replaceChildren(avatar(profile, "small"), h("h2", { tabindex: -1 }, h("bdi", {}, shownName(profile))));
    this.#renderStatus();
  }

  #hideProfile() {
    this.profileLink.replaceChildren(h("h2", {}, "Member not available"));
    this.#setTyping(false);
    this.status.textContent = "";
  }

  #renderStatus() {
    const isOnline = this.context.presence.isOnline(this.otherUserId);
    this.status.textContent = this.#isTyping ? "is typing…" : isOnline ? "Online" : "";
    this.status.classList.toggle("good", isOnline && !this.#isTyping);
  }
}
