/**
 * Feed: a list of posts that loads page by page and is kept up to date with events.
 *
 * A page is shown first. Then the feed subscribes to the topic of each post (`post:<id>`), and reads the posts
 * again that have changed since the page was read. New posts wait behind a button, so that the content does
 * not move while the user reads.
 */

import { h } from "../dom.js";
import { PagedList } from "../paged-list.js";
import { PostList } from "./post-list.js";

/** What a new post is to its author. Events do not have it. */
const OWN_NEW_POST = { reaction: null, bookmarked: false, follows_author: false, muted: false, can_edit: true, can_comment: true };

/**
 * @typedef {import("../mysocial.js").ServerEvent} ServerEvent
 * @typedef {object} FeedSource
 * @property {string} path
 * @property {string} [topic] of new posts; left out when another component subscribes to it
 * @property {string} emptyText
 * @property {[string, string]} [emptyLink]
 * @property {string} [authorId] of a profile, whose posts are those of one user
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

  /** @param {number} [minItems] */
  async load(minItems) {
    this.#newPostIds.clear(); // the response includes them
    const cursor = await super.load(minItems);
    const { topic } = this.source;
    if (cursor && topic) this.posts.topics.add(topic, cursor, () => this.scheduleLoad());
    return cursor;
  }

  /** @param {any} post @param {string} cursor */
  putItem(post, cursor) {
    this.#newPostIds.delete(post.id);
    this.posts.show(post, cursor, { isCached: this.isShowingCache });
  }

  /** @param {string} id */
  removeItem(id) {
    this.#newPostIds.delete(id);
    this.posts.remove(id);
  }

  /** Shows a post that the user has just written. @param {any} post @param {string} cursor of the response */
  addOwnPost(post, cursor) {
    this.putItem(post, cursor);
    this.onItemsChanged();
  }

  async #showNewPosts() {
    scrollTo({ top: 0 });
    await this.load(); // one request, however many they are
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
    else if (type === "mute.created") this.source.authorId || this.#removeByUser(data.user_id, "posts");
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
    if (post.privacy === "private" && !this.source.authorId) return this.removeItem(post.id);
    if (view) return view.handleEvent(event);
    if (this.source.authorId && post.author.id !== this.source.authorId) return; // of the view before
    if (!this.isComplete && post.id < this.posts.oldestId) return; // its page is not loaded yet
    if (post.author.id !== this.currentUserId) this.#newPostIds.add(post.id);
    else if (event.type === "post.created") this.putItem({ ...post, viewer: OWN_NEW_POST }, event.id ?? "");
    else this.scheduleLoad(); // the event does not say how the user has reacted
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
