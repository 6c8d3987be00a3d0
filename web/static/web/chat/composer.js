/** Writing to somebody: text, a picture, and that one is about to. */

import { doing, h, icon } from "../dom.js";
import { bodyOf, PictureInput } from "../picture.js";

const AGAIN = 3_000; // ms after which it is told once more that one writes
const STOPS = 5_000; // ms without a letter after which one does not

export class Composer {
  #told = 0; // when it was told that one writes; 0: one does not
  #timer = 0;

  /** @param {import("../context.js").Context} context @param {string} other @param {(message: any) => void} sent */
  constructor({ api, events, signal }, other, sent) {
    this.events = events;
    this.other = other;
    this.picture = new PictureInput();
    this.said = h("p", { class: "error", role: "alert" });
    this.field = h("textarea", { id: "message", rows: 1, maxlength: 10000, placeholder: "Write a message", input: () => this.#typed(), blur: () => this.#tell(false) });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const written = this.field.value;
      const text = written.trim();
      if (!text && !this.picture.file) return;
      doing(this.element, this.said, async () => {
        const { data } = await api.post("chat/message", bodyOf({ receiver_id: other, ...(text && { text }), ...this.picture.fields }));
        // What was written on meanwhile stays.
        if (this.field.value.startsWith(written)) this.field.value = this.field.value.slice(written.length);
        this.picture.clear();
        if (!this.field.value) this.#tell(false);
        sent(data.chat_message);
      });
    };
    const keydown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
    };
    this.field.addEventListener("keydown", keydown);
    const send = h("button", { type: "submit", "aria-label": "Send" }, icon("send"));
    const label = h("label", { for: "message", class: "hidden" }, "Message");
    this.element = h("form", { class: "composer", submit }, this.picture.preview, h("div", { class: "row" }, this.picture.button, label, this.field, send), this.said);
    signal.addEventListener("abort", () => this.#tell(false));
  }

  #typed() {
    clearTimeout(this.#timer);
    if (!this.field.value) return this.#tell(false);
    this.#timer = setTimeout(() => this.#tell(false), STOPS);
    if (Date.now() - this.#told > AGAIN) this.#tell(true);
  }

  /** @param {boolean} on */
  #tell(on) {
    if (!on && !this.#told) return;
    if (!on) clearTimeout(this.#timer);
    this.#told = on ? Date.now() : 0;
    this.events.typing(this.other, on);
  }
}
