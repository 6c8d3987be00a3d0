/** The posts that are shown, newest first, each of them live. */

import { PostView } from "./post.js";

const MOST_WATCHED = 70; // with a page more it is less than the hundred topics of a socket
const FAR = "1500px";

/** @param {string} id */
export const topicOf = (id) => `post:${id}`;

export class PostList {
  /** @type {Map<string, PostView>} */ #views = new Map();

  /**
   * @param {HTMLElement} element
   * @param {import("./post.js").Context} context
   * @param {import("./mysocial.js").EventClient} events
   */
  constructor(element, context, events) {
    this.element = element;
    this.context = context;
    this.events = events;
    this.near = new IntersectionObserver((entries) => this.#moved(entries), { rootMargin: FAR });
  }

  get views() {
    return [...this.#views.values()];
  }

  /** The id of the oldest post; empty when there is none. */
  get oldest() {
    return /** @type {HTMLElement} */ (this.element.lastElementChild)?.dataset.id ?? "";
  }

  /** @param {string} id */
  get(id) {
    return this.#views.get(id);
  }

  /** Shows a post at its place: ids sort by time. Its topic was joined. @param {any} post @param {string} asOf */
  put(post, asOf) {
    const known = this.#views.get(post.id);
    if (known) return known.update(post, asOf);
    const view = new PostView(post, asOf, this.context);
    this.#views.set(post.id, view);
    const older = [...this.element.children].find((/** @type {any} */ one) => one.dataset.id < post.id);
    this.element.insertBefore(view.element, older ?? null);
    this.near.observe(view.element);
  }

  /** @param {string} id */
  remove(id) {
    this.events.leave(topicOf(id));
    const view = this.#views.get(id);
    if (!view) return;
    this.near.unobserve(view.element);
    view.element.remove();
    this.#views.delete(id);
  }

  /** Leaves the topics of posts that are far away, so that there are never too many. */
  trim() {
    const watched = this.views.filter((view) => view.watched);
    const far = watched.filter((view) => !view.near).slice(0, Math.max(0, watched.length - MOST_WATCHED));
    for (const view of far) {
      view.watched = false;
      this.events.leave(topicOf(view.id));
    }
  }

  /** Joins a post again when it comes near; then what was missed of it is read. @param {IntersectionObserverEntry[]} entries */
  async #moved(entries) {
    for (const { target, isIntersecting } of entries) {
      const view = this.#views.get(/** @type {HTMLElement} */ (target).dataset.id ?? "");
      if (!view) continue;
      view.near = isIntersecting;
      if (!isIntersecting || view.watched) continue;
      view.watched = true;
      await this.events.join(topicOf(view.id));
      if (!(await view.read().catch(() => true))) this.remove(view.id);
    }
  }
}
