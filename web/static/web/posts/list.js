/** The posts that are shown, newest first, each of them live. */

import { Rows } from "../rows.js";
import { Topics } from "../topics.js";
import { PostView } from "./post.js";

const MOST_WATCHED = 50; // with two pages more it is less than the hundred topics of a socket
const FAR = "1500px";

/** @param {string} id */
const topicOf = (id) => `post:${id}`;

/** @extends {Rows<PostView>} */
export class PostList extends Rows {
  /** @param {HTMLElement} element @param {import("../context.js").Context} context */
  constructor(element, context) {
    super(element);
    this.context = context;
    this.topics = new Topics(context.events, context.signal);
    this.near = new IntersectionObserver((entries) => this.#moved(entries), { rootMargin: FAR });
    context.signal.addEventListener("abort", () => this.near.disconnect());
  }

  /** The id of the oldest post; empty when there is none. */
  get oldest() {
    return /** @type {HTMLElement} */ (this.element.lastElementChild)?.dataset.key ?? "";
  }

  /** Joins posts; true when they are to be read after that. @param {string[]} ids */
  join(ids) {
    return this.topics.join(...ids.map(topicOf));
  }

  /** Shows a post, whose topic was joined. @param {any} post @param {string} asOf */
  show(post, asOf) {
    const known = this.get(post.id);
    if (known) return known.update(post, asOf);
    const view = new PostView(post, asOf, this.context);
    this.put(post.id, view);
    this.near.observe(view.element);
  }

  /** @param {string} id */
  remove(id) {
    this.topics.leave(topicOf(id));
    const view = this.get(id);
    if (view) this.near.unobserve(view.element);
    return super.remove(id);
  }

  /** Leaves the topics of posts that are far away, so that there are never too many. */
  trim() {
    const watched = this.lines.filter((view) => view.watched);
    const far = watched.filter((view) => !view.near).slice(0, Math.max(0, watched.length - MOST_WATCHED));
    for (const view of far) {
      view.watched = false;
      this.topics.leave(topicOf(view.id));
    }
  }

  /** Joins a post again when it comes near; then what was missed of it is read. @param {IntersectionObserverEntry[]} entries */
  async #moved(entries) {
    for (const { target, isIntersecting } of entries) {
      const view = this.get(/** @type {HTMLElement} */ (target).dataset.id ?? "");
      if (!view) continue;
      view.near = isIntersecting;
      if (!isIntersecting || view.watched) continue;
      view.watched = true;
      await this.join([view.id]);
      if (!(await view.read().catch(() => true))) this.remove(view.id);
    }
  }
}
