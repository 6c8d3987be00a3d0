/** Posts of a list, newest first, with the event subscription of each post. */

import { SortedRows } from "../sorted-rows.js";
import { ComponentTopics } from "../topic-set.js";
import { PostView } from "./post.js";

// A connection can have 100 topics. Two more pages of posts stay below that.
const MAX_SUBSCRIBED_POSTS = 50;
const NEAR_MARGIN = "1500px"; // posts this close to the visible area stay subscribed

/** @param {string} postId */
const postTopic = (postId) => `post:${postId}`;

/** @extends {SortedRows<PostView>} */
export class PostList extends SortedRows {
  /** @param {HTMLElement} container @param {import("../context.js").ViewContext} context @param {{ newestFirst?: boolean }} [order] */
  constructor(container, context, order) {
    super(container, order);
    this.context = context;
    this.topics = new ComponentTopics(context);
    this.nearObserver = new IntersectionObserver((entries) => this.#updateNearPosts(entries), { rootMargin: NEAR_MARGIN });
    context.signal.addEventListener("abort", () => this.nearObserver.disconnect());
  }

  /** The id of the oldest post; empty when there is none. */
  get oldestId() {
    return /** @type {HTMLElement} */ (this.container.lastElementChild)?.dataset.key ?? "";
  }

  /**
   * Shows a post and follows its topic, unless it is from the cache: then a fresh response comes soon.
   * @param {any} post @param {string} cursor at which it was read
   * @param {{ isCached?: boolean, sortKey?: string }} [options] posts are sorted by id unless there is a key
   */
  show(post, cursor, { isCached = false, sortKey = post.id } = {}) {
    const existingView = this.get(post.id);
    if (!isCached && (existingView?.isSubscribed ?? true)) this.#follow(post.id, cursor);
    if (existingView) {
      this.put(post.id, existingView, sortKey);
      return existingView.update(post, cursor);
    }
    const view = new PostView(post, cursor, this.context);
    this.put(post.id, view, sortKey);
    this.nearObserver.observe(view.element);
  }

  /** @param {string} id @param {string} cursor up to which the post is known */
  #follow(id, cursor) {
    this.topics.add(postTopic(id), cursor, () => this.#loadAgain(id));
  }

  /** @param {string} id */
  async #loadAgain(id) {
    const isVisible = (await this.get(id)?.load().catch(() => true)) ?? true; // after an error, the post stays
    if (!isVisible) this.remove(id);
  }

  /** @param {string} id */
  remove(id) {
    this.topics.remove(postTopic(id));
    const view = this.get(id);
    if (view) this.nearObserver.unobserve(view.element);
    return super.remove(id);
  }

  /** Unsubscribes from posts that are far from the visible area when there are too many subscriptions. */
  limitSubscriptions() {
    const subscribedViews = this.items.filter((view) => view.isSubscribed);
    const excess = Math.max(0, subscribedViews.length - MAX_SUBSCRIBED_POSTS);
    for (const view of subscribedViews.filter(({ isNear }) => !isNear).slice(0, excess)) {
      view.isSubscribed = false;
      view.knownUpTo = this.context.events.cursor;
      this.topics.remove(postTopic(view.id));
    }
  }

  /** Follows posts again when they come near. @param {IntersectionObserverEntry[]} entries */
  #updateNearPosts(entries) {
    for (const { target, isIntersecting } of entries) {
      const view = this.get(/** @type {HTMLElement} */ (target).dataset.id ?? "");
      if (!view) continue;
      view.isNear = isIntersecting;
      if (!isIntersecting || view.isSubscribed) continue;
      view.isSubscribed = true;
      this.#follow(view.id, view.knownUpTo);
    }
  }
}
