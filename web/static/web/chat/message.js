/** One message and its actions. */

import { askingButton } from "../dialog.js";
import { clockElement, h, icon, runAction } from "../dom.js";
import { textElement } from "../facets.js";
import { openInlineEditor } from "../inline-editor.js";
import { mediaElements } from "../media.js";
import { openReport } from "../report.js";
import { REACTION_TYPES, reactionIcon } from "../posts/reactions.js";

const MAX_CHARACTERS = 10_000;
const MAX_PAUSE_MS = 300_000; // between messages that belong together

export class MessageView {
  /** @type {HTMLElement | null} */ receipt = null;

  /** @param {any} message @param {import("../context.js").ViewContext} context */
  constructor(message, { api, currentUser, drafts }) {
    this.message = message;
    this.api = api;
    this.drafts = drafts;
    this.currentUserId = currentUser.id;
    this.path = `chat/messages/${message.id}`;
    this.isMine = message.sender_id === currentUser.id;
    this.bubble = h("div", { class: "bubble" });
    this.errorElement = h("p", { class: "error", role: "alert" });
    const toggleAttributes = { type: "button", class: "quiet more-actions", "aria-expanded": "false", "aria-label": "Message actions" };
    this.actionsToggle = h("button", { ...toggleAttributes, click: () => this.#toggleActions() }, icon("more"));
    this.actions = h("div", { class: "row actions", role: "group", "aria-label": "Actions", hidden: true });
    this.footer = h("p", { class: "message-footer dim" });
    this.reactions = h("p", { class: "message-reactions" });
    const row = h("div", { class: "message-row" }, this.bubble, this.actionsToggle);
    const attributes = { class: this.isMine ? "message mine" : "message", "data-id": message.id };
    this.element = h("li", attributes, row, this.reactions, this.footer, this.actions, this.errorElement);
    this.element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape" || this.actions.hidden) return;
      this.#toggleActions();
      this.actionsToggle.focus();
    });
    this.#render();
  }

  /** @param {any} message */
  update(message) {
    this.message = message;
    this.#render();
  }

  /** Shows or removes the read receipt. @param {boolean} isRead */
  showReceipt(isRead) {
    if (!isRead) this.receipt?.remove();
    else this.footer.append((this.receipt ??= h("span", { class: "receipt" }, " · Read")));
  }

  /** Shows the name of the day above the message; empty for none. @param {string} label */
  showDay(label) {
    if (label) this.element.dataset.day = label;
    else delete this.element.dataset.day;
  }

  /** Whether the same person has sent this message soon after another one. @param {MessageView} previous */
  isContinuationOf({ message }) {
    const ms = Date.parse(this.message.created_at) - Date.parse(message.created_at);
    return message.sender_id === this.message.sender_id && !message.edited_at && ms < MAX_PAUSE_MS;
  }

  /** Shows no time below a message that another one of the same person follows. @param {boolean} isContinued */
  setContinued(isContinued) {
    this.element.classList.toggle("continued", isContinued);
  }

  #render() {
    const { is_deleted, created_at, edited_at } = this.message;
    if (!this.bubble.querySelector("form")) this.bubble.replaceChildren(...this.#content());
    this.bubble.classList.toggle("deleted", is_deleted);
    this.footer.replaceChildren(clockElement(created_at, edited_at), this.receipt?.isConnected ? this.receipt : "");
    this.#renderReactions();
    if (!this.actions.hidden) this.#renderActions();
  }

  #content() {
    const { text, facets, is_deleted } = this.message;
    if (is_deleted) return [h("p", { class: "dim" }, "This message was deleted.")];
    const media = mediaElements(this.message, "Picture in this message");
    return text ? [textElement(text, facets), ...media] : media;
  }

  #renderReactions() {
    /** @type {string[]} */ const types = Object.values(this.message.reactions);
    const elements = REACTION_TYPES.filter((type) => types.includes(type)).map((type) => {
      const isFromBoth = types.filter((other) => other === type).length > 1;
      return h("span", { "data-reaction": type }, reactionIcon(type), isFromBoth ? " 2" : "");
    });
    this.reactions.replaceChildren(...elements);
    this.reactions.hidden = elements.length === 0;
  }

  // Actions -------------------------------------------------------------------------------------

  #toggleActions() {
    this.actions.hidden = !this.actions.hidden;
    this.actionsToggle.setAttribute("aria-expanded", String(!this.actions.hidden));
    if (this.actions.hidden) return;
    this.actions.replaceChildren();
    this.#renderActions();
    this.actions.querySelector("button")?.focus();
    this.actions.scrollIntoView({ block: "nearest" });
  }

  #renderActions() {
    const { is_deleted, reactions, text } = this.message;
    const ownReaction = reactions[this.currentUserId];
    for (const button of this.actions.querySelectorAll("[data-reaction]")) {
      button.setAttribute("aria-pressed", String(button.dataset.reaction === ownReaction));
    }
    if (this.actions.childElementCount && !is_deleted) return; // keeps the buttons, and so the focus
    /** @param {"me" | "everyone"} audience @param {string} text */
    const deleteButton = (audience, text) => askingButton(`Delete for ${audience}`, {
      title: `Delete this message for ${audience}?`,
      text,
      confirmLabel: "Delete",
      action: () => this.api.delete(`${this.path}?for=${audience}`),
    });
    const canChange = this.isMine && !is_deleted;
    const buttons = [
      ...(is_deleted ? [] : REACTION_TYPES.map((type) => this.#reactionButton(type))),
      canChange && text && h("button", { type: "button", class: "quiet", click: () => this.#openEditor() }, "Edit"),
      !this.isMine && !is_deleted && h("button", { type: "button", class: "quiet", click: () => openReport(this.api, "message", this.message.id) }, "Report"),
      deleteButton("me", "The other person still sees it."),
      canChange && deleteButton("everyone", "Nobody sees the text or the picture any more, only that there was a message."),
    ];
    this.actions.replaceChildren(...buttons.filter((button) => button));
  }

  /** @param {string} type */
  #reactionButton(type) {
    const isPressed = () => this.message.reactions[this.currentUserId] === type;
    const click = () => runAction(button, this.errorElement, async () => {
      const path = `${this.path}/reaction`;
      const { data } = isPressed() ? await this.api.delete(path) : await this.api.put(path, { type });
      this.update(data.chat_message);
    });
    const attributes = { type: "button", class: "reaction", "data-reaction": type, title: type, "aria-pressed": String(isPressed()) };
    const button = h("button", { ...attributes, click }, reactionIcon(type));
    return button;
  }

  #openEditor() {
    this.#toggleActions();
    openInlineEditor(this.bubble, {
      id: `edit-${this.message.id}`,
      label: "Message text",
      text: this.message.text,
      maxCharacters: MAX_CHARACTERS,
      drafts: this.drafts,
      errorElement: this.errorElement,
      save: async (text) => {
        const { data } = await this.api.patch(this.path, { text });
        this.message = data.chat_message;
      },
      render: () => this.#render(),
      focusTarget: this.actionsToggle,
    });
  }
}
