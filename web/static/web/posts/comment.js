/** One comment. Its author can edit and delete it, and the author of the post can delete it. */

import { askBefore } from "../dialog.js";
import { avatar, h, timeElement, userLink } from "../dom.js";
import { textElement } from "../facets.js";
import { openInlineEditor } from "../inline-editor.js";
import { menuButton } from "../menu.js";
import { openReport } from "../report.js";

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
    this.viewer = list.viewerOf(comment);
    this.menu = menuButton("", () => this.#createMenuItems());
    this.element.append(this.menu);
    this.update(comment);
  }

  /** Shows a changed comment. An open editor stays open. @param {any} comment */
  update(comment) {
    const { text, facets, created_at, edited_at } = comment;
    this.comment = comment;
    this.byline.replaceChildren(userLink(this.author), " ", timeElement(created_at, edited_at));
    const owner = this.viewer.can_edit ? "your comment" : `the comment by ${this.author.username}`;
    this.#menuButton.setAttribute("aria-label", `Actions for ${owner}: ${text}`);
    if (!this.#isEditing) this.content.replaceChildren(textElement(text, facets));
  }

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
