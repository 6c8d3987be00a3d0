/** The feeds, where one writes; and one post by itself. */

import { h } from "../dom.js";
import { Live } from "../live.js";
import { Feed } from "./feed.js";
import { PostForm } from "./form.js";
import { PostList } from "./list.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {import("./feed.js").Source} Source */

/** @type {Record<string, Source & { href: string, title: string }>} */
const FEEDS = {
  everyone: { href: "#/", title: "Everyone", path: "posts", topic: "feed", empty: "Nobody has written anything yet." },
  home: { href: "#/home", title: "Following", path: "posts/home", topic: "home", empty: "Posts of people you follow appear here, and your own." },
};

/** @param {Context} context @param {"everyone" | "home"} name @returns {import("../context.js").View} */
export function feedView(context, name) {
  const feed = new Feed(context, FEEDS[name]);
  const note = h("p", { class: "dim note", role: "status" });
  const send = async (/** @type {object} */ body) => {
    const { data } = await context.api.post("posts", body);
    note.replaceChildren();
    if (data.post.privacy !== "private") return feed.adopt(data.post.id);
    note.append("Only you can see it. It is on ", h("a", { href: `#/people/${context.me.id}` }, "your profile"), ".");
  };
  const form = new PostForm({ send });
  const card = h("div", { class: "card writing" }, form.element, note);
  const links = Object.entries(FEEDS).map(([one, { href, title }]) => h("a", { href, "aria-current": one === name && "page" }, title));
  const tabs = h("nav", { class: "tabs", "aria-label": "Feeds" }, ...links);
  const heading = h("h1", { class: "hidden", tabindex: -1 }, name === "home" ? "Posts of people you follow" : "Posts");
  const element = h("div", { class: "column" }, heading, card, tabs, feed.element);
  return { title: FEEDS[name].title, element, parts: [feed], scrolled: feed };
}

/** One post, with its comments. */
class OnePost extends Live {
  /** @param {Context} context @param {string} id */
  constructor(context, id) {
    super(h("div", { class: "posts" }), context.signal);
    this.id = id;
    this.context = context;
    this.list = new PostList(this.busy, context);
    this.gone = h("p", { class: "dim empty", hidden: true }, "There is no such post, or you may not see it.");
    this.element = h("div", {}, this.said, this.busy, this.gone);
  }

  async read() {
    await this.during(async () => {
      await this.list.join([this.id]);
      const { data, cursor } = await this.context.api.get(`posts/${this.id}`);
      this.list.show(data, cursor);
      await this.list.get(this.id)?.openComments(true);
    });
    this.#settle();
  }

  async renew() {
    this.list.get(this.id)?.element.remove();
    this.list.remove(this.id);
    await this.read();
  }

  /** @param {any} error */
  refused(error) {
    if (error.status === 404) this.#remove();
    else super.refused(error);
  }

  /** @param {import("../mysocial.js").Happening} event */
  apply(event) {
    const { type, data } = event;
    const post = this.list.get(this.id);
    const isByThem = (/** @type {string} */ member) => post?.post.author.id === member;
    if (type === "post.deleted" && data.id === this.id) this.#remove();
    else if (type === "user.deleted" && isByThem(data.id)) this.#remove();
    else if (type === "user.hidden" || type === "block.created") isByThem(data.user_id) ? this.#remove() : post?.hide(data.user_id);
    else if (type === "user.shown" || type === "block.deleted" || type === "follow.created" || type === "follow.deleted") this.again();
    else if ((type.startsWith("post.") ? data.id : data.post_id ?? data.comment?.post_id) === this.id) post ? post.hear(event) : this.again();
    this.#settle();
  }

  #remove() {
    this.list.remove(this.id);
    this.#settle();
  }

  #settle() {
    this.gone.hidden = this.list.size > 0 || this.said.textContent !== "";
  }
}

/** @param {Context} context @param {string} id @returns {import("../context.js").View} */
export function postView(context, id) {
  const post = new OnePost(context, id);
  const element = h("div", { class: "column" }, h("h1", { tabindex: -1 }, "Post"), post.element);
  return { title: "Post", element, parts: [post] };
}
