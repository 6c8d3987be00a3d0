/** Inserting text into a field, as if the user had typed it. */

/** @typedef {HTMLTextAreaElement | HTMLInputElement} TextInput */

/** Replaces a range of the text, by default the selection. @param {TextInput} field @param {string} text @param {number} [start] @param {number} [end] */
export function insertText(field, text, start = field.selectionStart ?? field.value.length, end = field.selectionEnd ?? start) {
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, data: text, inputType: "insertText" }));
  field.focus();
}
