/** Form for a comment or a reply. */

import { h, runAction } from "../dom.js";
import { emojiPicker } from "../emoji-picker.js";
import { MentionCompletion } from "../mention-completion.js";
import { TextField } from "../text-field.js";

const MAX_CHARACTERS = 2_000;

/**
 * @param {object} options
 * @param {string} options.id of the field, which is also the key of the draft
 * @param {string} options.label @param {string} options.button
 * @param {import("../context.js").ViewContext} options.context @param {HTMLElement} options.errorElement
 * @param {(text: string) => Promise<any>} options.send @param {() => void} [options.cancel]
 * @returns {HTMLFormElement}
 */
export function createCommentForm({ id, label, button, context: { api, drafts }, errorElement, send, cancel }) {
  const placeholder = cancel ? "Write a reply" : "Write a comment";
  const field = h("input", { id, name: "text", required: true, autocomplete: "off", placeholder });
  const textField = new TextField(field, { maxCharacters: MAX_CHARACTERS, drafts, draftKey: id });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    runAction(form, errorElement, async () => {
      textField.requireLength();
      await send(field.value);
      textField.set("");
    });
  };
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || event.isComposing || !cancel) return;
    event.stopPropagation();
    cancel();
  };
  const labelElement = h("label", { for: id, class: "visually-hidden" }, label);
  const cancelButton = cancel ? h("button", { type: "button", class: "quiet", click: cancel }, "Cancel") : null;
  const frame = h("div", { class: "field-frame" }, field, new MentionCompletion(field, api).element);
  const form = h("form", { class: "row comment-form", submit, keydown }, labelElement, frame, emojiPicker(field), cancelButton, h("button", { type: "submit" }, button), textField.counter);
  return form;
}
