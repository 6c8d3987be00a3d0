/** Conversations of the current user, latest message first, with unread counts. */

import { avatar, h, shortTimeElement, shownName } from "../dom.js";
import { PagedList } from "../paged-list.js";
import { applyEventToMessage, messageIdOf } from "./apply-event.js";
import { messagePreview } from "./texts.js";

const NO_MESSAGE_KEY = "0"; // sorts conversations without messages last

export class ConversationList extends PagedList {
  /** @param {import("../context.js").ViewContext} context */
  constructor(context) {
    /** @type {import("../paged-list.js").ListOptions} */
    const options = {
      path: "chat/conversations",
      itemsKey: "conversations",
      moreLabel: "Older conversations",
      emptyText: "No conversations yet. Find someone and say hello.",
      emptyLink: ["/search", "Find someone"],
    };
    super(context, h("ol", { class: "conversations" }), options);
    const heading = h("h2", {}, "Conversations");
    const attributes = { class: "conversation-sidebar", "aria-label": "Conversations" };
    this.element = h("nav", attributes, heading, this.errorElement, this.list, this.emptyElement, this.moreButton);
    this.openUserId = "";
  }

  /** @param {any} conversation */
  getItemId(conversation) {
    return conversation.user.id;
  }

  /** Marks the open conversation. @param {string} userId empty for none */
  setOpen(userId) {
    this.openUserId = userId;
    for (const { conversation, link } of this.rows.items) this.#markOpen(link, conversation.user.id);
  }

  /** @param {any} conversation */
  putItem(conversation) {
    const { id } = conversation.user;
    const row = this.rows.get(id) ?? this.#createRow(id);
    row.conversation = conversation;
    this.#renderRow(row);
    this.rows.put(id, row, conversation.last_message?.id ?? NO_MESSAGE_KEY);
  }

  /** @param {string} userId */
  #createRow(userId) {
    const { presence, signal } = this.context;
    const link = h("a", { href: `/chat/${userId}` });
    const row = { conversation: /** @type {any} */ (null), link, element: h("li", { "data-id": userId }, link) };
    this.#markOpen(link, userId);
    presence.addEventListener(userId, () => this.#renderRow(row), { signal });
    return row;
  }

  /** @param {any} row */
  #renderRow({ conversation: { user, unread, last_message }, link }) {
    const isOnline = this.context.presence.isOnline(user.id);
    const avatarFrame = h("span", { class: isOnline ? "avatar-frame online" : "avatar-frame" }, avatar(user));
    const name = h("strong", {}, h("bdi", {}, shownName(user)), isOnline && h("span", { class: "visually-hidden" }, " (online)"));
    const title = h("span", { class: "row space-between" }, name, last_message && shortTimeElement(last_message.created_at));
    const preview = h("span", { class: "preview-text", dir: "auto" }, messagePreview(last_message, this.context.currentUser.id));
    const badge = unread ? h("span", { class: "badge" }, String(unread), h("span", { class: "visually-hidden" }, " unread")) : "";
    link.replaceChildren(avatarFrame, h("span", { class: "item-text" }, title, h("span", { class: "row space-between" }, preview, badge)));
    link.classList.toggle("unread", unread > 0);
  }

  /** @param {HTMLElement} link @param {string} userId */
  #markOpen(link, userId) {
    if (userId === this.openUserId) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }

  onItemsChanged() {
    super.onItemsChanged();
    this.context.presence.watch(this.rows.ids);
  }

  // Events --------------------------------------------------------------------------------------

  /** @param {import("../mysocial.js").ServerEvent} event */
  applyEvent(event) {
    const { type, data } = event;
    if (type === "conversation.updated") this.#updateConversation(data);
    else if (type === "block.created" || (type === "user.hidden" && data.what === "all")) this.removeItem(data.user_id);
    else if (type === "user.deleted") this.removeItem(data.id);
    else if (type === "block.deleted" || type === "user.shown") this.scheduleLoad();
    else if (messageIdOf(event)) this.#updateLastMessage(event);
    this.onItemsChanged();
  }

  /** Moves the conversation to the position of its latest message. @param {any} conversation */
  #updateConversation(conversation) {
    const { user, last_message } = conversation;
    const isShown = this.rows.get(user.id);
    const oldestKey = /** @type {HTMLElement} */ (this.list.lastElementChild)?.dataset.key ?? "";
    const isOnLaterPage = !this.isComplete && !isShown && (last_message?.id ?? "") < oldestKey;
    if (!isOnLaterPage) this.putItem(conversation);
  }

  /** @param {import("../mysocial.js").ServerEvent} event */
  #updateLastMessage(event) {
    const messageId = messageIdOf(event);
    for (const { conversation } of this.rows.items) {
      if (conversation.last_message?.id !== messageId) continue;
      const message = applyEventToMessage(conversation.last_message, event);
      // When the message was deleted, `conversation.updated` brings the new last message.
      if (message) this.putItem({ ...conversation, last_message: message });
    }
  }
}
