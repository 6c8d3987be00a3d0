/** Optional fields of a post: feeling, background color and GIF. */

import { h } from "../dom.js";
import { setBackgroundColor } from "./background-color.js";

const FEELINGS = ["happy", "excited", "blessed", "loved", "sad", "angry"];
const NO_OPTIONS = { feelings: "", bg_color: "", gif_url: "" };
/** @type {Record<string, string>} */
const COLOR_NAMES = {
  "": "No color",
  "#fde68a": "Sand",
  "#bbf7d0": "Mint",
  "#bfdbfe": "Sky",
  "#b91c1c": "Brick",
  "#1e3a8a": "Night",
  "#111827": "Ink",
};
const GIF_LABEL = "GIF address";

export class PostOptions {
  /** @param {any} post the post to edit, or null @param {HTMLElement} textField shows the background color */
  constructor(post, textField) {
    this.savedFields = post ?? NO_OPTIONS;
    const { feelings, bg_color, gif_url } = this.savedFields;
    const showColor = () => setBackgroundColor(textField, this.colorSelect.value);
    /** @param {string} label @param {[string, string][]} choices @param {string} selected */
    const createSelect = (label, choices, selected) => {
      const options = choices.map(([value, text]) => h("option", { value, selected: value === selected }, text));
      return h("select", { "aria-label": label, change: showColor }, ...options);
    };
    /** @type {[string, string][]} */
    const feelingChoices = [["", "No feeling"]];
    for (const feeling of FEELINGS) feelingChoices.push([feeling, `Feeling ${feeling}`]);
    const colorChoices = Object.entries(COLOR_NAMES);
    if (!(bg_color in COLOR_NAMES)) colorChoices.push([bg_color, bg_color]);
    this.feelingSelect = createSelect("How you feel", feelingChoices, feelings);
    this.colorSelect = createSelect("Background color", colorChoices, bg_color);
    const gifAttributes = { type: "url", autocomplete: "off" };
    this.gifField = h("input", { ...gifAttributes, "aria-label": GIF_LABEL, placeholder: GIF_LABEL });
    this.gifField.value = gif_url;
    const row = h("div", { class: "row" }, this.feelingSelect, this.colorSelect, this.gifField);
    const isOpen = !!(feelings || bg_color || gif_url);
    this.element = h("details", { class: "post-options", open: isOpen }, h("summary", {}, "Feeling, color, GIF"), row);
    setBackgroundColor(textField, bg_color);
  }

  get hasGif() {
    return this.gifField.value.trim() !== "";
  }

  /** Changed fields, by API name. @returns {Record<string, string>} */
  get fields() {
    const fields = { feelings: this.feelingSelect.value, bg_color: this.colorSelect.value, gif_url: this.gifField.value.trim() };
    return Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== this.savedFields[name]));
  }

  /** @param {HTMLElement} textField */
  clear(textField) {
    this.feelingSelect.value = this.colorSelect.value = this.gifField.value = "";
    this.element.open = false;
    setBackgroundColor(textField, "");
  }
}
