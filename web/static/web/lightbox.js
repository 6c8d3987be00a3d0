/** Lightbox: one picture on the whole screen. */

import { h, icon } from "./dom.js";
import { showDialog } from "./dialog.js";

/** Returns a button around a picture that opens it. @param {HTMLElement} image @param {string} url @param {string} alt */
export function pictureButton(image, url, alt) {
  return h("button", { type: "button", class: "picture-button", "aria-label": `${alt}: enlarge`, click: () => openLightbox(url, alt) }, image);
}

/** @param {string} url @param {string} alt */
function openLightbox(url, alt) {
  const closeButton = h("button", { type: "button", class: "lightbox-close", "aria-label": "Close", click: () => dialog.close() }, icon("close"));
  const dialog = showDialog(h("div", { class: "lightbox" }, h("img", { src: url, alt }), closeButton), { label: alt, className: "lightbox-dialog" });
}
