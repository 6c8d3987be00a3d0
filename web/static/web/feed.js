/**
 * A list of posts that stays true: read page by page, then kept so by events.
 *
 * The posts of a page are joined (`post:<id>`) and the page is read once more, so that no event falls
 * between the answer and the subscription. What comes anew waits behind a button: nothing jumps.
 */

import { byId, sentence } from "./dom.js";
import { PostList, topicOf } from "./list.js";

const PAGE = 20;
const MOST_NEW = 20; // past it the whole list is read anew

/** @typedef {import("./mysocial.js").Happening} Happening */

/**
 * Which list a tab shows, and by which topic one hears of new posts in it.
 * @type {Record<string, { path: (me: string) => string, topic: (me: string) => string, empty: string }>}
 */
const TABS = {
  feed: { path: () => "posts", topic: () => "feed", empty: "Nobody has written anything yet." },
  home: { path: () => "posts/home", topic: () => "home", empty: "Posts of people you follow appear here, and your own." },
  mine: { path: (me) => `users/${me}/posts`, topic: (me) => `user:${me}`, empty: "You have not written anything yet." },
};

export class Feed {
  /** @type {Set<string>} */ #fresh = new Set(); // ids that wait behind the button
  /** @type {string | null} */ #next = null;
  /** @type {Happening[]} */ #heard = []; // while something is read
  #reading = 0;
  #round = 0; // what was asked for in an earlier one is not shown
  #more = false; // whether a further page is under way
  #topic = "";
  #failed = false;

  /** @param {import("./post.js").Context} context @param {import("./mysocial.js").EventClient} events */
  constructor(context, events) {
    this.events = events;
    this.me = context.me.id;
    this.api = context.api;
    this.tab = TABS.feed;
    this.list = new PostList(byId("posts"), context, events);
    this.button = byId("fresh");
    this.end = byId("more");
    this.said = byId("feed-said");
    this.button.addEventListener("click", () => this.#showFresh());
    this.end.addEventListener("click", () => this.#readMore());
    const atEnd = (/** @type {any[]} */ entries) => entries.some((one) => one.isIntersecting) && this.#readMore();
    this.bottom = new IntersectionObserver(atEnd, { rootMargin: "600px" });
  }

  /** Whether the tab shows one's own posts, private ones among them. */
  get isMine() {
    return this.tab === TABS.mine;
  }

  // Reading -------------------------------------------------------------------------------------

  /** Shows a tab from its top; returns the cursor of what was read. @param {string} name */
  async show(name) {
    this.tab = TABS[name];
    const topic = this.tab.topic(this.me);
    if (this.#topic && this.#topic !== topic) this.events.leave(this.#topic);
    this.#topic = topic;
    await this.events.join(topic);
    return this.reload();
  }

  /** Reads the first page anew, in place of all that is shown. */
  async reload() {
    const round = ++this.#round;
    this.#next = null;
    return this.#during(async () => {
      const found = await this.#page(null, round);
      if (round !== this.#round) return "";
      const ids = new Set(found.data.posts.map((/** @type {any} */ post) => post.id));
      for (const { id } of this.list.views) if (!ids.has(id)) this.list.remove(id);
      this.#fresh.clear();
      this.#show(found);
      return found.cursor;
    });
  }

  /** Trusts nothing that is shown: reads the first page into an empty list. */
  async begin() {
    for (const { id } of this.list.views) this.list.remove(id);
    await this.reload();
  }

  /** Reads anew what could not be read before. */
  async mend() {
    if (this.#failed) await this.reload();
  }

  async #readMore() {
    if (!this.#next || this.#more) return;
    this.#more = true;
    const round = this.#round;
    await this.#during(async () => {
      const found = await this.#page(this.#next, round);
      if (round === this.#round) this.#show(found);
    });
    this.#more = false;
  }

  /**
   * Reads a page until each post in it was joined before it was read.
   * @param {string | null} cursor @param {number} round
   */
  async #page(cursor, round) {
    for (;;) {
      const found = await this.api.get(this.tab.path(this.me), { limit: PAGE, cursor });
      const topics = found.data.posts.map((/** @type {any} */ post) => topicOf(post.id));
      if (round !== this.#round || !(await this.events.join(...topics))) return found;
    }
  }

  /**
   * Holds back what is heard while something is read and shown; says what goes wrong.
   * @template T @param {() => Promise<T>} work @returns {Promise<T | undefined>}
   */
  async #during(work) {
    this.#reading++;
    this.list.element.setAttribute("aria-busy", "true");
    try {
      this.said.textContent = "";
      this.#failed = false;
      return await work();
    } catch (error) {
      this.#failed = true;
      this.said.textContent = sentence(error);
    } finally {
      if (!--this.#reading) {
        this.list.element.removeAttribute("aria-busy");
        this.#heard.splice(0).forEach((event) => this.#apply(event));
      }
    }
  }

  /** @param {import("./api.js").Answer} found */
  #show({ data, cursor }) {
    data.posts.forEach((/** @type {any} */ post) => this.#put(post, cursor));
    this.#next = data.next;
    this.end.hidden = !data.next;
    this.bottom.unobserve(this.end); // it tells again if the end is still in sight
    if (data.next) this.bottom.observe(this.end);
    this.#settle();
  }

  /** @param {any} post @param {string} asOf */
  #put(post, asOf) {
    this.#fresh.delete(post.id);
    this.list.put(post, asOf);
  }

  /** @param {string} id */
  #remove(id) {
    this.#fresh.delete(id);
    this.list.remove(id);
  }

  /** Joins posts, then reads and shows them. @param {string[]} ids */
  async adopt(...ids) {
    await this.#during(async () => {
      await this.events.join(...ids.map(topicOf));
      const reads = await Promise.allSettled(ids.map((id) => this.api.get(`posts/${id}`)));
      reads.forEach((read, at) => {
        if (read.status === "fulfilled") this.#put(read.value.data, read.value.cursor);
        else if (read.reason.status === 404) this.#remove(ids[at]);
        else throw read.reason;
      });
      this.#settle();
    });
  }

  async #showFresh() {
    scrollTo({ top: 0 });
    if (this.#fresh.size > MOST_NEW) await this.reload();
    else await this.adopt(...this.#fresh);
    /** @type {HTMLElement} */ (this.list.element.firstElementChild)?.focus({ preventScroll: true });
  }

  /** Says how many are new, and whether there is anything at all. */
  #settle() {
    const count = this.#fresh.size;
    this.button.hidden = !count;
    this.button.textContent = count === 1 ? "1 new post" : `${count} new posts`;
    byId("empty").hidden = this.list.views.length > 0 || count > 0;
    byId("empty").textContent = this.tab.empty;
    this.list.trim();
  }

  // Events --------------------------------------------------------------------------------------

  /** Takes what the socket says. @param {Happening} event */
  hear(event) {
    if (this.#reading) this.#heard.push(event);
    else this.#apply(event);
  }

  /** @param {Happening} event */
  #apply(event) {
    const { type, data } = event;
    if (type === "post.created" || type === "post.updated") this.#changed(event);
    else if (type === "post.deleted") this.#remove(data.id);
    else if (type === "user.hidden" || type === "block.created") this.#hide(data.user_id, data.what ?? "all");
    else if (data.follower_id === this.me || type === "block.deleted" || type === "user.shown") this.reload(); // others are seen now
    else this.list.get(data.post_id ?? data.comment?.post_id)?.hear(event);
    this.#settle();
  }

  /** @param {Happening} event */
  #changed(event) {
    const post = event.data;
    const view = this.list.get(post.id);
    if (post.privacy === "private" && !this.isMine) return this.#remove(post.id);
    if (view) return view.hear(event);
    if (this.#next && post.id < this.list.oldest) return; // it is on a page that was not read yet
    if (post.author.id === this.me) this.adopt(post.id);
    else this.#fresh.add(post.id);
  }

  /** Drops what can't be seen any more. @param {string} member @param {string} what */
  #hide(member, what) {
    for (const view of this.list.views) {
      if (view.post.author.id === member) this.#remove(view.id);
      else if (what === "all") view.hide(member);
    }
    if (this.#fresh.size) this.reload(); // whose these are is not known
  }
}
