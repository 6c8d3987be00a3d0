/** Inline editor for a text. Enter saves the text and Escape cancels. */

import { h, runAction } from "./dom.js";
import { TextField } from "./text-field.js";

/**
 * Replaces the content of a container with a form.
 *
 * @param {HTMLElement} container
 * @param {{ id: string, label: string, text: string, maxCharacters: number, drafts: import("./drafts.js").Drafts,
 *   errorElement: HTMLElement, save: (text: string) => Promise<any>, render: () => void, focusTarget: HTMLElement }} options
 *   `save` sends the text to the server. When the form is closed, `render` fills the container again and
 *   `focusTarget` gets the focus.
 */
export function openInlineEditor(container, { id, label, text, maxCharacters, drafts, errorElement, save, render, focusTarget }) {
  const close = () => {
    textField.deleteDraft();
    form.remove();
    render();
    focusTarget.focus();
  };
  const field = h("textarea", { id, rows: 2 });
  const textField = new TextField(field, { maxCharacters, drafts, draftKey: id, original: text });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    runAction(form, errorElement, async () => {
      textField.requireLength();
      await save(field.value);
      close();
    });
  };
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  const saveButton = h("button", { type: "submit" }, "Save");
  const cancelButton = h("button", { type: "button", class: "quiet", click: close }, "Cancel");
  const labelElement = h("label", { for: id, class: "visually-hidden" }, label);
  const form = h("form", { class: "fields", submit, keydown }, labelElement, field, h("div", { class: "row" }, saveButton, cancelButton, textField.counter));
  container.replaceChildren(form);
  field.focus();
}
