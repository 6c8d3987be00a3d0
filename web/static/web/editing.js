/** Changing a text where it stands: Enter saves it, Escape leaves it as it was. */

import { doing, h } from "./dom.js";

/**
 * Shows a form in the place of what `place` holds.
 *
 * @param {HTMLElement} place
 * @param {{ id: string, label: string, text: string, most: number, said: HTMLElement,
 *   save: (text: string) => Promise<any>, draw: () => void, back: HTMLElement }} given
 *   `save` hands the text to the server; then, and when it is left, `draw` fills the place again
 *   and `back` gets the focus
 */
export function edit(place, { id, label, text, most, said, save, draw, back }) {
  const close = () => {
    form.remove();
    draw();
    back.focus();
  };
  const field = h("textarea", { id, rows: 2, maxlength: most });
  field.value = text;
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    doing(form, said, async () => {
      await save(field.value);
      close();
    });
  };
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  const buttons = h("div", { class: "line" }, h("button", { type: "submit" }, "Save"), h("button", { type: "button", class: "quiet", click: close }, "Cancel"));
  const form = h("form", { class: "fields", submit, keydown }, h("label", { for: id, class: "hidden" }, label), field, buttons);
  place.replaceChildren(form);
  field.focus();
}
