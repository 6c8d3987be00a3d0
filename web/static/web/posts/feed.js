/**
 * A list of posts that stays true: read page by page, then kept so by events.
 *
 * The posts of a page are joined (`post:<id>`) and the page is read once more, so that no event falls
 * between the answer and the subscription. What comes anew waits behind a button: nothing jumps.
 */

import { h } from "../dom.js";
import { Pages } from "../pages.js";
import { PostList } from "./list.js";

const MOST_NEW = 20; // past it the whole list is read anew

/**
 * @typedef {import("../mysocial.js").Happening} Happening
 * @typedef {object} Source which posts, and by which topic one hears of new ones
 * @property {string} path
 * @property {string} [topic] left out where it is joined by another part of the page
 * @property {string} empty
 * @property {boolean} [isWall] whether it is of one member, with all that one may see of theirs
 */

export class Feed extends Pages {
  /** @type {Set<string>} */ #fresh = new Set(); // ids that wait behind the button

  /** @param {import("../context.js").Context} context @param {Source} source */
  constructor(context, source) {
    super(context, h("div", { class: "posts" }), { ...source, noun: "posts", more: "More posts" });
    this.source = source;
    this.me = context.me.id;
    this.rows = this.posts = new PostList(this.list, context);
    this.button = h("button", { type: "button", hidden: true, click: () => this.#showFresh() });
    const fresh = h("div", { role: "status", class: "fresh" }, this.button);
    this.element = h("div", { class: "feed" }, fresh, this.said, this.list, this.empty, this.more);
  }

  // Reading -------------------------------------------------------------------------------------

  async renew() {
    for (const id of this.posts.ids) this.posts.remove(id);
    return this.read();
  }

  /** Reads a page until each post in it was joined before it was read. @param {string | null} cursor @param {() => boolean} stands */
  async fetch(cursor, stands) {
    const { topic } = this.source;
    if (cursor === null && topic) await this.posts.topics.join(topic);
    if (!this.posts.size) this.forget(); // some of it is of the view before, and the answer has the rest
    for (;;) {
      const found = await super.fetch(cursor, stands);
      const ids = found.data.posts.map((/** @type {any} */ post) => post.id);
      if (!stands() || !(await this.posts.join(ids))) return found;
    }
  }

  async read() {
    this.#fresh.clear(); // the page that is read has them
    return super.read();
  }

  /** @param {any} post @param {string} asOf */
  put(post, asOf) {
    this.#fresh.delete(post.id);
    this.posts.show(post, asOf);
  }

  /** @param {string} id */
  remove(id) {
    this.#fresh.delete(id);
    this.posts.remove(id);
  }

  /** Joins posts, then reads and shows them. @param {string[]} ids */
  async adopt(...ids) {
    await this.during(async () => {
      await this.posts.join(ids);
      const reads = await Promise.allSettled(ids.map((id) => this.context.api.get(`posts/${id}`)));
      reads.forEach((read, at) => {
        if (read.status === "fulfilled") this.put(read.value.data, read.value.cursor);
        else if (read.reason.status === 404) this.remove(ids[at]);
        else throw read.reason;
      });
      this.settle();
    });
  }

  async #showFresh() {
    scrollTo({ top: 0 });
    if (this.#fresh.size > MOST_NEW) await this.read();
    else await this.adopt(...this.#fresh);
    /** @type {HTMLElement} */ (this.list.firstElementChild)?.focus({ preventScroll: true });
  }

  /** Says how many are new, and whether there is anything at all. */
  settle() {
    const count = this.#fresh.size;
    this.button.hidden = !count;
    this.button.textContent = count === 1 ? "1 new post" : `${count} new posts`;
    this.empty.hidden = this.posts.size > 0 || count > 0;
    this.posts.trim();
  }

  // Events --------------------------------------------------------------------------------------

  /** @param {Happening} event */
  apply(event) {
    const { type, data } = event;
    if (type === "post.created" || type === "post.updated") this.#changed(event);
    else if (type === "post.deleted") this.remove(data.id);
    else if (type === "user.hidden" || type === "block.created") this.#hide(data.user_id, data.what ?? "all");
    else if (type === "user.deleted") this.#hide(data.id, "all");
    else if (type === "mute.created") this.source.isWall || this.#hide(data.user_id, "posts");
    else if (this.#showsMore(event)) this.again();
    else this.posts.get(data.post_id ?? data.comment?.post_id)?.hear(event);
    this.settle();
  }

  /** Whether others are seen than before. @param {Happening} event */
  #showsMore({ type, data }) {
    const isFollow = type === "follow.created" || type === "follow.deleted";
    return (isFollow && data.follower_id === this.me) || ["block.deleted", "user.shown", "mute.deleted"].includes(type);
  }

  /** @param {Happening} event */
  #changed(event) {
    const post = event.data;
    const view = this.posts.get(post.id);
    if (post.privacy === "private" && !this.source.isWall) return this.remove(post.id);
    if (view) return view.hear(event);
    if (!this.isWhole && post.id < this.posts.oldest) return; // it is on a page that was not read yet
    if (post.author.id === this.me) this.adopt(post.id);
    else this.#fresh.add(post.id);
  }

  /** Drops what can't be seen any more. @param {string} member @param {string} what */
  #hide(member, what) {
    for (const view of this.posts.lines) {
      if (view.post.author.id === member) this.remove(view.id);
      else if (what === "all") view.hide(member);
    }
    if (this.#fresh.size) this.again(); // whose these are is not known
  }
}
