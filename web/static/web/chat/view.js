/** Chat view: the conversations, and the open one beside them. */

import { h } from "../dom.js";
import { Composer } from "./composer.js";
import { ConversationList } from "./conversations.js";
import { ConversationHeader } from "./header.js";
import { MessageList } from "./messages.js";

/** @param {import("../context.js").ViewContext} context @param {string} [initialUserId] @returns {import("../context.js").View} */
export function chatView(context, initialUserId = "") {
  const conversations = new ConversationList(context);
  const thread = h("section", { class: "thread", "aria-label": "Conversation" });
  let threadAbort = new AbortController();
  context.signal.addEventListener("abort", () => threadAbort.abort());

  /** @param {string} userId */
  const openThread = (userId) => {
    threadAbort.abort();
    threadAbort = new AbortController();
    const threadContext = { ...context, signal: threadAbort.signal };
    const header = new ConversationHeader(threadContext, userId);
    const messages = new MessageList(threadContext, userId);
    const composer = new Composer(threadContext, userId, (message) => {
      // The response may arrive after events about the message. What they have shown is newer.
      if (!messages.rows.get(message.id)) messages.putItem(message);
      messages.onItemsChanged();
      messages.scrollToBottom();
    });
    thread.replaceChildren(header.element, messages.element, composer.element);
    return [header, messages];
  };
  const closeThread = () => {
    threadAbort.abort();
    thread.replaceChildren(h("p", { class: "dim empty" }, "Choose a conversation, or find someone to write to."));
    return [];
  };
  /** @param {string} userId empty for none */
  const show = (userId) => {
    element.dataset.open = String(!!userId);
    conversations.setOpen(userId);
    const threadComponents = userId ? openThread(userId) : closeThread();
    view.components = [conversations, ...threadComponents];
    return threadComponents;
  };
  /** @param {string[]} route */
  const navigate = ([name, userId = ""]) => {
    if (name !== "chat") return false;
    for (const component of show(userId)) component.load();
    const focusTarget = userId ? thread.querySelector("textarea") : conversations.list.querySelector("a");
    /** @type {HTMLElement} */ (focusTarget)?.focus();
    return true;
  };
  const heading = h("h1", { class: "visually-hidden", tabindex: -1 }, "Chat");
  const element = h("div", { class: "chat" }, heading, conversations.element, thread);
  /** @type {import("../context.js").View} */
  const view = { title: "Chat", element, components: [], navigate };
  show(initialUserId);
  return view;
}
