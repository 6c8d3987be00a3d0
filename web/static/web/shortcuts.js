/** Keyboard shortcuts, and the dialog that lists them. They can be switched off, because some people dictate or hit keys by accident. */

import { showDialog } from "./dialog.js";
import { byId, h } from "./dom.js";

const OFF_KEY = "mysocial.shortcuts-off";
const ITEMS = "#view :is(article.post, .notification .text, .conversations a, .user-row .name)";
/** @type {[string, string][]} */
const HELP = [
  ["j", "Next post or entry"],
  ["k", "Previous post or entry"],
  ["Enter", "Open the post"],
  ["l", "React to the post"],
  ["c", "Comments on the post"],
  ["b", "Bookmark the post"],
  ["n", "Write a post"],
  ["/", "Search"],
  ["g", "Go to the feed"],
  ["?", "This list"],
];

/** @param {(path: string) => Promise<any>} openPath opens a view */
export function setUpShortcuts(openPath) {
  /** @type {Record<string, () => any>} */
  const actions = {
    j: () => moveFocus(1),
    k: () => moveFocus(-1),
    Enter: () => document.activeElement?.matches("article.post") && clickInPost("header .dim > a"),
    l: () => clickInPost(".reaction-button"),
    c: () => clickInPost(".comments-button"),
    b: () => clickInPost(".bookmark-button"),
    n: () => writePost(openPath),
    "/": () => search(openPath),
    g: () => openPath("/"),
    "?": () => showHelp(),
  };
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const isForOther = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]");
    const isTyping = /** @type {Element} */ (target).closest("input, textarea, select, [contenteditable], [role=menu], .reaction-picker");
    if (isForOther || isTyping || !Object.hasOwn(actions, key)) return;
    if (key !== "?" && localStorage.getItem(OFF_KEY)) return;
    if (actions[key]() !== false) event.preventDefault();
  });
}

/** Moves the focus to the next entry of the view. @param {1 | -1} step */
function moveFocus(step) {
  const items = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(ITEMS)]).filter((item) => item.checkVisibility());
  const current = items.findIndex((item) => item.contains(document.activeElement));
  // Without a focus, the first entry below the top of the window.
  const next = current < 0 ? items.findIndex((item) => item.getBoundingClientRect().bottom > 0) : current + step;
  const item = items[next];
  item?.focus({ preventScroll: true });
  item?.scrollIntoView({ block: "nearest" });
}

/** Clicks a control of the post that has the focus. Returns false when there is none. @param {string} selector */
function clickInPost(selector) {
  const control = document.activeElement?.closest("article.post")?.querySelector(selector);
  if (!(control instanceof HTMLElement)) return false;
  control.click();
}

/** @param {(path: string) => Promise<any>} openPath */
async function writePost(openPath) {
  const findField = () => /** @type {HTMLElement | null} */ (document.querySelector(".new-post-card textarea"));
  if (!findField()) await openPath("/");
  findField()?.focus();
}

/** @param {(path: string) => Promise<any>} openPath */
async function search(openPath) {
  const field = byId("side-column").querySelector("input");
  if (field?.checkVisibility()) return field.focus();
  await openPath("/search");
  byId("search")?.focus();
}

export function showHelp() {
  const list = h("dl", { class: "shortcut-list" }, ...HELP.flatMap(([key, text]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, text)]));
  const toggle = h("input", { type: "checkbox", id: "shortcuts-on" });
  toggle.checked = !localStorage.getItem(OFF_KEY);
  toggle.addEventListener("change", () => (toggle.checked ? localStorage.removeItem(OFF_KEY) : localStorage.setItem(OFF_KEY, "yes")));
  const option = h("div", { class: "checkbox-row" }, toggle, h("label", { for: toggle.id }, "Use these keys"));
  const close = h("button", { type: "button", click: () => dialog.close() }, "Close");
  const dialog = showDialog(h("div", { class: "fields" }, h("h2", {}, "Keyboard shortcuts"), list, option, h("div", { class: "row dialog-buttons" }, close)), { label: "Keyboard shortcuts" });
  close.focus();
}
