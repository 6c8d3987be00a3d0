/**
 * Feed: a list of posts that loads page by page and is kept up to date with events.
 *
 * The feed subscribes to the topic of each post of a page (`post:<id>`) and then requests the page again,
 * so that no event is lost between the response and the subscription. New posts wait behind a button, so
 * that the content does not move while the user reads.
 */

import { h } from "../dom.js";
import { PagedList } from "../paged-list.js";
import { PostList } from "./post-list.js";

const MAX_NEW_POSTS = 20; // when there are more, the whole feed is loaded again

/**
 * @typedef {import("../mysocial.js").ServerEvent} ServerEvent
 * @typedef {object} FeedSource
 * @property {string} path
 * @property {string} [topic] of new posts; left out when another component subscribes to it
 * @property {string} emptyText
 * @property {[string, string]} [emptyLink]
 * @property {boolean} [isProfile] whether the posts are those of one user
 */

export class Feed extends PagedList {
  /** @type {Set<string>} */ #newPostIds = new Set();

  /** @param {import("../context.js").ViewContext} context @param {FeedSource} source */
  constructor(context, source) {
    super(context, h("div", { class: "posts" }), { ...source, itemsKey: "posts", moreLabel: "More posts" });
    this.source = source;
    this.currentUserId = context.currentUser.id;
    this.rows = this.posts = new PostList(this.list, context);
    this.newPostsButton = h("button", { type: "button", hidden: true, click: () => this.#showNewPosts() });
    const newPosts = h("div", { role: "status", class: "new-posts" }, this.newPostsButton);
    this.element = h("div", { class: "feed" }, newPosts, this.errorElement, this.list, this.emptyElement, this.moreButton);
  }

  // Loading -------------------------------------------------------------------------------------

  async reload() {
    for (const id of this.posts.ids) this.posts.remove(id);
    return this.load();
  }

  /**
   * Requests a page until all its posts were subscribed before the request.
   * @param {string | null} cursor @param {() => boolean} isCurrent
   */
  async fetchPage(cursor, isCurrent) {
    const { topic } = this.source;
    if (cursor === null && topic) await this.posts.topics.subscribe(topic);
    if (!this.posts.size) this.discardQueuedEvents(); // they may be of the last view; the response includes the rest
    for (;;) {
      const response = await super.fetchPage(cursor, isCurrent);
      const ids = response.data.posts.map((/** @type {any} */ post) => post.id);
      if (!isCurrent() || !(await this.posts.subscribe(ids))) return response;
    }
  }

  async load() {
    this.#newPostIds.clear(); // the response includes them
    return super.load();
  }

  /** @param {any} post @param {string} cursor */
  putItem(post, cursor) {
    this.#newPostIds.delete(post.id);
    this.posts.show(post, cursor);
  }

  /** @param {string} id */
  removeItem(id) {
    this.#newPostIds.delete(id);
    this.posts.remove(id);
  }

  /** Subscribes to posts, then loads and shows them. @param {string[]} ids */
  async loadPosts(...ids) {
    await this.runLoad(async () => {
      await this.posts.subscribe(ids);
      const results = await Promise.allSettled(ids.map((id) => this.context.api.get(`posts/${id}`)));
      results.forEach((result, index) => {
        if (result.status === "fulfilled") this.putItem(result.value.data, result.value.cursor);
        else if (result.reason.status === 404) this.removeItem(ids[index]);
        else throw result.reason;
      });
      this.onItemsChanged();
    });
  }

  async #showNewPosts() {
    scrollTo({ top: 0 });
    if (this.#newPostIds.size > MAX_NEW_POSTS) await this.load();
    else await this.loadPosts(...this.#newPostIds);
    /** @type {HTMLElement} */ (this.list.firstElementChild)?.focus({ preventScroll: true });
  }

  onItemsChanged() {
    const count = this.#newPostIds.size;
    this.newPostsButton.hidden = !count;
    this.newPostsButton.textContent = count === 1 ? "1 new post" : `${count} new posts`;
    this.emptyElement.hidden = this.posts.size > 0 || count > 0;
    this.posts.limitSubscriptions();
  }

  // Events --------------------------------------------------------------------------------------

  /** @param {ServerEvent} event */
  applyEvent(event) {
    const { type, data } = event;
    if (type === "post.created" || type === "post.updated") this.#applyPostEvent(event);
    else if (type === "post.deleted") this.removeItem(data.id);
    else if (type === "user.hidden" || type === "block.created") this.#removeByUser(data.user_id, data.what ?? "all");
    else if (type === "user.deleted") this.#removeByUser(data.id, "all");
    else if (type === "mute.created") this.source.isProfile || this.#removeByUser(data.user_id, "posts");
    else if (this.#mayAddPosts(event)) this.scheduleLoad();
    else this.posts.get(data.post_id ?? data.comment?.post_id)?.handleEvent(event);
    this.onItemsChanged();
  }

  /** Returns whether an event may make posts visible that were not visible before. @param {ServerEvent} event */
  #mayAddPosts({ type, data }) {
    const isFollow = type === "follow.created" || type === "follow.deleted";
    return (isFollow && data.follower_id === this.currentUserId) || ["block.deleted", "user.shown", "mute.deleted"].includes(type);
  }

  /** @param {ServerEvent} event */
  #applyPostEvent(event) {
    const post = event.data;
    const view = this.posts.get(post.id);
    if (post.privacy === "private" && !this.source.isProfile) return this.removeItem(post.id);
    if (view) return view.handleEvent(event);
    if (!this.isComplete && post.id < this.posts.oldestId) return; // its page is not loaded yet
    if (post.author.id === this.currentUserId) this.loadPosts(post.id);
    else this.#newPostIds.add(post.id);
  }

  /** Removes what the current user can no longer see. @param {string} userId @param {string} what `all` or `posts` */
  #removeByUser(userId, what) {
    for (const view of this.posts.items) {
      if (view.post.author.id === userId) this.removeItem(view.id);
      else if (what === "all") view.removeCommentsBy(userId);
    }
    if (this.#newPostIds.size) this.scheduleLoad(); // their authors are not known
  }
}
