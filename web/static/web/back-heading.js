/** Heading of a view that is reached from another one, with a way back. */

import { h, icon } from "./dom.js";

/** @param {string} title @param {string} parent address of the view to show when there is none to go back to */
export function backHeading(title, parent) {
  const goBack = (/** @type {MouseEvent} */ event) => {
    if (history.length < 2 || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    history.back();
  };
  const link = h("a", { class: "button quiet back-link", href: parent, "aria-label": "Back", click: goBack }, icon("back"));
  return h("div", { class: "row back-heading" }, link, h("h1", { tabindex: -1 }, title));
}
