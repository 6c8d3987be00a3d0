/** Comments on a post, and the replies to each of them. */

import { h } from "../dom.js";
import { PagedList } from "../paged-list.js";
import { CommentView } from "./comment.js";
import { createCommentForm } from "./comment-form.js";

/**
 * @typedef {import("../context.js").ViewContext} ViewContext
 * @typedef {import("../mysocial.js").ServerEvent} ServerEvent
 * @typedef {{ id: string, authorId: string, canComment: boolean }} CommentedPost
 */

/** What comments and replies have in common. */
class CommentPages extends PagedList {
  /** @param {ViewContext} context @param {CommentedPost} post @param {HTMLElement} list @param {import("../paged-list.js").ListOptions} options */
  constructor(context, post, list, options) {
    super(context, list, { newestFirst: false, loadsByButtonOnly: true, ...options });
    this.post = post;
  }

  /** @param {any} comment */
  putItem(comment) {
    const view = this.rows.get(comment.id);
    if (view) view.update(comment);
    else this.rows.put(comment.id, this.createView(comment));
  }

  /** Subclasses implement it. @param {any} comment @returns {CommentView} */
  createView(comment) {
    return new CommentView(comment, this);
  }

  /** Removes the comments of a user who is no longer visible. @param {string} userId */
  removeByAuthor(userId) {
    for (const view of this.rows.items) {
      if (view.author.id === userId) this.removeItem(view.id);
      else view.replies?.removeByAuthor(userId);
    }
  }

  /** What a comment is to the current user. Events do not have it. @param {any} comment @returns {{ reaction: string | null, can_edit: boolean, can_delete: boolean }} */
  viewerOf({ author, viewer }) {
    const { id } = this.context.currentUser;
    return viewer ?? { reaction: null, can_edit: author.id === id, can_delete: [author.id, this.post.authorId].includes(id) };
  }

  /** Whether a new comment is shown: not beyond the pages that are loaded. */
  get showsNewComments() {
    return true;
  }

  /** @param {ServerEvent} event */
  applyEvent({ type, data }) {
    if (type === "comment.created" && this.showsNewComments) this.putItem(data.comment);
    else if (type === "comment.updated" && this.rows.get(data.id)) this.putItem(data);
    else if (type === "comment.deleted") this.removeItem(data.id);
    else if (type === "comment.reaction") this.rows.get(data.comment_id)?.applyReaction(data);
    this.onItemsChanged();
  }
}

/** Replies to a top-level comment, oldest first. */
class ReplyList extends CommentPages {
  /** @param {CommentView} thread @param {CommentPages} comments */
  constructor(thread, { context, post }) {
    const list = h("ol", { class: "comments replies", "aria-label": `Replies to ${thread.author.username}` });
    super(context, post, list, { path: `comments/${thread.id}/replies`, itemsKey: "comments", moreLabel: "Show more replies", emptyText: "" });
    this.element = h("div", { class: "thread-replies" }, this.list, this.moreButton, this.errorElement);
  }

  get showsNewComments() {
    return this.isComplete; // the next page would have it
  }
}

export class CommentList extends CommentPages {
  /** @param {CommentedPost} post @param {ViewContext} context */
  constructor(post, context) {
    const list = h("ol", { class: "comments", "aria-label": "Comments" });
    super(context, post, list, { path: `posts/${post.id}/comments`, itemsKey: "comments", moreLabel: "Earlier comments" });
    const form = post.canComment ? this.#createForm() : h("p", { class: "dim" }, "The author has limited who can comment.");
    this.element = h("section", { "aria-label": "Comments" }, this.moreButton, this.list, form, this.errorElement);
  }

  #createForm() {
    const { context } = this;
    const send = async (/** @type {string} */ text) => {
      const { data } = await context.api.post(`posts/${this.post.id}/comments`, { text });
      this.putItem(data.comment);
    };
    return createCommentForm({ id: `comment-${this.post.id}`, label: "Comment", button: "Send", context, errorElement: this.errorElement, send });
  }

  /** @param {any} comment */
  createView(comment) {
    return new CommentView(comment, this, (thread) => new ReplyList(thread, this));
  }

  /** Replies belong to the list of their thread. @param {ServerEvent} event */
  applyEvent(event) {
    const { thread_id: threadId } = event.data.comment ?? event.data;
    if (threadId) this.rows.get(threadId)?.applyReplyEvent(event);
    else super.applyEvent(event);
  }

  /** Shows a comment that a link leads to, with its thread. @param {string} id */
  async showComment(id) {
    const { api } = this.context;
    const { data: comment } = await api.get(`comments/${id}`);
    const threadId = comment.thread_id ?? id;
    if (!this.rows.get(threadId)) this.putItem(threadId === id ? comment : (await api.get(`comments/${threadId}`)).data);
    const thread = this.rows.get(threadId);
    if (comment.thread_id) {
      if (!thread.replies) await thread.toggleReplies();
      thread.replies.putItem(comment);
    }
    const { element } = comment.thread_id ? thread.replies.rows.get(id) : thread;
    element.classList.add("linked-comment");
    element.tabIndex = -1;
    element.focus();
  }
}
