/** Feed views, with the form for a new post, and the view of one post. */

import { backHeading } from "../back-heading.js";
import { avatar, h, profileUrl } from "../dom.js";
import { LiveComponent } from "../live-component.js";
import { Feed } from "./feed.js";
import { PostForm } from "./post-form.js";
import { PostList } from "./post-list.js";
import { showToast } from "../toast.js";

/** @typedef {import("../context.js").ViewContext} ViewContext */
/** @typedef {import("./feed.js").FeedSource} FeedSource */

/** @type {Record<string, FeedSource & { href: string, title: string, heading: string }>} */
const FEEDS = {
  everyone: { href: "/", title: "Everyone", heading: "Posts", path: "posts", topic: "feed", emptyText: "No posts yet." },
  home: {
    href: "/home",
    title: "Following",
    heading: "Posts by people you follow",
    path: "posts/home",
    topic: "home",
    emptyText: "Posts by you and the people you follow appear here.",
    emptyLink: ["/search", "Find people to follow"],
  },
};

/** @param {ViewContext} context @param {"everyone" | "home"} name @returns {import("../context.js").View} */
export function feedView(context, name) {
  const { title, heading } = FEEDS[name];
  const feed = new Feed(context, FEEDS[name]);
  const note = h("p", { class: "dim", role: "status" });
  const send = async (/** @type {object} */ body) => {
    const { data, cursor } = await context.api.post("posts", body);
    note.replaceChildren();
    if (data.post.privacy !== "private") return feed.addOwnPost(data.post, cursor);
    const profileLink = h("a", { href: profileUrl(context.currentUser.id) }, "your profile");
    note.append("Only you can see this post. You can find it on ", profileLink, ".");
  };
  const form = new PostForm({ send, context });
  const formCard = h("div", { class: "card new-post-card" }, h("div", { class: "new-post" }, avatar(context.currentUser, "small"), form.element), note);
  const links = Object.entries(FEEDS).map(([feedName, { href, title }]) => {
    return h("a", { href, "data-tab": feedName, "aria-current": feedName === name && "page" }, title);
  });
  const tabs = h("nav", { class: "tabs feed-tabs", "aria-label": "Feeds" }, ...links);
  const headingElement = h("h1", { class: "visually-hidden", tabindex: -1 }, heading);
  const element = h("div", { class: "column" }, headingElement, tabs, formCard, feed.element);
  return { title, element, components: [feed], scrollList: feed };
}

/** One post with its comments. */
class SinglePost extends LiveComponent {
  /** @param {ViewContext} context @param {string} id @param {string} commentId of the comment that a link leads to; empty for none */
  constructor(context, id, commentId) {
    super(h("div", { class: "posts" }), context.signal);
    this.id = id;
    this.commentId = commentId;
    this.context = context;
    this.list = new PostList(this.container, context);
    this.notFound = h("p", { class: "dim empty", hidden: true }, "This post does not exist, or you do not have access to it.");
    this.element = h("div", {}, this.errorElement, this.container, this.notFound);
  }

  async load() {
    const { cache } = this.context;
    const path = `posts/${this.id}`;
    const cached = this.list.size === 0 && cache.peek(path);
    if (cached) this.#showPost(cached, { isCached: true });
    await this.runLoad(async () => this.#showPost(await cache.get(path)));
    this.#updateNotFound();
  }

  /** @param {import("../api.js").ApiResponse} response @param {{ isCached?: boolean }} [options] */
  async #showPost({ data, cursor }, options) {
    this.list.show(data, cursor, options);
    const view = this.list.get(this.id);
    if (!this.commentId || options?.isCached) return view?.setCommentsOpen(true);
    const { commentId } = this;
    this.commentId = ""; // shown once
    await view?.showComment(commentId).catch((error) => {
      if (error.status === 404) showToast("This comment was deleted.");
      else throw error;
    });
  }

  async reload() {
    this.list.get(this.id)?.element.remove();
    this.list.remove(this.id);
    await this.load();
  }

  /** @param {any} error */
  handleLoadError(error) {
    if (error.status === 404) this.#removePost();
    else super.handleLoadError(error);
  }

  /** @param {import("../mysocial.js").ServerEvent} event */
  applyEvent(event) {
    const { type, data } = event;
    const view = this.list.get(this.id);
    const postId = type.startsWith("post.") ? data.id : (data.post_id ?? data.comment?.post_id);
    const isAuthor = (/** @type {string} */ userId) => view?.post.author.id === userId;
    if (type === "post.deleted" && postId === this.id) this.#removePost();
    else if (type === "user.deleted" && isAuthor(data.id)) this.#removePost();
    else if (type === "user.hidden" || type === "block.created") {
      if (isAuthor(data.user_id)) this.#removePost();
      else view?.removeCommentsBy(data.user_id);
    } else if (["user.shown", "block.deleted", "follow.created", "follow.deleted"].includes(type)) this.scheduleLoad();
    else if (postId === this.id) view ? view.handleEvent(event) : this.scheduleLoad();
    this.#updateNotFound();
  }

  #removePost() {
    this.list.remove(this.id);
    this.#updateNotFound();
  }

  #updateNotFound() {
    this.notFound.hidden = this.list.size > 0 || this.errorElement.textContent !== "";
  }
}

/** @param {ViewContext} context @param {string} id @param {string} [commentId] @returns {import("../context.js").View} */
export function postView(context, id, commentId = "") {
  const post = new SinglePost(context, id, commentId);
  const element = h("div", { class: "column" }, backHeading("Post", "/"), post.element);
  return { title: "Post", element, components: [post] };
}
