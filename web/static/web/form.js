/** Forms with a button and an error text. */

import { h, runAction } from "./dom.js";

/**
 * Returns a form that reports success or an error.
 * @param {string} title @param {(Node | string)[]} fields @param {() => Promise<any>} save
 * @param {string} [button] its label @param {string} [success] the text after a success
 */
export function createForm(title, fields, save, button = "Save", success = "Saved.") {
  const errorElement = h("p", { class: "error", role: "alert" });
  const status = h("p", { class: "good", role: "status" });
  const clearStatus = () => (status.textContent = "");
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    clearStatus();
    runAction(form, errorElement, async () => {
      await save();
      status.textContent = success;
    });
  };
  const footer = h("div", { class: "row" }, h("button", { type: "submit" }, button), status);
  const form = h("form", { class: "card fields", submit, input: clearStatus }, h("h2", {}, title), ...fields, footer, errorElement);
  return form;
}
