/** What a post may have beside its words: how one feels, a colour behind it, a GIF from elsewhere. */

import { h } from "../dom.js";
import { paint } from "./colours.js";

const FEELINGS = ["happy", "excited", "blessed", "loved", "sad", "angry"];
/** @type {Record<string, string>} */
const COLOURS = { "": "No colour", "#fde68a": "Sand", "#bbf7d0": "Mint", "#bfdbfe": "Sky", "#b91c1c": "Brick", "#1e3a8a": "Night", "#111827": "Ink" };

export class Extras {
  /** @param {any} post the one that is changed, or null @param {HTMLElement} text where the colour is shown */
  constructor(post, text) {
    this.known = post ?? { feelings: "", bg_color: "", gif_url: "" };
    const choice = (/** @type {string} */ label, /** @type {[string, string][]} */ options, /** @type {string} */ chosen) => {
      const some = options.map(([value, name]) => h("option", { value, selected: value === chosen }, name));
      return h("select", { "aria-label": label, change: () => paint(text, this.colour.value) }, ...some);
    };
    const { feelings, bg_color, gif_url } = this.known;
    const colours = Object.entries(COLOURS);
    if (!(bg_color in COLOURS)) colours.push([bg_color, bg_color]);
    this.feeling = choice("How you feel", [["", "No feeling"], ...FEELINGS.map((one) => /** @type {[string, string]} */ ([one, `Feels ${one}`]))], feelings);
    this.colour = choice("Colour behind the text", colours, bg_color);
    this.gif = h("input", { type: "url", maxlength: 500, "aria-label": "Address of a GIF", placeholder: "Address of a GIF", autocomplete: "off" });
    this.gif.value = gif_url;
    this.element = h("details", { class: "extras", open: !!(feelings || bg_color || gif_url) }, h("summary", {}, "Feeling, colour, GIF"), h("div", { class: "line" }, this.feeling, this.colour, this.gif));
    paint(text, bg_color);
  }

  /** What a form is to send of it: what has changed. @returns {Record<string, string>} */
  get fields() {
    const now = { feelings: this.feeling.value, bg_color: this.colour.value, gif_url: this.gif.value.trim() };
    return Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== this.known[name]));
  }

  /** @param {HTMLElement} text */
  clear(text) {
    this.feeling.value = this.colour.value = this.gif.value = "";
    this.element.open = false;
    paint(text, "");
  }
}
