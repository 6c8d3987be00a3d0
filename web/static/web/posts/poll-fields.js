/** Fields for the poll of a new post. */

import { h, icon } from "../dom.js";

const [MIN_OPTIONS, MAX_OPTIONS] = [2, 6];
/** @type {Record<string, string>} */
const DURATIONS = { 3600: "1 hour", 21600: "6 hours", 86400: "1 day", 259200: "3 days", 604800: "7 days", 2592000: "30 days" };
const DEFAULT_DURATION = "86400";
/** @type {Record<string, string>} */
const FLAGS = { multiple: "Several choices", hide_results: "Hide results until voted or ended", may_change_vote: "Votes may change" };

export class PollFields {
  /** @type {any[]} */ #rows = [];

  constructor() {
    this.list = h("div", { class: "poll-options" });
    this.addButton = h("button", { type: "button", class: "quiet", click: () => this.#addRow().focus() }, "Add option");
    const durations = Object.entries(DURATIONS).map(([value, text]) => h("option", { value, selected: value === DEFAULT_DURATION }, text));
    this.durationSelect = h("select", { "aria-label": "Duration of the poll" }, ...durations);
    this.flagInputs = Object.entries(FLAGS).map(([name, text]) => {
      const input = h("input", { type: "checkbox", name });
      return { name, input, label: h("label", { class: "poll-choice" }, input, text) };
    });
    const settings = h("div", { class: "row" }, this.addButton, this.durationSelect);
    this.element = h("details", { class: "post-options" }, h("summary", {}, "Poll"), this.list, settings, ...this.flagInputs.map(({ label }) => label));
    this.clear();
  }

  /** The poll, by API name; nothing without options. @returns {{ poll?: object }} */
  get fields() {
    const options = this.#rows.map(({ input }) => input.value.trim()).filter(Boolean);
    if (!options.length) return {};
    const flags = Object.fromEntries(this.flagInputs.map(({ name, input }) => [name, input.checked]));
    return { poll: { options, duration_seconds: Number(this.durationSelect.value), ...flags } };
  }

  clear() {
    for (const { element } of this.#rows) element.remove();
    this.#rows = [];
    for (let count = 0; count < MIN_OPTIONS; count++) this.#addRow();
    for (const { input } of this.flagInputs) input.checked = false;
    this.durationSelect.value = DEFAULT_DURATION;
    this.element.open = false;
  }

  #addRow() {
    const input = h("input", { autocomplete: "off", dir: "auto" });
    const removeButton = h("button", { type: "button", class: "quiet", click: () => this.#removeRow(row) }, icon("close"));
    const row = { input, removeButton, element: h("div", { class: "row" }, input, removeButton) };
    this.#rows.push(row);
    this.list.append(row.element);
    this.#update();
    return input;
  }

  /** @param {any} row */
  #removeRow(row) {
    const position = this.#rows.indexOf(row);
    this.#rows.splice(position, 1);
    row.element.remove();
    this.#update();
    this.#rows[Math.min(position, this.#rows.length - 1)].input.focus();
  }

  #update() {
    this.addButton.disabled = this.#rows.length >= MAX_OPTIONS;
    for (const [index, { input, removeButton }] of this.#rows.entries()) {
      const label = `Option ${index + 1}`;
      input.setAttribute("aria-label", label);
      input.placeholder = label;
      removeButton.setAttribute("aria-label", `Remove option ${index + 1}`);
      removeButton.hidden = this.#rows.length <= MIN_OPTIONS;
    }
  }
}
