/** The comments of one post, open under it and live. */

import { doing, h } from "../dom.js";
import { Pages } from "../pages.js";
import { CommentView } from "./comment.js";

export class Comments extends Pages {
  /** @param {string} post @param {import("../context.js").Context} context */
  constructor(post, context) {
    const what = { path: `posts/${post}/comments`, noun: "comments", more: "Earlier comments", newestFirst: false, byHand: true };
    super(context, h("ol", { class: "comments", "aria-label": "Comments" }), what);
    this.post = post;
    this.element = h("section", { "aria-label": "Comments" }, this.more, this.list, this.#form(), this.said);
  }

  #form() {
    const id = `comment-${this.post}`;
    const field = h("input", { id, name: "text", required: true, maxlength: 2000, autocomplete: "off", placeholder: "Write a comment" });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      doing(form, this.said, async () => {
        const { data } = await this.context.api.post(this.what.path, { text: field.value });
        field.value = "";
        this.put(data.comment);
      });
    };
    const form = h("form", { class: "line", submit }, h("label", { for: id, class: "hidden" }, "Comment"), field);
    form.append(h("button", { type: "submit" }, "Send"));
    return form;
  }

  /** @param {import("../mysocial.js").Happening} event */
  apply({ type, data }) {
    if (type === "comment.deleted") this.remove(data.id);
    else this.put(data.comment ?? data);
  }

  /** Drops what somebody wrote who can't be seen any more. @param {string} member */
  hide(member) {
    for (const { author, id } of this.rows.lines) if (author.id === member) this.remove(id);
  }

  /** @param {any} comment */
  put(comment) {
    const known = this.rows.get(comment.id);
    if (known) known.update(comment);
    else this.rows.put(comment.id, new CommentView(comment, this));
  }
}
