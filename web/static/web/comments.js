/** The comments of one post, open under it and live. */

import { avatar, doing, h, time } from "./dom.js";
import { isAfter } from "./mysocial.js";

const PAGE = 20;

export class Comments {
  /** @type {Map<string, any>} */ #shown = new Map();
  /** @type {import("./mysocial.js").Happening[] | null} */ #meanwhile = null; // heard while we read
  /** @type {string | null} */ #next = null;

  /** @param {string} post @param {import("./api.js").Api} api @param {{ id: string }} me */
  constructor(post, api, me) {
    this.post = post;
    this.api = api;
    this.me = me;
    this.path = `posts/${post}/comments`;
    this.said = h("p", { class: "error", role: "alert" });
    this.earlier = h("button", { type: "button", class: "quiet", hidden: true, click: () => this.#readEarlier() }, "Earlier comments");
    this.list = h("ol", { class: "comments", "aria-label": "Comments" });
    this.element = h("section", { "aria-label": "Comments" }, this.earlier, this.list, this.#form(), this.said);
  }

  #form() {
    const id = `comment-${this.post}`;
    const field = h("input", { id, name: "text", required: true, maxlength: 2000, autocomplete: "off", placeholder: "Write a comment" });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      doing(form, this.said, async () => {
        const { data } = await this.api.post(this.path, { text: field.value });
        field.value = "";
        this.#put(data.comment);
      });
    };
    const form = h("form", { class: "line", submit }, h("label", { for: id, class: "hidden" }, "Comment"), field);
    form.append(h("button", { type: "submit" }, "Send"));
    return form;
  }

  /** Reads the newest anew, in place of all that is shown. */
  async read() {
    await doing(this.list, this.said, async () => {
      const found = await this.#page(null);
      this.#shown.clear();
      this.list.replaceChildren();
      this.#show(found);
    });
  }

  #readEarlier() {
    return doing(this.earlier, this.said, async () => this.#show(await this.#page(this.#next)));
  }

  /** Reads a page; what is heard meanwhile waits until it is shown. @param {string | null} cursor */
  async #page(cursor) {
    this.#meanwhile ??= [];
    try {
      return await this.api.get(this.path, { limit: PAGE, cursor });
    } catch (error) {
      this.#catchUp("");
      throw error;
    }
  }

  /** @param {import("./api.js").Answer} found */
  #show({ data, cursor }) {
    data.comments.forEach((/** @type {any} */ one) => this.#put(one));
    this.#next = data.next;
    this.earlier.hidden = !data.next;
    this.#catchUp(cursor);
  }

  /** @param {string} cursor where the answer stands that is shown now */
  #catchUp(cursor) {
    const waited = this.#meanwhile ?? [];
    this.#meanwhile = null;
    for (const event of waited) if (isAfter(event.id, cursor)) this.hear(event);
  }

  /** Takes an event of the post. @param {import("./mysocial.js").Happening} event */
  hear(event) {
    if (this.#meanwhile) this.#meanwhile.push(event);
    else if (event.type === "comment.deleted") this.#remove(event.data.id);
    else this.#put(event.data.comment ?? event.data);
  }

  /** Drops what somebody wrote who can't be seen any more. @param {string} member */
  hide(member) {
    for (const [id, { comment }] of this.#shown) if (comment.author.id === member) this.#remove(id);
  }

  /** @param {string} id */
  #remove(id) {
    this.#shown.get(id)?.element.remove();
    this.#shown.delete(id);
  }

  /** Shows a comment at its place: ids sort by time. @param {any} comment */
  #put(comment) {
    const element = this.#line(comment);
    const known = this.#shown.get(comment.id);
    this.#shown.set(comment.id, { element, comment });
    if (known) return known.element.replaceWith(element);
    const after = [...this.list.children].find((/** @type {any} */ one) => one.dataset.id > comment.id);
    this.list.insertBefore(element, after ?? null);
  }

  /** @param {any} comment */
  #line({ id, author, text, created_at, edited_at }) {
    const remove = () => doing(button, this.said, async () => {
      await this.api.delete(`comments/${id}`);
      this.#remove(id);
    });
    const button = h("button", { type: "button", class: "quiet", click: remove, "aria-label": `Delete your comment: ${text}` }, "Delete");
    const head = h("p", { class: "by" }, h("strong", {}, author.username), " ", time(created_at, edited_at));
    const body = h("div", { class: "body" }, head, h("p", { class: "text" }, text));
    return h("li", { "data-id": id }, avatar(author, "small"), body, author.id === this.me.id && button);
  }
}
