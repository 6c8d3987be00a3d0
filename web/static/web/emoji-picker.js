/** Button with a panel of emoji, which are inserted into a field. */

import { h, icon } from "./dom.js";
import { EMOJI_GROUPS } from "./emoji-list.js";
import { insertText } from "./insert-text.js";

/** @type {Record<string, number>} how far an arrow key moves; a row has about 8 emoji */
const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 };

/** Returns the button and its panel. @param {import("./insert-text.js").TextInput} field */
export function emojiPicker(field) {
  const search = h("input", { type: "search", "aria-label": "Search emoji", placeholder: "Search", autocomplete: "off", input: () => render() });
  const list = h("div", { class: "emoji-list" });
  const panel = h("div", { class: "emoji-panel", role: "dialog", "aria-label": "Emoji", hidden: true, keydown: (/** @type {KeyboardEvent} */ event) => onKeyDown(event) }, search, list);
  const button = h("button", { type: "button", class: "quiet emoji-button", "aria-label": "Emoji", title: "Emoji", "aria-expanded": "false", click: () => (panel.hidden ? open() : close()) }, icon("smile"));
  const element = h("div", { class: "menu-frame" }, button, panel);

  const open = () => {
    search.value = "";
    render();
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    search.focus();
    document.addEventListener("pointerdown", onPointerDown);
  };
  const close = () => {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", onPointerDown);
  };
  const onPointerDown = (/** @type {PointerEvent} */ { target }) => element.contains(/** @type {Node} */ (target)) || close();
  const choose = (/** @type {string} */ character) => {
    close();
    insertText(field, character);
  };
  const render = () => {
    const text = search.value.trim().toLowerCase();
    const groups = EMOJI_GROUPS.map(([name, all]) => ({ name, emoji: all.filter((emoji) => emoji.name.includes(text)) })).filter(({ emoji }) => emoji.length);
    const sections = groups.map(({ name, emoji }) => {
      const buttons = emoji.map(({ character, name: label }) => h("button", { type: "button", class: "emoji", tabindex: -1, title: label, "aria-label": label, click: () => choose(character) }, character));
      return h("div", { role: "group", "aria-label": name }, h("p", { class: "dim", "aria-hidden": "true" }, name), h("div", { class: "emoji-group" }, ...buttons));
    });
    list.replaceChildren(...sections);
    if (sections.length) list.querySelector("button").tabIndex = 0; // one stop for the Tab key; arrows move on
    else list.append(h("p", { class: "dim" }, "No emoji of this name."));
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const buttons = [...list.querySelectorAll("button")];
    const index = buttons.indexOf(/** @type {any} */ (document.activeElement));
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
      button.focus();
    } else if (event.key === "Enter" && index < 0) {
      event.preventDefault(); // the form is not sent
      buttons[0]?.click();
    } else if (event.key === "ArrowDown" && index < 0) {
      event.preventDefault();
      buttons[0]?.focus();
    } else if (STEPS[event.key] && index >= 0) {
      event.preventDefault();
      buttons[Math.min(Math.max(index + STEPS[event.key], 0), buttons.length - 1)].focus();
    }
  };
  return element;
}
