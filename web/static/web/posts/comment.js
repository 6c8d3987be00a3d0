/** One comment: what it says; its author may change and delete it. */

import { avatar, doing, h, named, time } from "../dom.js";
import { edit } from "../editing.js";

export class CommentView {
  /** @param {any} comment @param {import("./comments.js").Comments} comments */
  constructor(comment, comments) {
    const { id, author } = comment;
    /** @type {string} */ this.id = id;
    this.author = author;
    this.comments = comments;
    this.head = h("p", { class: "by" });
    this.words = h("div", {});
    const body = h("div", { class: "body" }, this.head, this.words);
    this.element = h("li", {}, avatar(author, "small"), body);
    if (author.id === comments.context.me.id) this.element.append(...this.#actions());
    this.update(comment);
  }

  /** Shows how it is now; what is being written stays. @param {any} comment */
  update(comment) {
    const { text, created_at, edited_at } = comment;
    this.comment = comment;
    this.head.replaceChildren(named(this.author), " ", time(created_at, edited_at));
    this.edit?.setAttribute("aria-label", `Edit your comment: ${text}`);
    this.remove?.setAttribute("aria-label", `Delete your comment: ${text}`);
    if (!this.words.querySelector("form")) this.words.replaceChildren(h("p", { class: "text" }, text));
  }

  #actions() {
    const { context, said } = this.comments;
    const remove = () => doing(this.remove, said, async () => {
      await context.api.delete(`comments/${this.id}`);
      this.comments.remove(this.id);
    });
    this.edit = h("button", { type: "button", class: "quiet", click: () => this.#edit() }, "Edit");
    this.remove = h("button", { type: "button", class: "quiet", click: remove }, "Delete");
    return [this.edit, this.remove];
  }

  #edit() {
    if (this.words.querySelector("form")) return;
    const { context, said } = this.comments;
    const save = async (/** @type {string} */ text) => {
      const { data } = await context.api.patch(`comments/${this.id}`, { text });
      this.comment = data.comment;
    };
    const draw = () => this.update(this.comment);
    const { text } = this.comment;
    edit(this.words, { id: `edit-${this.id}`, label: "Text of the comment", text, most: 2000, said, save, draw, back: this.edit });
  }
}
