/** Dialogs: a question before what cannot be undone, and forms over the page. */

import { h, runAction } from "./dom.js";

/**
 * Shows a dialog until it is closed. The focus then returns to where it was.
 * @param {HTMLElement} content @param {{ label: string, className?: string }} options
 * @returns {HTMLDialogElement}
 */
export function showDialog(content, { label, className = "" }) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  const dialog = h("dialog", { class: `dialog ${className}`, "aria-label": label }, content);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (focused?.isConnected) focused.focus();
  });
  dialog.addEventListener("click", (/** @type {MouseEvent} */ { target }) => {
    const isLink = /** @type {Element} */ (target).closest("a:not([target])");
    if (target === dialog || isLink) dialog.close(); // the backdrop, or another view
  });
  const close = () => dialog.close();
  addEventListener("popstate", close, { once: true });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Returns a button that asks before an action.
 * @param {string} label @param {Parameters<typeof askBefore>[0]} question @param {Record<string, any>} [attributes]
 */
export function askingButton(label, question, attributes = {}) {
  return h("button", { type: "button", class: "quiet danger-text", ...attributes, click: () => askBefore(question) }, label);
}

/**
 * Asks before an action, names its consequence, and runs it.
 * @param {{ title: string, text: string, confirmLabel: string, action: () => Promise<any> }} options
 */
export function askBefore({ title, text, confirmLabel, action }) {
  const errorElement = h("p", { class: "error", role: "alert" });
  const confirm = () => runAction(confirmButton, errorElement, async () => {
    await action();
    dialog.close();
  });
  const cancelButton = h("button", { type: "button", class: "soft", click: () => dialog.close() }, "Cancel");
  const confirmButton = h("button", { type: "button", class: "danger", click: confirm }, confirmLabel);
  const buttons = h("div", { class: "row dialog-buttons" }, cancelButton, confirmButton);
  const dialog = showDialog(h("div", { class: "fields" }, h("h2", {}, title), h("p", {}, text), errorElement, buttons), { label: title });
  cancelButton.focus();
}
