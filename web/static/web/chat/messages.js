/** Messages of a conversation: the latest at the bottom, older ones loaded while the user scrolls up. */

import { announce, dayLabel, h } from "../dom.js";
import { PagedList } from "../paged-list.js";
import { applyEventToMessage, messageIdOf } from "./apply-event.js";
import { MessageView } from "./message.js";
import { messagePreview } from "./texts.js";

const BOTTOM_TOLERANCE_PX = 48;

export class MessageList extends PagedList {
  #readByOtherUpTo = ""; // id of the last message that the other user has read
  #reportedReadUpTo = ""; // id of the last message that was reported to the server as read
  #isAtBottom = true; // while true, the list stays at its end when it grows

  /** @param {import("../context.js").ViewContext} context @param {string} otherUserId */
  constructor(context, otherUserId) {
    const list = h("ol", { class: "messages", "aria-label": "Messages" });
    const scroller = h("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "Message history" });
    super(context, list, {
      path: `chat/conversations/${otherUserId}/messages`,
      itemsKey: "messages",
      moreLabel: "Earlier messages",
      emptyText: "No messages yet. Say hello!",
      newestFirst: false,
      scrollRoot: scroller,
      limit: 30,
    });
    this.otherUserId = otherUserId;
    this.scroller = scroller;
    const buttonAttributes = { type: "button", class: "new-messages", hidden: true, click: () => this.scrollToBottom() };
    this.newMessagesButton = h("button", buttonAttributes, "New messages");
    scroller.append(this.moreButton, this.emptyElement, list, this.errorElement);
    this.element = h("div", { class: "message-pane" }, scroller, this.newMessagesButton);
    scroller.addEventListener("scroll", () => this.#onScroll());
    const resizeObserver = new ResizeObserver(() => this.#isAtBottom && this.scrollToBottom());
    for (const element of [list, scroller]) resizeObserver.observe(element);
    document.addEventListener("visibilitychange", () => this.#reportRead(), { signal: context.signal });
    context.signal.addEventListener("abort", () => resizeObserver.disconnect());
  }

  // Loading -------------------------------------------------------------------------------------

  /** Shows a page of older messages above, without moving the visible ones. @param {import("../api.js").ApiResponse} response */
  showPage(response) {
    const { scroller } = this;
    const distanceToEnd = scroller.scrollHeight - scroller.scrollTop;
    super.showPage(response);
    this.#renderDays(); // before the position is set, because it takes space
    const { read_up_to } = response.data;
    if (read_up_to > this.#readByOtherUpTo) this.#readByOtherUpTo = read_up_to;
    if (this.#isAtBottom) this.scrollToBottom();
    else scroller.scrollTop = scroller.scrollHeight - distanceToEnd;
  }

  /** @param {any} message */
  putItem(message) {
    const view = this.rows.get(message.id);
    if (view) view.update(message);
    else this.rows.put(message.id, new MessageView(message, this.context));
  }

  onItemsChanged() {
    super.onItemsChanged();
    this.#renderDays();
    this.#renderReceipts();
    if (this.#isAtBottom) this.scrollToBottom();
    this.#reportRead();
  }

  /** @param {any} error */
  handleLoadError(error) {
    if (error.status === 404) this.#hideAll();
    else super.handleLoadError(error);
  }

  scrollToBottom() {
    this.#isAtBottom = true;
    this.newMessagesButton.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.#isAtBottom = scrollHeight - scrollTop - clientHeight < BOTTOM_TOLERANCE_PX;
    if (this.#isAtBottom) this.newMessagesButton.hidden = true;
    this.#reportRead();
  }

  get #newestId() {
    return /** @type {HTMLElement} */ (this.list.lastElementChild)?.dataset.key ?? "";
  }

  /** The id of the oldest loaded message; empty when all are loaded. */
  get #oldestId() {
    return this.isComplete ? "" : /** @type {HTMLElement} */ (this.list.firstElementChild)?.dataset.key ?? "";
  }

  /** Tells the server which messages the user has seen. */
  #reportRead() {
    const views = /** @type {MessageView[]} */ (this.rows.items);
    const lastId = maxMessageId(views.filter((view) => !view.isMine));
    if (document.hidden || !this.#isAtBottom || lastId <= this.#reportedReadUpTo || this.signal.aborted) return;
    const previousId = this.#reportedReadUpTo;
    this.#reportedReadUpTo = lastId;
    // After a failure, the next message or visit reports it again.
    this.context.api.put(`chat/conversations/${this.otherUserId}/read`).catch(() => (this.#reportedReadUpTo = previousId));
  }

  /** Shows the receipt below the last own message that the other user has read. */
  #renderReceipts() {
    const ownViews = /** @type {MessageView[]} */ (this.rows.items).filter((view) => view.isMine);
    const lastReadId = maxMessageId(ownViews.filter((view) => view.message.id <= this.#readByOtherUpTo));
    for (const view of ownViews) view.showReceipt(view.message.id === lastReadId);
  }

  /** Shows the name of a day above its first message, and the time below the last of those sent together. */
  #renderDays() {
    let previousLabel = "";
    /** @type {MessageView | null} */ let previous = null;
    for (const { dataset } of /** @type {Iterable<HTMLElement>} */ (this.list.children)) {
      const view = /** @type {MessageView} */ (this.rows.get(dataset.id ?? ""));
      const label = dayLabel(view.message.created_at);
      view.showDay(label === previousLabel ? "" : label);
      previous?.setContinued(label === previousLabel && view.isContinuationOf(previous));
      previousLabel = label;
      previous = view;
    }
    previous?.setContinued(false);
  }

  // Events --------------------------------------------------------------------------------------

  /** @param {import("../mysocial.js").ServerEvent} event */
  applyEvent(event) {
    const { type, data } = event;
    const messageId = messageIdOf(event);
    const isAboutOther = data.user_id === this.otherUserId || data.id === this.otherUserId;
    if (messageId && this.rows.get(messageId)) this.#updateMessage(messageId, event);
    else if (type === "message.created" || type === "message.updated") this.#addMessage(data, type === "message.created");
    else if (type === "message.deleted" && data.for === "everyone" && messageId && messageId > this.#oldestId) this.#loadLatestPage();
    else if (type === "message.read" && isAboutOther) this.#readByOtherUpTo = data.read_up_to;
    else if (["user.hidden", "block.created", "user.deleted"].includes(type)) isAboutOther && data.what !== "posts" && this.#hideAll();
    else if (type === "user.shown" || type === "block.deleted") isAboutOther && this.scheduleLoad();
    this.onItemsChanged();
  }

  /** @param {string} messageId @param {import("../mysocial.js").ServerEvent} event */
  #updateMessage(messageId, event) {
    const view = this.rows.get(messageId);
    const message = applyEventToMessage(view.message, event);
    if (message) view.update(message);
    else this.removeItem(messageId);
  }

  /** @param {any} message @param {boolean} isNew */
  #addMessage(message, isNew) {
    const isFromOther = message.sender_id === this.otherUserId;
    if (!isFromOther && message.receiver_id !== this.otherUserId) return;
    if (!isNew && message.id < this.#oldestId) return; // its page is not loaded yet
    const isLatest = message.id > this.#newestId;
    this.putItem(message);
    if (this.#isAtBottom) this.scrollToBottom();
    else if (isFromOther && isLatest) this.newMessagesButton.hidden = false;
    if (isFromOther && isLatest) announce(messagePreview(message, ""));
  }

  /** Adds the latest page to the list, for a deleted message whose creation was missed. */
  #loadLatestPage() {
    return this.runLoad(async () => this.showPage(await this.fetchPage(null, () => true)));
  }

  #hideAll() {
    for (const id of this.rows.ids) this.removeItem(id);
    this.moreButton.hidden = true;
    this.emptyElement.textContent = "You cannot send messages to this member.";
    this.emptyElement.hidden = false;
  }
}

/** Returns the highest id, which is the latest; empty when there are no messages. @param {MessageView[]} views */
function maxMessageId(views) {
  return views.reduce((maxId, { message }) => (message.id > maxId ? message.id : maxId), "");
}
