/** One message: what it shows, and what may be done with it. */

import { doing, h, icon, risky, time } from "../dom.js";
import { edit } from "../editing.js";
import { pictures } from "../picture.js";
import { KINDS, pictureOf } from "../posts/reactions.js";

export class MessageView {
  /** @type {HTMLElement | null} */ receipt = null;

  /** @param {any} message @param {import("../context.js").Context} context */
  constructor(message, { api, me }) {
    this.message = message;
    this.api = api;
    this.me = me.id;
    this.isMine = message.sender_id === me.id;
    this.bubble = h("div", { class: "bubble" });
    this.said = h("p", { class: "error", role: "alert" });
    this.opener = h("button", { type: "button", class: "quiet more-actions", "aria-expanded": "false", "aria-label": "What may be done with this message", click: () => this.#toggle() }, icon("more"));
    this.actions = h("div", { class: "line actions", role: "group", "aria-label": "Actions", hidden: true });
    this.foot = h("p", { class: "foot dim" });
    this.reactions = h("p", { class: "felt" });
    const row = h("div", { class: "row" }, this.bubble, this.opener);
    this.element = h("li", { class: this.isMine ? "message mine" : "message", "data-id": message.id }, row, this.reactions, this.foot, this.actions, this.said);
    this.element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape" || this.actions.hidden) return;
      this.#toggle();
      this.opener.focus();
    });
    this.#draw();
  }

  /** @param {any} message */
  update(message) {
    this.message = message;
    this.#draw();
  }

  /** Says under it that the other has read it. @param {boolean} isRead */
  showRead(isRead) {
    if (!isRead) this.receipt?.remove();
    else this.foot.append((this.receipt ??= h("span", { class: "receipt" }, " · Read")));
  }

  #draw() {
    const { text, is_deleted, created_at, edited_at, reactions } = this.message;
    if (!this.bubble.querySelector("form")) {
      const parts = is_deleted ? [h("p", { class: "dim" }, "This message was deleted.")] : [text && h("p", { class: "text" }, text), ...pictures(this.message, "The picture of this message")];
      this.bubble.replaceChildren(...parts.filter((one) => one));
    }
    this.bubble.classList.toggle("deleted", is_deleted);
    this.foot.replaceChildren(time(created_at, edited_at), this.receipt?.isConnected ? this.receipt : "");
    /** @type {string[]} */ const felt = Object.values(reactions);
    const shown = KINDS.filter((kind) => felt.includes(kind)).map((kind) => h("span", { "data-kind": kind }, pictureOf(kind), felt.filter((one) => one === kind).length > 1 ? " 2" : ""));
    this.reactions.replaceChildren(...shown);
    this.reactions.hidden = shown.length === 0;
    if (!this.actions.hidden) this.#drawActions();
  }

  // What may be done ----------------------------------------------------------------------------

  #toggle() {
    this.actions.hidden = !this.actions.hidden;
    this.opener.setAttribute("aria-expanded", String(!this.actions.hidden));
    if (this.actions.hidden) return;
    this.actions.replaceChildren();
    this.#drawActions();
    this.actions.querySelector("button")?.focus();
    this.actions.scrollIntoView({ block: "nearest" });
  }

  #drawActions() {
    const { is_deleted, reactions } = this.message;
    for (const button of this.actions.querySelectorAll("[data-kind]")) button.setAttribute("aria-pressed", String(button.dataset.kind === reactions[this.me]));
    if (this.actions.childElementCount && !is_deleted) return; // they keep the focus
    const path = `chat/messages/${this.message.id}`;
    const erase = (/** @type {string} */ whom) => () => this.api.delete(`${path}?for=${whom}`);
    const kinds = is_deleted ? [] : KINDS.map((kind) => this.#kind(kind, path));
    const edit = this.isMine && !is_deleted && this.message.text && h("button", { type: "button", class: "quiet", click: () => this.#edit() }, "Edit");
    const all = this.isMine && !is_deleted && risky("Delete for both", this.said, erase("everyone"));
    this.actions.replaceChildren(...[...kinds, edit, risky("Delete for me", this.said, erase("me")), all].filter((one) => one));
  }

  /** @param {string} kind @param {string} path */
  #kind(kind, path) {
    const click = () => doing(button, this.said, async () => {
      const isPressed = this.message.reactions[this.me] === kind;
      const { data } = isPressed ? await this.api.delete(`${path}/reaction`) : await this.api.put(`${path}/reaction`, { type: kind });
      this.update(data.chat_message);
    });
    const pressed = String(this.message.reactions[this.me] === kind);
    const button = h("button", { type: "button", class: "reaction", "data-kind": kind, title: kind, "aria-pressed": pressed, click }, pictureOf(kind));
    return button;
  }

  #edit() {
    const save = async (/** @type {string} */ text) => {
      const { data } = await this.api.patch(`chat/messages/${this.message.id}`, { text });
      this.message = data.chat_message;
    };
    const { id, text } = this.message;
    this.#toggle();
    edit(this.bubble, { id: `edit-${id}`, label: "Text of the message", text, most: 10000, said: this.said, save, draw: () => this.#draw(), back: this.opener });
  }
}
