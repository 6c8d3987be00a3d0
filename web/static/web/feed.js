/**
 * A list of posts that stays true: read page by page, then kept so by events.
 *
 * What is read is joined first (`post:<id>`) and read once more, so that no event falls between the
 * answer and the subscription. What comes anew waits behind a button, so that nothing jumps.
 */

import { byId, sentence } from "./dom.js";
import { PostView } from "./post.js";

const PAGE = 20;
const MOST_WATCHED = 70; // with a page more it is less than the hundred topics of a socket
const MOST_NEW = 20; // past it the whole list is read anew

/** @typedef {import("./mysocial.js").Happening} Happening */

/** Which list a tab shows, and by which topic one hears of new posts in it. */
const TABS = {
  feed: { path: () => "posts", topic: () => "feed", empty: "Nobody has written anything yet." },
  home: { path: () => "posts/home", topic: () => "home", empty: "Posts of people you follow appear here, and your own." },
  mine: { path: (/** @type {string} */ me) => `users/${me}/posts`, topic: (/** @type {string} */ me) => `user:${me}`, empty: "You have not written anything yet." },
};

export class Feed {
  /** @type {Map<string, PostView>} */ #views = new Map();
  /** @type {Set<string>} */ #fresh = new Set(); // ids that wait behind the button
  /** @type {string | null} */ #next = null;
  /** @type {Happening[]} */ #heard = []; // while a page is read
  #reading = 0;
  #round = 0; // a page of an earlier one is not shown
  #more = false; // whether a page is under way
  #topic = "";
  #failed = false;

  /** @param {import("./post.js").Context} context @param {import("./mysocial.js").EventClient} events */
  constructor(context, events) {
    Object.assign(this, { context, events, me: context.me.id, api: context.api });
    this.tab = TABS.feed;
    [this.list, this.button, this.end, this.said] = ["posts", "fresh", "more", "feed-said"].map(byId);
    this.button.addEventListener("click", () => this.#showFresh());
    this.end.addEventListener("click", () => this.#readMore());
    this.near = new IntersectionObserver((entries) => this.#moved(entries), { rootMargin: "1500px" });
    const atEnd = (/** @type {any[]} */ entries) => entries.some((one) => one.isIntersecting) && this.#readMore();
    this.bottom = new IntersectionObserver(atEnd, { rootMargin: "600px" });
  }

  /** Shows a tab from its top; returns the cursor of what was read. @param {keyof typeof TABS} name */
  async show(name) {
    this.tab = TABS[name];
    const topic = this.tab.topic(this.me);
    if (this.#topic && this.#topic !== topic) this.events.leave(this.#topic);
    this.#topic = topic;
    await this.events.join(topic);
    return this.reload();
  }

  /** Whether the tab shows one's own posts, private ones among them. */
  get isMine() {
    return this.tab === TABS.mine;
  }

  /** Reads the first page anew, in place of all that is shown. */
  async reload() {
    const round = ++this.#round;
    this.#next = null;
    const found = await this.#during(() => this.#page(null, round));
    if (found && round === this.#round) {
      for (const view of [...this.#views.values()]) {
        if (!found.data.posts.some((/** @type {any} */ post) => post.id === view.id)) this.#remove(view.id);
      }
      this.#fresh.clear();
      this.#show(found);
    }
    return found?.cursor ?? "";
  }

  /** Reads anew what could not be read before. */
  async mend() {
    if (this.#failed) await this.reload();
  }

  async #readMore() {
    if (!this.#next || this.#more) return;
    this.#more = true;
    const round = this.#round;
    const found = await this.#during(() => this.#page(this.#next, round));
    this.#more = false;
    if (found && round === this.#round) this.#show(found);
  }

  /** Reads a page until each post in it was joined before it was read. @param {string | null} cursor @param {number} round */
  async #page(cursor, round) {
    for (;;) {
      const found = await this.api.get(this.tab.path(this.me), { limit: PAGE, cursor });
      const topics = found.data.posts.map((/** @type {any} */ post) => `post:${post.id}`);
      const added = topics.filter((/** @type {string} */ topic) => !this.events.topics.has(topic));
      if (round !== this.#round || !added.length) return found;
      await this.events.join(...added);
      if (this.events.state === "stopped") return found; // it begins with a `resume` from this answer
    }
  }

  /** Holds back what is heard while something is read; says what goes wrong. @param {() => Promise<any>} read */
  async #during(read) {
    this.#reading++;
    this.list.setAttribute("aria-busy", "true");
    try {
      this.said.textContent = "";
      this.#failed = false;
      return await read();
    } catch (error) {
      this.#failed = true;
      this.said.textContent = sentence(error);
    } finally {
      // After the caller has shown what was read.
      setTimeout(() => {
        if (--this.#reading) return;
        this.list.removeAttribute("aria-busy");
        this.#heard.splice(0).forEach((event) => this.#apply(event));
      });
    }
  }

  /** @param {import("./api.js").Answer} found */
  #show({ data, cursor }) {
    data.posts.forEach((/** @type {any} */ post) => this.#put(post, cursor));
    this.#next = data.next;
    this.end.hidden = !data.next;
    this.bottom.unobserve(this.end); // it tells again if the end is still in sight
    if (data.next) this.bottom.observe(this.end);
    this.#count();
    this.#trim();
  }

  // Posts ---------------------------------------------------------------------------------------

  /** Shows a post at its place: ids sort by time. @param {any} post @param {string} asOf */
  #put(post, asOf) {
    const known = this.#views.get(post.id);
    this.#fresh.delete(post.id);
    if (known) return known.update(post, asOf);
    const view = new PostView(post, asOf, this.context);
    this.#views.set(post.id, view);
    const older = [...this.list.children].find((/** @type {any} */ one) => one.dataset.id < post.id);
    this.list.insertBefore(view.element, older ?? null);
    this.near.observe(view.element);
  }

  /** @param {string} id */
  #remove(id) {
    this.#fresh.delete(id);
    const view = this.#views.get(id);
    if (!view) return;
    this.near.unobserve(view.element);
    this.events.leave(`post:${id}`);
    view.element.remove();
    this.#views.delete(id);
  }

  /** Joins posts, then reads and shows them. @param {string[]} ids */
  async adopt(...ids) {
    await this.#during(async () => {
      await this.events.join(...ids.map((id) => `post:${id}`));
      const reads = ids.map((id) => this.api.get(`posts/${id}`));
      (await Promise.allSettled(reads)).forEach((read, at) => {
        if (read.status === "fulfilled") this.#put(read.value.data, read.value.cursor);
        else this.#remove(ids[at]);
      });
      this.#count();
      this.#trim();
    });
  }

  async #showFresh() {
    scrollTo({ top: 0 });
    if (this.#fresh.size > MOST_NEW) await this.reload();
    else await this.adopt(...this.#fresh);
    this.list.firstElementChild?.querySelector("button")?.focus({ preventScroll: true });
  }

  #count() {
    const count = this.#fresh.size;
    this.button.hidden = !count;
    this.button.textContent = count === 1 ? "1 new post" : `${count} new posts`;
    byId("empty").hidden = this.#views.size > 0 || count > 0;
    byId("empty").textContent = this.tab.empty;
  }

  /** Leaves the topics of posts that are far away, so that there are never too many. */
  #trim() {
    const watched = [...this.#views.values()].filter((view) => view.watched);
    const far = watched.filter((view) => !view.near).slice(0, Math.max(0, watched.length - MOST_WATCHED));
    for (const view of far) {
      view.watched = false;
      this.events.leave(`post:${view.id}`);
    }
  }

  /** @param {IntersectionObserverEntry[]} entries */
  async #moved(entries) {
    for (const { target, isIntersecting } of entries) {
      const view = this.#views.get(/** @type {any} */ (target).dataset.id);
      if (!view) continue;
      view.near = isIntersecting;
      if (!isIntersecting || view.watched) continue;
      view.watched = true;
      await this.events.join(`post:${view.id}`);
      if (!(await view.read().catch(() => true))) this.#remove(view.id);
    }
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
    else if (type.startsWith("follow.") && this.tab === TABS.home) this.reload();
    else if (data.post_id) this.#views.get(data.post_id)?.hear(event);
    this.#count();
  }

  /** @param {Happening} event */
  #changed(event) {
    const post = event.data;
    const view = this.#views.get(post.id);
    if (this.tab !== TABS.mine && post.privacy === "private") return this.#remove(post.id);
    if (view) return view.hear(event);
    const oldest = /** @type {any} */ (this.list.lastElementChild)?.dataset.id ?? "";
    if (this.#next && post.id < oldest) return; // it is on a page that was not read yet
    if (post.author.id === this.me) this.adopt(post.id);
    else this.#fresh.add(post.id);
  }

  /** @param {string} member @param {string} what */
  #hide(member, what) {
    for (const view of [...this.#views.values()]) {
      if (view.post.author.id === member) this.#remove(view.id);
      else if (what === "all") view.hide(member);
    }
    if (this.#fresh.size) this.reload(); // whose these are is not known
  }
}
