/**
 * Which view is shown, by the part of the address after `#`: `#/people/<id>/followers`.
 *
 * A view is made anew when one comes to it, and read; one that is left leaves its topics. On the way
 * back it is read as far as one had come, and stands where it stood.
 */

import { byId } from "./dom.js";

const NAME = "MySocial";
const SETTLED = 150; // ms after which a place is kept that one has scrolled to

/** @typedef {import("./context.js").View} View */

export class Router {
  /** @type {View | null} */ view = null;
  #left = new AbortController();
  #timer = 0;

  /** @param {(args: string[], signal: AbortSignal) => View} make makes the view of a place; the first part is its kind */
  constructor(make) {
    this.make = make;
    history.scrollRestoration = "manual";
  }

  /** Shows the place that the address names, from now on. Resolves when the first one is read. */
  begin() {
    addEventListener("hashchange", () => this.#go());
    addEventListener("scroll", () => this.#keep(), { passive: true });
    return this.#go(false);
  }

  #go(isMove = true) {
    clearTimeout(this.#timer);
    const place = location.hash.replace(/^#\/?/, "");
    const [kind = "", ...args] = place.split("/").map(decoded);
    this.#showWay(kind, args);
    if (isMove && this.view?.turn?.([kind, ...args])) return this.#nameIt();
    this.#left.abort();
    this.#left = new AbortController();
    const view = (this.view = this.make([kind, ...args], this.#left.signal));
    byId("view").replaceChildren(view.element);
    byId("view").dataset.kind = kind || "feed";
    this.#nameIt();
    scrollTo(0, 0);
    return this.#read(view, history.state, isMove);
  }

  /** @param {View} view @param {{ top: number, count: number } | null} kept @param {boolean} isMove */
  async #read(view, kept, isMove) {
    const begin = () => isMove && view === this.view && headingOf(view)?.focus({ preventScroll: true });
    begin();
    const from = document.activeElement;
    await Promise.all(view.parts.map((part) => part.read()));
    if (document.activeElement === from) begin(); // it may have been hidden until it was read
    if (kept && view === this.view) {
      await view.scrolled?.readUpTo(Math.min(kept.count, 200));
      scrollTo(0, kept.top);
    }
  }

  #keep() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const count = this.view?.scrolled?.rows.size ?? 0;
      history.replaceState({ top: scrollY, count }, "");
    }, SETTLED);
  }

  #nameIt() {
    document.title = `${this.view?.title} · ${NAME}`;
  }

  /** Marks the way that leads to what is shown. @param {string} kind @param {string[]} args */
  #showWay(kind, args) {
    const path = [kind, ...args].join("/");
    for (const way of document.querySelectorAll(".ways a")) {
      const to = (way.getAttribute("href") ?? "").replace(/^#\/?/, "");
      const isHere = to === path || (to !== "" && path.startsWith(`${to}/`)) || (to === "" && kind === "home");
      if (isHere) way.setAttribute("aria-current", "page");
      else way.removeAttribute("aria-current");
    }
  }
}

/** Where reading begins. @param {View} view */
function headingOf({ element }) {
  return /** @type {HTMLElement | undefined} */ ([...element.querySelectorAll("h1, h2[tabindex]")].find((one) => one.checkVisibility()));
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // somebody's own address
  }
}
