/** Posts of a list, newest first, with the event subscription of each post. */

import { SortedRows } from "../sorted-rows.js";
import { TopicSubscriptions } from "../topic-subscriptions.js";
import { PostView } from "./post.js";

// A connection can have 100 topics. Two more pages of posts stay below that.
const MAX_SUBSCRIBED_POSTS = 50;
const NEAR_MARGIN = "1500px"; // posts this close to the visible area stay subscribed

/** @param {string} postId */
const postTopic = (postId) => `post:${postId}`;

/** @extends {SortedRows<PostView>} */
export class PostList extends SortedRows {
  /** @param {HTMLElement} container @param {import("../context.js").ViewContext} context */
  constructor(container, context) {
    super(container);
    this.context = context;
    this.topics = new TopicSubscriptions(context.events, context.signal);
    this.nearObserver = new IntersectionObserver((entries) => this.#updateNearPosts(entries), { rootMargin: NEAR_MARGIN });
    context.signal.addEventListener("abort", () => this.nearObserver.disconnect());
  }

  /** The id of the oldest post; empty when there is none. */
  get oldestId() {
    return /** @type {HTMLElement} */ (this.container.lastElementChild)?.dataset.key ?? "";
  }

  /** Returns whether posts that were read earlier have to be read again. @param {string[]} ids */
  subscribe(ids) {
    return this.topics.subscribe(...ids.map(postTopic));
  }

  /** Shows a post. Its topic has to be subscribed before. @param {any} post @param {string} cursor at which it was read */
  show(post, cursor) {
    const existingView = this.get(post.id);
    if (existingView) return existingView.update(post, cursor);
    const view = new PostView(post, cursor, this.context);
    this.put(post.id, view);
    this.nearObserver.observe(view.element);
  }

  /** @param {string} id */
  remove(id) {
    this.topics.unsubscribe(postTopic(id));
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
      this.topics.unsubscribe(postTopic(view.id));
    }
  }

  /** Subscribes to posts again when they come near, and loads what has changed. @param {IntersectionObserverEntry[]} entries */
  async #updateNearPosts(entries) {
    for (const { target, isIntersecting } of entries) {
      const view = this.get(/** @type {HTMLElement} */ (target).dataset.id ?? "");
      if (!view) continue;
      view.isNear = isIntersecting;
      if (!isIntersecting || view.isSubscribed) continue;
      view.isSubscribed = true;
      await this.subscribe([view.id]);
      const isVisible = await view.load().catch(() => true); // after an error, the post stays
      if (!isVisible) this.remove(view.id);
    }
  }
}
