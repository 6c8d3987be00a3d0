/** One comment. Its author can edit and delete it, and the author of the post can delete it. */

import { avatar, h, runAction, timeElement, userLink } from "../dom.js";
import { textElement } from "../facets.js";
import { openInlineEditor } from "../inline-editor.js";

const MAX_CHARACTERS = 2_000;

export class CommentView {
  /** @param {any} comment @param {import("./comments.js").CommentList} list */
  constructor(comment, list) {
    const { id, author } = comment;
    /** @type {string} */ this.id = id;
    this.author = author;
    this.list = list;
    this.api = list.context.api;
    this.byline = h("p", { class: "byline" });
    this.content = h("div", {});
    const body = h("div", { class: "body" }, this.byline, this.content);
    this.element = h("li", {}, avatar(author, "small"), body);
    this.element.append(...this.#createButtons(list.viewerOf(comment)));
    this.update(comment);
  }

  /** Shows a changed comment. An open editor stays open. @param {any} comment */
  update(comment) {
    const { text, facets, created_at, edited_at } = comment;
    this.comment = comment;
    this.byline.replaceChildren(userLink(this.author), " ", timeElement(created_at, edited_at));
    const owner = this.editButton ? "your comment" : `the comment by ${this.author.username}`;
    this.editButton?.setAttribute("aria-label", `Edit ${owner}: ${text}`);
    this.deleteButton?.setAttribute("aria-label", `Delete ${owner}: ${text}`);
    if (!this.#isEditing) this.content.replaceChildren(textElement(text, facets));
  }

  get #isEditing() {
    return this.content.querySelector("form") !== null;
  }

  /** @param {{ can_edit: boolean, can_delete: boolean }} viewer */
  #createButtons({ can_edit: canEdit, can_delete: canDelete }) {
    const remove = () => runAction(this.deleteButton, this.list.errorElement, async () => {
      await this.api.delete(`comments/${this.id}`);
      this.list.removeItem(this.id);
    });
    if (canEdit) this.editButton = h("button", { type: "button", class: "quiet", click: () => this.#openEditor() }, "Edit");
    if (canDelete) this.deleteButton = h("button", { type: "button", class: "quiet", click: remove }, "Delete");
    return [this.editButton, this.deleteButton].filter((button) => button !== undefined);
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
      focusTarget: this.editButton,
    });
  }
}
