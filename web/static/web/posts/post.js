/** One post, with its reactions and comments. */

import { askBefore } from "../dialog.js";
import { avatar, h, icon, profileUrl, timeElement, userLink } from "../dom.js";
import { textElement } from "../facets.js";
import { mediaElements } from "../media.js";
import { menuButton } from "../menu.js";
import { isAfterCursor } from "../mysocial.js";
import { openReport } from "../report.js";
import { showToast } from "../toast.js";
import { setBackgroundColor } from "./background-color.js";
import { BookmarkButton } from "./bookmark.js";
import { CommentList } from "./comments.js";
import { pinItem } from "./pin.js";
import { applyPollEvent, keepViewer, PollCard } from "./poll.js";
import { PostForm, PRIVACY_LABELS } from "./post-form.js";
import { openReactors } from "./reactors.js";
import { ReactionBar } from "./reactions.js";
import { openVersions } from "./versions.js";

export class PostView {
  isSubscribed = true;
  knownUpTo = ""; // the cursor up to which its events were received, when it is not subscribed
  isNear = true; // whether it is close to the visible area
  /** @type {CommentList | null} */ #comments = null; // created when the comments are first opened
  /** @type {Promise<any> | null} */ #commentsLoad = null;

  /** @param {any} post @param {string} cursor at which it was read @param {import("../context.js").ViewContext} context */
  constructor(post, cursor, context) {
    const { api, currentUser } = context;
    /** @type {string} */ this.id = post.id;
    this.post = post;
    this.cursor = cursor;
    this.context = context;
    this.api = api;
    this.currentUserId = currentUser.id;
    this.errorElement = h("p", { class: "error", role: "alert" });
    this.menu = menuButton("Post actions", () => this.#createMenuItems());
    this.byline = h("div", { class: "byline-parts" });
    this.header = h("header", { class: "byline" }, this.byline, this.menu);
    this.body = h("div", { class: "body" });
    this.pollCard = new PollCard(post.id, api, this.errorElement);
    this.reactionBar = new ReactionBar(this.#createReactionActions(), this.errorElement);
    this.bookmarkButton = new BookmarkButton(post.id, api, this.errorElement);
    const toggleComments = () => this.setCommentsOpen(this.commentsPanel.hidden);
    this.commentsButton = h("button", { type: "button", class: "quiet comments-button", "aria-expanded": "false", click: toggleComments });
    this.commentsPanel = h("div", { class: "comments-panel", hidden: true });
    const footer = h("footer", {}, this.commentsButton, this.reactionBar.element, this.bookmarkButton.element);
    const attributes = { class: "post", "data-id": post.id, tabindex: -1 };
    this.element = h("article", attributes, this.header, this.body, this.pollCard.element, this.errorElement, footer, this.commentsPanel);
    this.#render();
  }

  #createReactionActions() {
    const { context, api, id } = this;
    return {
      set: (/** @type {string} */ type) => api.put(`posts/${id}/reaction`, { type }),
      remove: () => api.delete(`posts/${id}/reaction`),
      showReactors: (/** @type {any} */ totals) => openReactors(context, { path: `posts/${id}/reactions`, totals }),
    };
  }

  /** Shows the post from a response, unless the shown state is newer. @param {any} post @param {string} cursor */
  update(post, cursor) {
    if (isAfterCursor(this.cursor, cursor)) return;
    Object.assign(this, { post, cursor });
    this.#render();
  }

  /** @param {import("../mysocial.js").ServerEvent} event about this post */
  handleEvent(event) {
    const { id = "", type, data } = event;
    if (type.startsWith("comment.")) this.#comments?.handleEvent(event);
    if (!isAfterCursor(id, this.cursor)) return;
    this.cursor = id;
    if (type === "reaction.changed") {
      const { viewer } = this.post;
      const isOwn = data.user_id === this.currentUserId;
      this.post = { ...this.post, reactions: data.reactions, viewer: isOwn ? { ...viewer, reaction: data.type } : viewer };
      this.#renderViewer();
      this.reactionBar.setTotals(data.reactions);
    } else if (type.startsWith("bookmark.")) {
      this.post = { ...this.post, viewer: { ...this.post.viewer, bookmarked: type === "bookmark.created" } };
      this.#renderViewer();
    } else if (type.startsWith("comment.")) {
      this.post = { ...this.post, comments_count: data.comments_count ?? this.post.comments_count };
      this.#renderCommentCount();
    } else if (type.startsWith("poll.")) {
      this.post = applyPollEvent(this.post, event);
      this.pollCard.update(this.post);
    } else {
      this.post = { ...data, viewer: keepViewer(this.post, data) };
      this.#render();
    }
  }

  /** Loads the post again. Returns false when it is no longer visible. */
  async load() {
    try {
      const { data, cursor } = await this.api.get(`posts/${this.id}`);
      this.update(data, cursor);
      this.#comments?.load();
      return true;
    } catch (/** @type {any} */ error) {
      if (error.status !== 404) throw error;
      return false;
    }
  }

  /** @param {string} userId */
  removeCommentsBy(userId) {
    this.#comments?.removeByAuthor(userId);
  }

  // Rendering -----------------------------------------------------------------------------------

  get #isEditing() {
    return this.body.querySelector("form") !== null;
  }

  #render() {
    const { author, created_at, edited_at, privacy, reactions, feelings } = this.post;
    this.element.setAttribute("aria-label", `Post by ${author.username}`);
    const feeling = feelings && h("span", { class: "dim" }, ` is feeling ${feelings}`);
    const permalink = h("a", { href: `/posts/${this.id}` }, timeElement(created_at, edited_at));
    const pinned = this.post.pinned_at ? " · Pinned" : "";
    const details = h("p", { class: "dim" }, permalink, privacy === "public" ? "" : ` · ${PRIVACY_LABELS[privacy]}`, pinned);
    const avatarLink = h("a", { href: profileUrl(author.id), tabindex: -1, "aria-hidden": "true" }, avatar(author));
    const text = h("div", { class: "item-text" }, h("p", {}, userLink(author), feeling), details);
    this.byline.replaceChildren(avatarLink, text);
    if (!this.#isEditing) this.body.replaceChildren(...this.#createContent());
    this.pollCard.update(this.post);
    this.reactionBar.setTotals(reactions);
    this.#renderViewer();
    this.#renderCommentCount();
  }

  /** What the post is to the current user. */
  #renderViewer() {
    const { reaction, bookmarked } = this.post.viewer;
    this.reactionBar.setOwnReaction(reaction);
    this.bookmarkButton.set(bookmarked);
  }

  #renderCommentCount() {
    const count = this.post.comments_count;
    const word = count === 0 ? "Comment" : count === 1 ? " comment" : " comments";
    this.commentsButton.replaceChildren(icon("chat"), h("span", {}, count ? String(count) : "", h("span", { class: "wide-label" }, word)));
  }

  #createContent() {
    const { text, facets, bg_color } = this.post;
    const media = mediaElements(this.post, "Picture in this post");
    if (!text) return media;
    const paragraph = textElement(text, facets, bg_color ? "text has-background" : "text");
    if (bg_color) setBackgroundColor(paragraph, bg_color);
    return [paragraph, ...media];
  }

  #createMenuItems() {
    const url = `${location.origin}/posts/${this.id}`;
    const copy = () => navigator.clipboard.writeText(url).then(() => showToast("The link is copied."), () => showToast(url));
    const copyItem = { label: "Copy link", run: copy };
    const historyItem = { label: "Edit history", run: () => openVersions(this.context, this.id) };
    const items = this.post.edited_at ? [copyItem, historyItem] : [copyItem];
    if (!this.post.viewer.can_edit) return [...items, { label: "Report", run: () => openReport(this.api, "post", this.id) }];
    const ask = () => askBefore({
      title: "Delete this post?",
      text: "Its comments and reactions are deleted, too. It cannot be restored.",
      confirmLabel: "Delete",
      action: () => this.api.delete(`posts/${this.id}`).then(() => showToast("Your post is deleted.")),
    });
    const pin = pinItem(this.post, this.api, this.errorElement, (post, cursor) => this.update(post, cursor));
    return [{ label: "Edit", run: () => this.#openEditor() }, ...items, pin, { label: "Delete", run: ask, isDangerous: true }];
  }

  #openEditor() {
    if (this.#isEditing) return;
    const close = () => {
      form.element.remove();
      this.#render();
      /** @type {HTMLElement} */ (this.menu.querySelector("button"))?.focus();
    };
    const send = async (/** @type {object} */ body) => {
      const { data, cursor } = await this.api.patch(`posts/${this.id}`, body);
      this.update(data.post, cursor);
      close();
    };
    const form = new PostForm({ post: this.post, context: this.context, send, cancel: close });
    this.body.replaceChildren(form.element);
    form.field.focus();
  }

  /** @param {boolean} isOpen */
  async setCommentsOpen(isOpen) {
    this.commentsPanel.hidden = !isOpen;
    this.commentsButton.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen || this.#comments) return this.#commentsLoad;
    const { author, viewer } = this.post;
    this.#comments = new CommentList({ id: this.id, authorId: author.id, canComment: viewer.can_comment }, this.context);
    this.commentsPanel.append(this.#comments.element);
    await (this.#commentsLoad = this.#comments.load());
  }

  /** Shows a comment that a link leads to. @param {string} commentId */
  async showComment(commentId) {
    await this.setCommentsOpen(true);
    await this.#comments?.showComment(commentId);
  }
}
