/** A list that is read page by page as one scrolls, and kept true by events. */

import { h } from "./dom.js";
import { Live } from "./live.js";
import { Rows } from "./rows.js";

const PAGE = 20;
const AHEAD = "600px"; // a page is read before its place is in sight

/**
 * @typedef {import("./context.js").Context} Context
 * @typedef {import("./api.js").Answer} Answer
 * @typedef {object} What
 * @property {string} path
 * @property {string} noun how the answer calls what is listed
 * @property {string} [more] what the button says
 * @property {string} [empty] what is said when there is nothing
 * @property {number} [limit]
 * @property {boolean} [newestFirst]
 * @property {Record<string, string>} [query]
 * @property {Element} [root] what scrolls, if it is not the window
 * @property {boolean} [byHand] whether more is read by the button only
 */

export class Pages extends Live {
  /** @type {string | null} */ #next = null;
  #round = 0; // what was asked for in an earlier one is not shown
  #underWay = false;

  /** @param {Context} context @param {HTMLElement} list @param {What} what */
  constructor(context, list, what) {
    super(list, context.signal);
    this.context = context;
    this.list = list;
    this.what = what;
    /** @type {Rows<any>} */ this.rows = new Rows(list, what);
    this.more = h("button", { type: "button", class: "quiet more", hidden: true, click: () => this.readMore() }, what.more ?? "More");
    this.empty = h("p", { class: "dim empty", hidden: true }, what.empty ?? "There is nothing here.");
    const inSight = (/** @type {any[]} */ entries) => entries.some((one) => one.isIntersecting) && this.readMore();
    this.end = new IntersectionObserver(inSight, { root: what.root, rootMargin: AHEAD });
    context.signal.addEventListener("abort", () => this.end.disconnect());
  }

  /** Whether all there is was read. */
  get isWhole() {
    return this.#next === null;
  }

  // What a list says of itself --------------------------------------------------------------------

  /** Shows one thing that was read, as it was at a cursor. @param {any} _one @param {string} _asOf */
  put(_one, _asOf) {}

  /** @param {any} one @returns {string} */
  idOf(one) {
    return one.id;
  }

  /** @param {string} id */
  remove(id) {
    this.rows.remove(id);
  }

  /** Reads a page; `stands` tells whether anybody waits for it still. @param {string | null} cursor @param {() => boolean} _stands @returns {Promise<Answer>} */
  fetch(cursor, _stands) {
    const { path, query, limit = PAGE } = this.what;
    return this.context.api.get(path, { limit, cursor, ...query });
  }

  /** Shows a page, after those before it. @param {Answer} found */
  show({ data, cursor }) {
    data[this.what.noun].forEach((/** @type {any} */ one) => this.put(one, cursor));
  }

  /** Called when what is shown has changed. */
  settle() {
    this.empty.hidden = this.rows.size > 0;
  }

  // Reading ---------------------------------------------------------------------------------------

  /** Reads the first page anew, in place of all that is shown; returns its cursor. */
  async read() {
    const round = ++this.#round;
    return this.during(async () => {
      const found = await this.fetch(null, () => this.#stands(round));
      if (!this.#stands(round)) return "";
      const ids = new Set(found.data[this.what.noun].map((/** @type {any} */ one) => this.idOf(one)));
      for (const id of this.rows.ids) if (!ids.has(id)) this.remove(id);
      this.#show(found);
      return found.cursor;
    });
  }

  /** Reads the page after those that are shown. */
  async readMore() {
    if (this.#next === null || this.#underWay) return;
    this.#underWay = true;
    const round = this.#round;
    await this.during(async () => {
      const found = await this.fetch(this.#next, () => this.#stands(round));
      if (this.#stands(round)) this.#show(found);
    });
    this.#underWay = false;
  }

  /** Reads on until so many are shown, or all there are. @param {number} count */
  async readUpTo(count) {
    for (let before = -1; this.rows.size < count && !this.isWhole && this.rows.size > before; ) {
      before = this.rows.size;
      await this.readMore();
    }
  }

  /** @param {number} round */
  #stands(round) {
    return round === this.#round && !this.signal.aborted;
  }

  /** @param {Answer} found */
  #show(found) {
    this.#next = found.data.next ?? null;
    this.show(found);
    this.more.hidden = this.isWhole;
    this.end.unobserve(this.more); // it tells again if the end is still in sight
    if (!this.isWhole && !this.what.byHand) this.end.observe(this.more);
    this.settle();
  }
}
