/** One's conversations, that of the newest message first, with what is unread. */

import { avatar, h, time } from "../dom.js";
import { Pages } from "../pages.js";
import { laidOver, messageOf } from "./lay.js";
import { inShort } from "./words.js";

export class Conversations extends Pages {
  /** @param {import("../context.js").Context} context */
  constructor(context) {
    const what = { path: "chat/conversations", noun: "conversations", more: "Older conversations", empty: "Nobody has written to you, nor you to anybody. Find somebody, and write." };
    super(context, h("ol", { class: "conversations" }), what);
    this.element = h("nav", { class: "side", "aria-label": "Conversations" }, h("h1", { tabindex: -1 }, "Chat"), this.said, this.list, this.empty, this.more);
    this.open = "";
  }

  /** @param {any} conversation */
  idOf(conversation) {
    return conversation.user.id;
  }

  /** Marks the one that is shown beside. @param {string} id */
  choose(id) {
    this.open = id;
    for (const { conversation, link } of this.rows.lines) this.#mark(link, conversation.user.id);
  }

  /** @param {any} conversation */
  put(conversation) {
    const { id } = conversation.user;
    const line = this.rows.get(id) ?? this.#line(id);
    line.conversation = conversation;
    this.#draw(line);
    // Ids of messages sort by time; of whom all is deleted stands last.
    this.rows.put(id, line, conversation.last_message?.id ?? "0");
  }

  /** @param {string} id */
  #line(id) {
    const { presence, signal } = this.context;
    const link = h("a", { href: `#/chat/${id}` });
    const line = { conversation: /** @type {any} */ (null), link, element: h("li", { "data-id": id }, link) };
    this.#mark(link, id);
    presence.addEventListener(id, () => this.#draw(line), { signal });
    return line;
  }

  /** @param {any} line */
  #draw({ conversation: { user, unread, last_message }, link }) {
    const isOnline = this.context.presence.isOnline(user.id);
    const face = h("span", { class: isOnline ? "face online" : "face" }, avatar(user));
    const name = h("span", { class: "line between" }, h("strong", {}, user.username, isOnline && h("span", { class: "hidden" }, " (online)")), last_message && time(last_message.created_at));
    const count = unread ? h("span", { class: "badge" }, String(unread), h("span", { class: "hidden" }, " unread")) : "";
    const words = h("span", { class: "line between last" }, h("span", { class: "words" }, inShort(last_message, this.context.me.id)), count);
    link.replaceChildren(face, h("span", { class: "who" }, name, words));
    link.classList.toggle("unread", unread > 0);
  }

  /** @param {HTMLElement} link @param {string} id */
  #mark(link, id) {
    if (id === this.open) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }

  settle() {
    super.settle();
    this.context.presence.watch(this.rows.ids);
  }

  // Events --------------------------------------------------------------------------------------

  /** @param {import("../mysocial.js").Happening} event */
  apply(event) {
    const { type, data } = event;
    if (type === "conversation.updated") this.#changed(data);
    else if (type === "block.created" || (type === "user.hidden" && data.what === "all")) this.remove(data.user_id);
    else if (type === "user.deleted") this.remove(data.id);
    else if (type === "block.deleted" || type === "user.shown") this.again();
    else if (messageOf(event)) this.#layOver(event);
    this.settle();
  }

  /** It moves to where its newest message stands. @param {any} conversation */
  #changed(conversation) {
    const { user, last_message: last } = conversation;
    const known = this.rows.get(user.id)?.conversation;
    const oldest = /** @type {HTMLElement} */ (this.list.lastElementChild)?.dataset.key ?? "";
    const isBelow = !this.isWhole && !known && (last?.id ?? "") < oldest;
    if (!isBelow) this.put(conversation); // else it is on a page that was not read yet
  }

  /** @param {import("../mysocial.js").Happening} event */
  #layOver(event) {
    const id = messageOf(event);
    for (const { conversation } of this.rows.lines) {
      if (conversation.last_message?.id !== id) continue;
      const last = laidOver(conversation.last_message, event);
      if (last) this.put({ ...conversation, last_message: last }); // else `conversation.updated` says what is last now
    }
  }
}
