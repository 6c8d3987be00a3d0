/** Completion of names: while the user types `@name`, members with this name are offered. */

import { announce, avatar, h, shownName } from "./dom.js";
import { insertText } from "./insert-text.js";

const MENTION = /(?:^|[\s(])@(\w{1,30})$/; // at the end of the text before the cursor
const SEARCH_DELAY_MS = 150;
const MAX_CHOICES = 5;

let completionCount = 0;

export class MentionCompletion {
  #timer = 0;
  #query = "";
  #index = 0; // of the choice that Enter takes
  /** @type {any[]} */ #users = [];

  /** @param {import("./insert-text.js").TextInput} field @param {import("./api.js").Api} api */
  constructor(field, api) {
    this.field = field;
    this.api = api;
    this.id = `mentions-${++completionCount}`;
    this.element = h("ul", { id: this.id, class: "mention-list", role: "listbox", "aria-label": "Members", hidden: true });
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.id);
    field.addEventListener("input", () => this.#onInput());
    field.addEventListener("blur", () => this.#close());
    // Before the form, for which Enter means something else.
    field.addEventListener("keydown", (event) => this.#onKeyDown(/** @type {KeyboardEvent} */ (event)), { capture: true });
  }

  /** The name that is typed; empty when there is none. */
  get #typedName() {
    const { field } = this;
    return MENTION.exec(field.value.slice(0, field.selectionStart ?? 0))?.[1] ?? "";
  }

  #onInput() {
    clearTimeout(this.#timer);
    this.#query = this.#typedName;
    if (!this.#query) return this.#close();
    this.#timer = setTimeout(() => this.#search(), SEARCH_DELAY_MS);
  }

  async #search() {
    const query = this.#query;
    const response = await this.api.get("users/search", { q: query, limit: MAX_CHOICES }).catch(() => null); // one can type on
    if (!response || query !== this.#query || document.activeElement !== this.field) return;
    this.#users = response.data.users;
    this.#index = 0;
    if (!this.#users.length) return this.#close();
    this.element.hidden = false;
    this.#render();
    announce(this.#users.length === 1 ? "1 member. Press Enter to choose." : `${this.#users.length} members. Press Enter to choose.`);
  }

  #render() {
    const rows = this.#users.map((user, index) => {
      const name = h("span", { class: "item-text" }, h("bdi", {}, shownName(user)), h("span", { class: "dim" }, ` @${user.username}`));
      const choose = (/** @type {Event} */ event) => {
        event.preventDefault(); // the field keeps the focus
        this.#choose(index);
      };
      return h("li", { id: `${this.id}-${index}`, role: "option", "aria-selected": String(index === this.#index), pointerdown: choose }, avatar(user, "small"), name);
    });
    this.element.replaceChildren(...rows);
    this.field.setAttribute("aria-activedescendant", `${this.id}-${this.#index}`);
  }

  /** @param {KeyboardEvent} event */
  #onKeyDown(event) {
    if (this.element.hidden || event.isComposing) return;
    const count = this.#users.length;
    if (event.key === "ArrowDown") this.#index = (this.#index + 1) % count;
    else if (event.key === "ArrowUp") this.#index = (this.#index + count - 1) % count;
    else if (event.key === "Enter" || event.key === "Tab") this.#choose(this.#index);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!this.element.hidden) this.#render();
  }

  /** @param {number} index */
  #choose(index) {
    const end = this.field.selectionStart ?? 0;
    const { username } = this.#users[index];
    const start = end - this.#typedName.length;
    this.#close();
    insertText(this.field, `${username} `, start, end);
  }

  #close() {
    this.#query = "";
    this.element.hidden = true;
    this.element.replaceChildren();
    this.field.removeAttribute("aria-activedescendant");
  }
}
