/** The view of chat: one's conversations, and beside them the one that is open. */

import { h } from "../dom.js";
import { Composer } from "./composer.js";
import { Conversations } from "./conversations.js";
import { Head } from "./head.js";
import { Messages } from "./messages.js";

/** @param {import("../context.js").Context} context @param {string} [first] @returns {import("../context.js").View} */
export function chatView(context, first = "") {
  const conversations = new Conversations(context);
  const thread = h("section", { class: "thread", "aria-label": "Conversation" });
  let open = new AbortController();
  context.signal.addEventListener("abort", () => open.abort());

  /** @param {string} other */
  const talk = (other) => {
    open.abort();
    open = new AbortController();
    const own = { ...context, signal: open.signal };
    const [head, messages] = [new Head(own, other), new Messages(own, other)];
    const composer = new Composer(own, other, (message) => {
      messages.put(message);
      messages.settle();
      messages.toEnd();
    });
    thread.replaceChildren(head.element, messages.element, composer.element);
    return [head, messages];
  };
  /** @param {string} other */
  const show = (other) => {
    element.dataset.open = String(!!other);
    conversations.choose(other);
    if (!other) open.abort();
    if (!other) thread.replaceChildren(h("p", { class: "dim empty" }, "Choose a conversation, or find somebody to write to."));
    const parts = other ? talk(other) : [];
    view.parts = [conversations, ...parts];
    return parts;
  };
  /** @param {string[]} args */
  const turn = ([kind, other = ""]) => {
    if (kind !== "chat") return false;
    for (const part of show(other)) part.read();
    /** @type {HTMLElement} */ (other ? thread.querySelector("textarea") : conversations.list.querySelector("a"))?.focus();
    return true;
  };
  const element = h("div", { class: "chat" }, conversations.element, thread);
  /** @type {import("../context.js").View} */
  const view = { title: "Chat", element, parts: [], turn };
  show(first);
  return view;
}
