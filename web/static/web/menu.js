/** Overflow menus: a button that shows the less frequent actions. */

import { h, icon } from "./dom.js";

/** @typedef {{ label: string, run: () => any, isDangerous?: boolean }} MenuItem */

/** @type {(() => void) | null} closes the menu that is open */ let closeOpenMenu = null;

/**
 * Returns a button with a menu. The items are created when it is opened.
 * @param {string} label @param {() => MenuItem[]} getItems
 */
export function menuButton(label, getItems) {
  const attributes = { type: "button", class: "quiet menu-button", "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false" };
  const button = h("button", { ...attributes, click: () => (menu.hidden ? open() : close()) }, icon("more"));
  const menu = h("div", { class: "overflow-menu", role: "menu", hidden: true, keydown: (/** @type {KeyboardEvent} */ event) => onKeyDown(event) });
  const element = h("div", { class: "menu-frame" }, button, menu);

  const open = () => {
    closeOpenMenu?.();
    closeOpenMenu = close;
    menu.replaceChildren(...getItems().map(createItem));
    menu.hidden = false;
    button.setAttribute("aria-expanded", "true");
    menu.querySelector("button")?.focus();
    document.addEventListener("pointerdown", onPointerDown);
  };
  const close = () => {
    const hadFocus = menu.contains(document.activeElement);
    menu.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", onPointerDown);
    if (hadFocus) button.focus();
  };
  const onPointerDown = (/** @type {PointerEvent} */ event) => element.contains(event.target) || close();
  /** @param {MenuItem} item */
  const createItem = ({ label: text, run, isDangerous }) => {
    const click = () => {
      close();
      run();
    };
    return h("button", { type: "button", role: "menuitem", class: isDangerous ? "menu-item danger-text" : "menu-item", click }, text);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close();
    if (event.key === "Escape") event.stopPropagation();
    if (!step) return;
    event.preventDefault();
    const items = [...menu.querySelectorAll("button")];
    items[(items.indexOf(/** @type {any} */ (document.activeElement)) + step + items.length) % items.length].focus();
  };
  return element;
}
