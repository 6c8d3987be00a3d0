/** Form for a new message, with a picture. Sends typing notifications. */

import { h, icon, runAction } from "../dom.js";
import { emojiPicker } from "../emoji-picker.js";
import { buildRequestBody, MediaInput } from "../media.js";
import { TextField } from "../text-field.js";

const MAX_CHARACTERS = 10_000;
const TYPING_REPEAT_MS = 3_000;
const TYPING_TIMEOUT_MS = 5_000; // without input for this long, the user is no longer typing

export class Composer {
  #typingSentAtMs = 0; // 0: not typing
  #typingTimer = 0;

  /** @param {import("../context.js").ViewContext} context @param {string} otherUserId @param {(message: any) => void} onSent */
  constructor({ api, events, drafts, signal }, otherUserId, onSent) {
    this.api = api;
    this.events = events;
    this.otherUserId = otherUserId;
    this.onSent = onSent;
    this.picture = new MediaInput();
    this.errorElement = h("p", { class: "error", role: "alert" });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#submit();
    };
    const keydown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
    };
    const fieldListeners = { input: () => this.#onInput(), blur: () => this.#setTyping(false), keydown };
    this.field = h("textarea", { id: "message", rows: 1, placeholder: "Write a message", ...fieldListeners });
    this.textField = new TextField(this.field, { maxCharacters: MAX_CHARACTERS, drafts, draftKey: `message-${otherUserId}` });
    const label = h("label", { for: "message", class: "visually-hidden" }, "Message");
    const sendButton = h("button", { type: "submit", "aria-label": "Send" }, icon("send"));
    const row = h("div", { class: "composer-row" }, this.picture.button, emojiPicker(this.field), label, this.field, sendButton);
    this.element = h("form", { class: "composer", submit }, this.picture.preview, row, this.textField.counter, this.errorElement);
    this.picture.acceptFrom(this.element);
    signal.addEventListener("abort", () => this.#setTyping(false));
  }

  #submit() {
    const sentValue = this.field.value;
    const text = sentValue.trim();
    if (!text && !this.picture.file) return;
    runAction(this.element, this.errorElement, async () => {
      this.textField.requireLength();
      const fields = { receiver_id: this.otherUserId, ...(text && { text }), ...this.picture.fields };
      const { data } = await this.api.post("chat/messages", buildRequestBody(fields));
      // Keeps what the user has typed meanwhile.
      if (this.field.value.startsWith(sentValue)) this.textField.set(this.field.value.slice(sentValue.length));
      this.picture.clear();
      if (!this.field.value) this.#setTyping(false);
      this.onSent(data.chat_message);
    });
  }

  #onInput() {
    clearTimeout(this.#typingTimer);
    if (!this.field.value) return this.#setTyping(false);
    this.#typingTimer = setTimeout(() => this.#setTyping(false), TYPING_TIMEOUT_MS);
    if (Date.now() - this.#typingSentAtMs > TYPING_REPEAT_MS) this.#setTyping(true);
  }

  /** @param {boolean} isTyping */
  #setTyping(isTyping) {
    if (!isTyping && !this.#typingSentAtMs) return;
    if (!isTyping) clearTimeout(this.#typingTimer);
    this.#typingSentAtMs = isTyping ? Date.now() : 0;
    this.events.sendTyping(this.otherUserId, isTyping);
  }
}
