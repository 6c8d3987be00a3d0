/** One comment or reply. Its author can edit and delete it, and the author of the post can delete it. */

import { askBefore } from "../dialog.js";
import { avatar, h, timeElement, userLink } from "../dom.js";
import { textElement } from "../facets.js";
import { openInlineEditor } from "../inline-editor.js";
import { menuButton } from "../menu.js";
import { openReport } from "../report.js";
import { createCommentForm } from "./comment-form.js";
import { ReactionBar } from "./reactions.js";
import { openReactors } from "./reactors.js";

const MAX_CHARACTERS = 2_000;

export class CommentView {
  /** @type {any} the list of replies, when it is open */ replies = null;
  /** @type {HTMLFormElement | null} */ #replyForm = null;

  /**
   * @param {any} comment @param {any} list the list that it is in
   * @param {((thread: CommentView) => any) | null} [createReplies] returns the list of replies; null for a reply, which has none
   */
  constructor(comment, list, createReplies = null) {
    const { id, author } = comment;
    /** @type {string} */ this.id = id;
    this.author = author;
    this.list = list;
    this.api = list.context.api;
    this.createReplies = createReplies;
    this.byline = h("p", { class: "byline" });
    this.content = h("div", {});
    this.reactionBar = this.#createReactionBar();
    this.replyButton = h("button", { type: "button", class: "quiet", hidden: !list.post.canComment, click: () => this.#openReplyForm() }, "Reply");
    this.repliesButton = h("button", { type: "button", class: "quiet", hidden: true, "aria-expanded": "false", click: () => this.toggleReplies() });
    this.actions = h("div", { class: "row comment-actions" }, this.reactionBar.element, this.replyButton, this.repliesButton);
    this.body = h("div", { class: "body" }, this.byline, this.content, this.actions);
    this.viewer = list.viewerOf(comment);
    this.menu = menuButton("", () => this.#createMenuItems());
    this.element = h("li", { "data-id": id }, avatar(author, "small"), this.body, this.menu);
    this.update(comment);
  }

  #createReactionBar() {
    const { context, errorElement } = this.list;
    const actions = {
      set: (/** @type {string} */ type) => this.api.put(`comments/${this.id}/reaction`, { type }),
      remove: () => this.api.delete(`comments/${this.id}/reaction`),
      showReactors: (/** @type {any} */ totals) => openReactors(context, { path: `comments/${this.id}/reactions`, totals }),
    };
    return new ReactionBar(actions, errorElement);
  }

  /** Shows a changed comment. An open editor stays open. @param {any} comment from an event, or from a response with its `viewer` */
  update(comment) {
    const { text, facets, created_at, edited_at, reactions, replies_count, viewer } = comment;
    this.comment = comment;
    this.viewer = viewer ?? this.viewer;
    this.byline.replaceChildren(userLink(this.author), " ", timeElement(created_at, edited_at));
    const owner = this.viewer.can_edit ? "your comment" : `the comment by ${this.author.username}`;
    this.#menuButton.setAttribute("aria-label", `Actions for ${owner}: ${text}`);
    this.replyButton.setAttribute("aria-label", `Reply to ${this.author.username}: ${text}`);
    if (!this.#isEditing) this.content.replaceChildren(textElement(text, facets));
    this.reactionBar.setTotals(reactions);
    this.reactionBar.setOwnReaction(this.viewer.reaction);
    this.#renderRepliesCount(replies_count);
  }

  /** @param {{ user_id: string, type: string | null, reactions: any }} change of a `comment.reaction` event */
  applyReaction({ user_id, type, reactions }) {
    const reaction = user_id === this.list.context.currentUser.id ? type : this.viewer.reaction;
    this.update({ ...this.comment, reactions, viewer: { ...this.viewer, reaction } });
  }

  // Replies -------------------------------------------------------------------------------------

  /** @param {import("../mysocial.js").ServerEvent} event about a reply in this thread */
  applyReplyEvent(event) {
    const { thread_replies_count: count } = event.data;
    if (count !== undefined) this.update({ ...this.comment, replies_count: count });
    this.replies?.handleEvent(event);
  }

  /** @param {number} count */
  #renderRepliesCount(count) {
    this.repliesButton.hidden = !this.createReplies || !count;
    const number = count === 1 ? "1 reply" : `${count} replies`;
    this.repliesButton.textContent = this.replies ? "Hide replies" : `Show ${number}`;
    this.repliesButton.setAttribute("aria-expanded", String(this.replies !== null));
  }

  async toggleReplies() {
    if (this.replies) {
      this.replies.element.remove();
      this.replies = null;
    } else await this.#openReplies();
    this.#renderRepliesCount(this.comment.replies_count);
  }

  async #openReplies() {
    this.replies = this.createReplies?.(this);
    this.body.append(this.replies.element);
    this.#renderRepliesCount(this.comment.replies_count);
    await this.replies.load();
  }

  /** A reply to a reply is in the same thread, and names the author to which it responds. */
  #openReplyForm() {
    if (this.#replyForm) return this.#replyForm.querySelector("input")?.focus();
    const { context, errorElement, post } = this.list;
    const close = () => {
      this.#replyForm?.remove();
      this.#replyForm = null;
      this.replyButton.focus();
    };
    const send = async (/** @type {string} */ text) => {
      const { data } = await this.api.post(`posts/${post.id}/comments`, { text, parent_id: this.id });
      if (this.createReplies && !this.replies) await this.#openReplies();
      (this.createReplies ? this.replies : this.list).putItem(data.comment);
      close();
    };
    const label = `Reply to ${this.author.username}`;
    this.#replyForm = createCommentForm({ id: `reply-${this.id}`, label, button: "Send", context, errorElement, send, cancel: close });
    this.actions.after(this.#replyForm);
    const field = /** @type {HTMLInputElement} */ (this.#replyForm.querySelector("input"));
    if (!this.createReplies && !field.value) field.value = `@${this.author.username} `;
    field.focus();
  }

  // Actions -------------------------------------------------------------------------------------

  get #isEditing() {
    return this.content.querySelector("form") !== null;
  }

  /** @returns {HTMLElement} */
  get #menuButton() {
    return /** @type {HTMLElement} */ (this.menu.querySelector("button"));
  }

  #createMenuItems() {
    const { can_edit: canEdit, can_delete: canDelete } = this.viewer;
    const remove = async () => {
      await this.api.delete(`comments/${this.id}`);
      this.list.removeItem(this.id);
    };
    const ask = () => askBefore({ title: "Delete this comment?", text: "It is deleted for everybody, for good.", confirmLabel: "Delete", action: remove });
    const items = [];
    if (canEdit) items.push({ label: "Edit", run: () => this.#openEditor() });
    else items.push({ label: "Report", run: () => openReport(this.api, "comment", this.id) });
    if (canDelete) items.push({ label: "Delete", run: ask, isDangerous: true });
    return items;
  }

  #openEditor() {
    if (this.#isEditing) return;
    openInlineEditor(this.content, {
      id: `edit-${this.id}`,
      label: "Comment text",
      text: this.comment.text,
      maxCharacters: MAX_CHARACTERS,
      drafts: this.list.context.drafts,
      errorElement: this.list.errorElement,
      save: async (text) => {
        const { data } = await this.api.patch(`comments/${this.id}`, { text });
        this.comment = data.comment;
      },
      render: () => this.update(this.comment),
      focusTarget: this.#menuButton,
    });
  }
}
