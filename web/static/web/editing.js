/** Changing a text where it stands: Enter saves it, Escape leaves it as it was. */

import { doing, h } from "./dom.js";

/**
 * @param {{ id: string, label: string, text: string, most: number, said: HTMLElement,
 *   save: (text: string) => Promise<any>, close: () => void }} given
 *   `save` hands the text to the server; `close` is called then, and when it is left
 * @returns {{ form: HTMLElement, field: HTMLTextAreaElement }}
 */
export function editor({ id, label, text, most, said, save, close }) {
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
  return { form, field };
}
