/** Dialogs that show a list, which loads page by page. */

import { showDialog } from "./dialog.js";
import { h, icon } from "./dom.js";

/** @typedef {import("./context.js").ViewContext} ViewContext */

/**
 * Shows a list until the dialog is closed.
 * @param {ViewContext} context @param {string} title
 * @param {(context: ViewContext) => { list: import("./paged-list.js").PagedList & { element: HTMLElement }, header?: HTMLElement }} create
 */
export function openDialogList(context, title, create) {
  const abort = new AbortController();
  const { list, header } = create({ ...context, signal: abort.signal });
  const closeButton = h("button", { type: "button", class: "quiet", "aria-label": "Close", click: () => dialog.close() }, icon("close"));
  const heading = h("div", { class: "row space-between dialog-heading" }, h("h2", { tabindex: -1 }, title), closeButton);
  const dialog = showDialog(h("div", { class: "dialog-list" }, heading, header ?? "", list.element), { label: title });
  dialog.addEventListener("close", () => abort.abort());
  /** @type {HTMLElement} */ (heading.firstElementChild).focus();
  list.load();
}
