/** Comments of a post. */

import { h, runAction } from "../dom.js";
import { PagedList } from "../paged-list.js";
import { TextField } from "../text-field.js";
import { CommentView } from "./comment.js";

const MAX_CHARACTERS = 2_000;

export class CommentList extends PagedList {
  /** @param {string} postId @param {string} postAuthorId @param {import("../context.js").ViewContext} context */
  constructor(postId, postAuthorId, context) {
    const options = {
      path: `posts/${postId}/comments`,
      itemsKey: "comments",
      moreLabel: "Earlier comments",
      newestFirst: false,
      loadsByButtonOnly: true,
    };
    super(context, h("ol", { class: "comments", "aria-label": "Comments" }), options);
    this.postId = postId;
    this.postAuthorId = postAuthorId;
    this.element = h("section", { "aria-label": "Comments" }, this.moreButton, this.list, this.#createForm(), this.errorElement);
  }

  #createForm() {
    const id = `comment-${this.postId}`;
    const placeholder = "Write a comment";
    const field = h("input", { id, name: "text", required: true, autocomplete: "off", placeholder });
    const textField = new TextField(field, { maxCharacters: MAX_CHARACTERS, drafts: this.context.drafts, draftKey: id });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      runAction(form, this.errorElement, async () => {
        textField.requireLength();
        const { data } = await this.context.api.post(this.options.path, { text: field.value });
        textField.set("");
        this.putItem(data.comment);
      });
    };
    const label = h("label", { for: id, class: "visually-hidden" }, "Comment");
    const form = h("form", { class: "row", submit }, label, field, h("button", { type: "submit" }, "Send"), textField.counter);
    return form;
  }

  /** @param {import("../mysocial.js").ServerEvent} event */
  applyEvent({ type, data }) {
    const comment = data.comment ?? data;
    if (type === "comment.deleted") this.removeItem(data.id);
    else if (!comment.thread_id) this.putItem(comment); // the list has no replies
  }

  /** Removes the comments of a user who is no longer visible. @param {string} userId */
  removeByAuthor(userId) {
    for (const { author, id } of this.rows.items) if (author.id === userId) this.removeItem(id);
  }

  /** What a comment is to the current user. Events do not have it. @param {any} comment @returns {{ can_edit: boolean, can_delete: boolean }} */
  viewerOf({ author, viewer }) {
    const { id } = this.context.currentUser;
    return viewer ?? { can_edit: author.id === id, can_delete: [author.id, this.postAuthorId].includes(id) };
  }

  /** @param {any} comment */
  putItem(comment) {
    const view = this.rows.get(comment.id);
    if (view) view.update(comment);
    else this.rows.put(comment.id, new CommentView(comment, this));
  }
}
