/**
 * Router. The path of the address is the route, as in `/people/<id>/followers`. The server sends the page for
 * each route.
 *
 * Each navigation creates and loads a new view; leaving it unsubscribes from its topics. Going back loads
 * as many items as were shown before and restores the scroll position.
 */

import { byId } from "./dom.js";

const SITE_NAME = "MySocial";
const SCROLL_SAVE_DELAY_MS = 150;
const MAX_RESTORED_ITEMS = 200;

/**
 * @typedef {import("./context.js").View} View
 * @typedef {{ scrollTop: number, itemCount: number }} ScrollPosition kept in the browser's history
 */

export class Router {
  /** @type {View | null} */ view = null;
  #viewAbort = new AbortController();
  #scrollTimer = 0;

  /**
   * @param {(route: string[], signal: AbortSignal) => View} createView called with the parts of the route
   * @param {(path: string) => boolean} isRoute whether a path belongs to a view, not to another page
   */
  constructor(createView, isRoute) {
    this.createView = createView;
    this.isRoute = isRoute;
    history.scrollRestoration = "manual";
  }

  /**
   * Shows the current route and follows changes. Resolves when the first view is loaded.
   * @param {{ movesFocus?: boolean }} [options] whether to focus the heading, as a navigation does
   */
  start({ movesFocus = false } = {}) {
    addEventListener("popstate", () => this.#navigate());
    document.addEventListener("click", (event) => this.#followLink(event));
    addEventListener("scroll", () => this.#scheduleScrollSave(), { passive: true });
    return this.#navigate({ isInitial: true, movesFocus });
  }

  /** Opens a view. Resolves when it is loaded. @param {string} path */
  open(path) {
    history.pushState(null, "", path);
    return this.#navigate();
  }

  /** Follows a link to another view without loading the page again. @param {MouseEvent} event */
  #followLink(event) {
    const link = /** @type {Element} */ (event.target).closest("a[href]");
    const isForBrowser = event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!(link instanceof HTMLAnchorElement) || isForBrowser || link.target || link.origin !== location.origin) return;
    if (!this.isRoute(link.pathname)) return;
    event.preventDefault();
    const isSame = link.pathname === location.pathname;
    history[isSame ? "replaceState" : "pushState"](null, "", link.pathname);
    this.#navigate();
  }

  async #navigate({ isInitial = false, movesFocus = true } = {}) {
    clearTimeout(this.#scrollTimer);
    const path = location.pathname.replace(/^\/|\/$/g, "");
    const route = path.split("/").map(decodeRoutePart);
    this.#markCurrentLink(route);
    if (!isInitial && this.view?.navigate?.(route)) return this.#updateTitle();
    this.#viewAbort.abort();
    this.#viewAbort = new AbortController();
    const view = (this.view = this.createView(route, this.#viewAbort.signal));
    byId("view").replaceChildren(view.element);
    byId("view").dataset.route = route[0] || "feed";
    this.#updateTitle();
    scrollTo(0, 0);
    return this.#loadView(view, history.state, movesFocus);
  }

  /** @param {View} view @param {ScrollPosition | null} position to restore @param {boolean} movesFocus */
  async #loadView(view, position, movesFocus) {
    const focusHeading = () => movesFocus && view === this.view && findHeading(view)?.focus({ preventScroll: true });
    const itemCount = Math.min(position?.itemCount ?? 0, MAX_RESTORED_ITEMS);
    const { scrollList } = view;
    const loads = view.components.map((component) => component.load(component === scrollList ? itemCount : 0));
    // What is known from before is shown by now.
    if (position) scrollTo(0, position.scrollTop);
    const restoredTop = scrollY;
    focusHeading();
    const focusedElement = document.activeElement;
    await Promise.all(loads);
    if (view === this.view) this.#updateTitle(); // it may name what was loaded
    // The heading may have been hidden before; the user may have moved the focus meanwhile.
    if (document.activeElement === focusedElement) focusHeading();
    if (position && view === this.view) {
      await view.scrollList?.loadAtLeast(itemCount);
      if (scrollY === restoredTop) scrollTo(0, position.scrollTop); // the user has not scrolled meanwhile
    }
  }

  #scheduleScrollSave() {
    clearTimeout(this.#scrollTimer);
    this.#scrollTimer = setTimeout(() => {
      const itemCount = this.view?.scrollList?.rows.size ?? 0;
      history.replaceState({ scrollTop: scrollY, itemCount }, "");
    }, SCROLL_SAVE_DELAY_MS);
  }

  #updateTitle() {
    document.title = `${this.view?.title} · ${SITE_NAME}`;
  }

  /** Marks the link of the main navigation that leads to the route. @param {string[]} route */
  #markCurrentLink(route) {
    const path = route.join("/");
    for (const link of document.querySelectorAll(".main-nav a")) {
      const linkPath = (link.getAttribute("href") ?? "").replace(/^\//, "");
      const isParent = linkPath !== "" && path.startsWith(`${linkPath}/`);
      const isFeed = linkPath === "" && route[0] === "home";
      if (linkPath === path || isParent || isFeed) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }
}

/** Replaces an address of the form `#/posts/<id>`, which links had before. */
export function followOldLink() {
  if (location.hash.startsWith("#/")) history.replaceState(null, "", `/${location.hash.replace(/^#\/+/, "")}`);
}

/** @param {View} view */
function findHeading({ element }) {
  const headings = /** @type {HTMLElement[]} */ ([...element.querySelectorAll("h1, h2[tabindex]")]);
  return headings.find((heading) => heading.checkVisibility());
}

/** @param {string} part */
function decodeRoutePart(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // an address that was typed by hand
  }
}
