/** Text fields: characters counted as a person counts them, the direction of the text, and its draft. */

import { h } from "./dom.js";

const COUNTER_THRESHOLD = 500; // the counter appears when fewer characters are left
// The same rules as on the server: extended grapheme clusters (UAX 29).
const segmenter = "Segmenter" in Intl ? new Intl.Segmenter("en", { granularity: "grapheme" }) : null; // missing in old browsers
const numberFormat = new Intl.NumberFormat("en");

/** Returns the number of characters as a person counts them. @param {string} text */
export function countCharacters(text) {
  let count = 0;
  for (const _ of segmenter?.segment(text) ?? text) count++;
  return count;
}

/** A field without `maxlength`: what is pasted is never cut. A text that is too long is not sent. */
export class TextField {
  /** @type {import("./drafts.js").Drafts | null} */ #drafts;
  #draftKey;
  #original;

  /**
   * @param {HTMLTextAreaElement | HTMLInputElement} field
   * @param {{ maxCharacters: number, drafts?: import("./drafts.js").Drafts | null, draftKey?: string, original?: string }} options
   *   `original` is the text that is edited
   */
  constructor(field, { maxCharacters, drafts = null, draftKey = "", original = "" }) {
    this.field = field;
    this.maxCharacters = maxCharacters;
    this.#drafts = drafts;
    this.#draftKey = draftKey;
    this.#original = original;
    field.dir = "auto";
    field.value = drafts?.load(draftKey, original) || original;
    this.counter = h("span", { class: "dim character-counter", role: "status" });
    field.addEventListener("input", () => this.#onInput());
    this.#updateCounter();
  }

  /** Throws an error for the user when the text is too long. Nothing of it is lost. */
  requireLength() {
    const excess = this.#excess();
    if (excess <= 0) return;
    const characters = excess === 1 ? "1 character" : `${numberFormat.format(excess)} characters`;
    throw new Error(`This text is ${characters} too long. Shorten it to ${numberFormat.format(this.maxCharacters)}.`);
  }

  /** Sets the text, and deletes the draft when it is empty. @param {string} text */
  set(text) {
    this.field.value = text;
    this.#onInput();
  }

  deleteDraft() {
    this.#drafts?.save(this.#draftKey, "");
  }

  #onInput() {
    this.#drafts?.save(this.#draftKey, this.field.value, this.#original);
    this.#updateCounter();
  }

  /** The number of characters beyond the maximum; negative when some are left. */
  #excess() {
    const { value } = this.field;
    // A text has at most as many characters as code units.
    if (value.length < this.maxCharacters - COUNTER_THRESHOLD) return value.length - this.maxCharacters;
    return countCharacters(value.normalize().trim()) - this.maxCharacters;
  }

  #updateCounter() {
    const excess = this.#excess();
    const isShown = excess > -Math.min(COUNTER_THRESHOLD, this.maxCharacters / 5);
    const count = numberFormat.format(Math.abs(excess));
    this.counter.textContent = isShown ? `${count} ${excess > 0 ? "too many" : "left"}` : "";
    this.counter.classList.toggle("error", excess > 0);
    this.field.setAttribute("aria-invalid", String(excess > 0));
  }
}
