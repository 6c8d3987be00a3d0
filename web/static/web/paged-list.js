/** List that loads page by page while the user scrolls, and is kept up to date with events. */

import { h } from "./dom.js";
import { LiveComponent } from "./live-component.js";
import { SortedRows } from "./sorted-rows.js";

export const DEFAULT_LIMIT = 20;
const PRELOAD_MARGIN = "600px"; // the next page is loaded before its place is visible

/**
 * @typedef {import("./context.js").ViewContext} ViewContext
 * @typedef {import("./api.js").ApiResponse} ApiResponse
 * @typedef {object} ListOptions
 * @property {string} path
 * @property {string} itemsKey field of the response that contains the items
 * @property {string} [moreLabel] label of the button that loads the next page
 * @property {string} [emptyText]
 * @property {[string, string]} [emptyLink] address and label of a link below it
 * @property {number} [limit] items of a page
 * @property {boolean} [newestFirst]
 * @property {Record<string, string>} [query]
 * @property {Element} [scrollRoot] the scrolling element, when it is not the window
 * @property {boolean} [loadsByButtonOnly]
 */

export class PagedList extends LiveComponent {
  /** @type {string | null} */ #nextCursor = null;
  #generation = 0; // responses to requests of an earlier generation are ignored
  #isLoadingNextPage = false;
  isShowingCache = false; // whether items are shown that may be out of date

  /** @param {ViewContext} context @param {HTMLElement} list @param {ListOptions} options */
  constructor(context, list, options) {
    super(list, context.signal);
    this.context = context;
    this.list = list;
    this.options = options;
    /** @type {SortedRows<any>} */ this.rows = new SortedRows(list, options);
    const moreAttributes = { type: "button", class: "quiet more", hidden: true, click: () => this.loadNextPage() };
    this.moreButton = h("button", moreAttributes, options.moreLabel ?? "Show more");
    const [emptyHref, emptyLabel] = options.emptyLink ?? [];
    const emptyLink = emptyHref ? h("a", { class: "button soft", href: emptyHref }, emptyLabel ?? "") : null;
    this.emptyElement = h("div", { class: "dim empty", hidden: true }, h("p", {}, options.emptyText ?? "Nothing to show."), emptyLink);
    const onIntersect = (/** @type {IntersectionObserverEntry[]} */ entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.loadNextPage();
    };
    this.endObserver = new IntersectionObserver(onIntersect, { root: options.scrollRoot, rootMargin: PRELOAD_MARGIN });
    context.signal.addEventListener("abort", () => this.endObserver.disconnect());
  }

  /** Whether all pages are loaded. */
  get isComplete() {
    return this.#nextCursor === null;
  }

  // For subclasses to override --------------------------------------------------------------------

  /** Shows an item that was read at a cursor. @param {any} _item @param {string} _cursor */
  putItem(_item, _cursor) {}

  /** @param {any} item @returns {string} */
  getItemId(item) {
    return item.id;
  }

  /** @param {string} id */
  removeItem(id) {
    this.rows.remove(id);
  }

  /**
   * Requests a page.
   * @param {string | null} cursor @param {() => boolean} _isCurrent whether the page is still wanted
   * @returns {Promise<ApiResponse>}
   */
  fetchPage(cursor, _isCurrent) {
    return this.context.cache.get(this.options.path, this.#pageQuery(cursor));
  }

  /** @param {string | null} cursor */
  #peekPage(cursor) {
    return this.context.cache.peek(this.options.path, this.#pageQuery(cursor));
  }

  /** @param {string | null} cursor */
  #pageQuery(cursor) {
    const { query, limit = DEFAULT_LIMIT } = this.options;
    return { limit, cursor, ...query };
  }

  /** Called before the first page is shown. */
  onFirstPage() {}

  /** Shows a page after the earlier ones. @param {ApiResponse} response */
  showPage({ data, cursor }) {
    data[this.options.itemsKey].forEach((/** @type {any} */ item) => this.putItem(item, cursor));
  }

  /** Called when the items have changed. */
  onItemsChanged() {
    this.emptyElement.hidden = this.rows.size > 0;
  }

  // Loading ---------------------------------------------------------------------------------------

  /**
   * Loads the first page, which replaces all items. Shows the last responses meanwhile, if the list is empty.
   * Returns the event cursor of the page.
   * @param {number} [minItems] how many items to load, if there are as many
   */
  async load(minItems = 0) {
    const generation = ++this.#generation;
    if (this.rows.size === 0) this.#showCachedPages(minItems);
    return this.runLoad(async () => {
      const responses = await this.#fetchPages(minItems, generation);
      if (!this.#isCurrent(generation)) return "";
      const items = responses.flatMap(({ data }) => data[this.options.itemsKey]);
      const ids = new Set(items.map((item) => this.getItemId(item)));
      for (const id of this.rows.ids) if (!ids.has(id)) this.removeItem(id);
      this.onFirstPage();
      for (const response of responses) this.#finishPage(response);
      return responses[0].cursor;
    });
  }

  /** @param {number} minItems @param {number} generation */
  async #fetchPages(minItems, generation) {
    const isCurrent = () => this.#isCurrent(generation);
    const responses = [await this.fetchPage(null, isCurrent)];
    for (let count = 0; isCurrent(); ) {
      const { data } = responses[responses.length - 1];
      count += data[this.options.itemsKey].length;
      if (!data.next || count >= minItems) break;
      responses.push(await this.fetchPage(data.next, isCurrent));
    }
    return responses;
  }

  /** @param {number} minItems */
  #showCachedPages(minItems) {
    this.isShowingCache = true;
    this.onFirstPage();
    for (let response = this.#peekPage(null); response; ) {
      this.#finishPage(response);
      response = this.#nextCursor && this.rows.size < minItems ? this.#peekPage(this.#nextCursor) : undefined;
    }
    this.#nextCursor = null; // the fresh response has another
    this.endObserver.unobserve(this.moreButton);
    this.isShowingCache = false;
  }

  async loadNextPage() {
    if (this.#nextCursor === null || this.#isLoadingNextPage) return;
    this.#isLoadingNextPage = true;
    const generation = this.#generation;
    await this.runLoad(async () => {
      const response = await this.fetchPage(this.#nextCursor, () => this.#isCurrent(generation));
      if (this.#isCurrent(generation)) this.#finishPage(response);
    });
    this.#isLoadingNextPage = false;
  }

  /** Loads pages until the list has this many items or is complete. @param {number} count */
  async loadAtLeast(count) {
    for (let previousSize = -1; this.rows.size < count && !this.isComplete && this.rows.size > previousSize; ) {
      previousSize = this.rows.size;
      await this.loadNextPage();
    }
  }

  /** @param {number} generation */
  #isCurrent(generation) {
    return generation === this.#generation && !this.signal.aborted;
  }

  /** @param {ApiResponse} response */
  #finishPage(response) {
    this.#nextCursor = response.data.next ?? null;
    this.showPage(response);
    this.moreButton.hidden = this.isComplete;
    this.endObserver.unobserve(this.moreButton); // observing it again reports when it is still visible
    if (!this.isComplete && !this.options.loadsByButtonOnly) this.endObserver.observe(this.moreButton);
    this.onItemsChanged();
  }
}
