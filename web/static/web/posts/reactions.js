/** The six reactions of a post, and one's own among them. */

import { doing, h } from "../dom.js";

/** What may be felt, as the API calls it; each has a picture, because not every machine has emoji. */
export const KINDS = ["like", "love", "happy", "wow", "sad", "angry"];
const PAGE = 100;

/** @param {string} kind */
export const pictureOf = (kind) => h("img", { src: new URL(`./kinds/${kind}.svg`, import.meta.url).pathname, alt: kind, width: 20, height: 20 });

/** How one reacts oneself: read at once for the last hundred, then post by post. */
export class MyReactions {
  /** @type {Map<string, string | null>} */ #kinds = new Map();
  #whole = false;
  /** @type {Promise<void> | null} */ #read = null;

  /** @param {import("../api.js").Api} api @param {string} me */
  constructor(api, me) {
    this.api = api;
    this.me = me;
  }

  /** @param {string} post @returns {Promise<string | null>} */
  async of(post) {
    await (this.#read ??= this.#readAll());
    if (!this.#kinds.has(post) && !this.#whole) {
      const { data } = await this.api.get(`posts/${post}/reactions/mine`);
      if (!this.#kinds.has(post)) this.#kinds.set(post, data.type);
    }
    return this.#kinds.get(post) ?? null;
  }

  /** @param {string} post @param {string | null} kind */
  set(post, kind) {
    this.#kinds.set(post, kind);
  }

  /** Forgets all: what is asked for next is read anew. */
  forget() {
    this.#kinds.clear();
    this.#read = null;
  }

  async #readAll() {
    const { data } = await this.api.get(`users/${this.me}/reactions`, { limit: PAGE });
    for (const { type, post } of data.reactions) {
      if (!this.#kinds.has(post.id)) this.#kinds.set(post.id, type); // an event may know better
    }
    this.#whole = data.next === null;
  }
}

/** The row of buttons under a post. */
export class ReactionBar {
  /** @type {Record<string, { button: any, count: any }>} */ #parts = {};
  #mine = /** @type {string | null} */ (null);

  /** @param {string} post @param {import("../api.js").Api} api @param {MyReactions} mine @param {HTMLElement} said */
  constructor(post, api, mine, said) {
    this.post = post;
    this.api = api;
    this.mine = mine;
    this.element = h("div", { class: "reactions", role: "group", "aria-label": "Reactions" });
    for (const kind of KINDS) {
      const count = h("span", { class: "count" });
      const click = () => doing(button, said, () => this.#toggle(kind));
      const button = h("button", { type: "button", class: "reaction", "data-kind": kind, title: kind, click });
      button.append(pictureOf(kind), count);
      this.#parts[kind] = { button, count };
      this.element.append(button);
    }
    mine.of(post).then((kind) => this.press(kind), () => {});
  }

  /** @param {Record<string, number>} totals as the server counts them */
  show(totals) {
    for (const [kind, { count }] of Object.entries(this.#parts)) {
      count.textContent = totals[kind] ? String(totals[kind]) : "";
    }
  }

  /** Shows how one reacts oneself. @param {string | null} kind */
  press(kind) {
    this.#mine = kind;
    for (const [name, { button }] of Object.entries(this.#parts)) {
      button.setAttribute("aria-pressed", String(name === kind));
    }
  }

  /** @param {string} kind */
  async #toggle(kind) {
    const path = `posts/${this.post}/reaction`;
    const { data } = this.#mine === kind ? await this.api.delete(path) : await this.api.put(path, { type: kind });
    this.mine.set(this.post, data.reaction.type);
    this.press(data.reaction.type);
    // The totals come with `reaction.changed`, in order with those of everybody else.
  }
}
