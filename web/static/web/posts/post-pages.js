/** Posts in the order of the server: bookmarks, pinned posts, and those that a member has reacted to. */

import { h } from "../dom.js";
import { PagedList } from "../paged-list.js";
import { PostList } from "./post-list.js";

const SORT_KEY_DIGITS = 8; // zero-padded, so that keys sort as text

/**
 * @typedef {import("../mysocial.js").ServerEvent} ServerEvent
 * @typedef {import("../paged-list.js").ListOptions & { isChangedBy?: (event: ServerEvent) => boolean, heading?: string }} PostPagesOptions
 *   `isChangedBy` returns whether the list has to be loaded again; a list with a heading is hidden when it is empty
 */

export class PostPages extends PagedList {
  #itemCount = 0;

  /** @param {import("../context.js").ViewContext} context @param {PostPagesOptions} options */
  constructor(context, options) {
    super(context, h("div", { class: "posts" }), { moreLabel: "More posts", ...options });
    this.pageOptions = options;
    this.rows = this.posts = new PostList(this.list, context, { newestFirst: false });
    const heading = options.heading ? h("h2", {}, options.heading) : "";
    this.element = h("section", { class: "feed", hidden: !!heading }, heading, this.errorElement, this.list, heading ? "" : this.emptyElement, this.moreButton);
  }

  /** A reaction contains its post. @param {any} item */
  getItemId(item) {
    return (item.post ?? item).id;
  }

  onFirstPage() {
    this.#itemCount = 0;
  }

  /** @param {any} item @param {string} cursor */
  putItem(item, cursor) {
    const sortKey = String(++this.#itemCount).padStart(SORT_KEY_DIGITS, "0");
    this.posts.show(item.post ?? item, cursor, { isCached: this.isShowingCache, sortKey });
  }

  onItemsChanged() {
    super.onItemsChanged();
    if (this.pageOptions.heading) this.element.hidden = this.posts.size === 0;
    this.posts.limitSubscriptions();
  }

  /** @param {any} error */
  handleLoadError(error) {
    if (error.status !== 404) super.handleLoadError(error); // what may not be seen is not there
  }

  /** @param {ServerEvent} event */
  applyEvent(event) {
    const { type, data } = event;
    if (this.pageOptions.isChangedBy?.(event)) this.scheduleLoad();
    else if (type === "post.deleted") this.removeItem(data.id);
    else if (type === "user.hidden" || type === "block.created") this.#removeByUser(data.user_id, data.what ?? "all");
    else if (type === "user.deleted") this.#removeByUser(data.id, "all");
    else if (type === "block.deleted" || type === "user.shown") this.scheduleLoad();
    else if (type.startsWith("post.")) this.posts.get(data.id)?.handleEvent(event);
    else this.posts.get(data.post_id ?? data.comment?.post_id)?.handleEvent(event);
    this.onItemsChanged();
  }

  /** @param {string} userId @param {string} what `all` or `posts` */
  #removeByUser(userId, what) {
    for (const view of this.posts.items) {
      if (view.post.author.id === userId) this.removeItem(view.id);
      else if (what === "all") view.removeCommentsBy(userId);
    }
  }
}

/** @param {import("../context.js").ViewContext} context @param {{ id: string }} user */
export const pinnedPosts = (context, { id }) => new PostPages(context, {
  path: `users/${id}/pinned`,
  itemsKey: "posts",
  heading: "Pinned",
  isChangedBy: ({ type, data }) => type === "post.updated" && data.author.id === id,
});

/** @param {import("../context.js").ViewContext} context @param {{ id: string }} user */
export const reactedPosts = (context, { id }) => new PostPages(context, {
  path: `users/${id}/reactions`,
  itemsKey: "reactions",
  emptyText: "No reactions that you can see.",
});

/** @param {import("../context.js").ViewContext} context @returns {import("../context.js").View} */
export function bookmarksView(context) {
  const list = new PostPages(context, {
    path: "users/me/bookmarks",
    itemsKey: "posts",
    emptyText: "Nothing here yet. Bookmark a post to find it again. Nobody else sees your bookmarks.",
    emptyLink: ["/", "Go to the feed"],
    isChangedBy: ({ type }) => type === "bookmark.created" || type === "bookmark.deleted",
  });
  const element = h("div", { class: "column" }, h("h1", { tabindex: -1 }, "Bookmarks"), list.element);
  return { title: "Bookmarks", element, components: [list], scrollList: list };
}
