/** Toasts: short confirmations, with a way back where there is one. */

import { h } from "./dom.js";

const SHOWN_MS = 6_000;

/** @param {string} text @param {(() => Promise<any>) | null} [undo] */
export function showToast(text, undo = null) {
  document.querySelector(".toast")?.remove();
  const close = () => toast.remove();
  const onUndo = () => undo?.().then(close, () => (toast.firstElementChild.textContent = "That could not be undone."));
  const undoButton = undo && h("button", { type: "button", class: "quiet", click: onUndo }, "Undo");
  const toast = h("div", { class: "toast", role: "status" }, h("span", {}, text), undoButton);
  document.body.append(toast);
  setTimeout(close, SHOWN_MS);
}
