/** One post: what it shows, what may be done with it, and what is heard of it. */

import { avatar, h, named, profileOf, risky, time } from "../dom.js";
import { isAfter } from "../mysocial.js";
import { pictures } from "../picture.js";
import { paint } from "./colours.js";
import { Comments } from "./comments.js";
import { PostForm, PRIVACIES } from "./form.js";
import { ReactionBar } from "./reactions.js";

export class PostView {
  watched = true; // whether its topic is joined
  near = true; // whether it is close to what is looked at
  /** @type {Comments | null} */ #comments = null;

  /** @param {any} post @param {string} asOf the cursor at which it was read @param {import("../context.js").Context} context */
  constructor(post, asOf, context) {
    const { api, me, mine } = context;
    /** @type {string} */ this.id = post.id;
    this.post = post;
    this.asOf = asOf;
    this.context = context;
    this.api = api;
    this.me = me;
    this.said = h("p", { class: "error", role: "alert" });
    this.head = h("header", { class: "by" });
    this.body = h("div", { class: "body" });
    this.bar = new ReactionBar(post.id, api, mine, this.said);
    this.opener = h("button", { type: "button", class: "quiet", "aria-expanded": "false", click: () => this.openComments(this.below.hidden) });
    this.below = h("div", { class: "below", hidden: true });
    const foot = h("footer", {}, this.bar.element, this.opener);
    this.element = h("article", { class: "post", "data-id": post.id, tabindex: -1 }, this.head, this.body, this.said, foot, this.below);
    this.#draw();
  }

  /** Shows what a read found, unless something newer is known. @param {any} post @param {string} asOf */
  update(post, asOf) {
    if (isAfter(this.asOf, asOf)) return;
    Object.assign(this, { post, asOf });
    this.#draw();
  }

  /** Takes an event of this post. @param {import("../mysocial.js").Happening} event */
  hear(event) {
    const { id = "", type, data } = event;
    if (type.startsWith("comment.")) this.#comments?.hear(event);
    if (!isAfter(id, this.asOf)) return;
    this.asOf = id;
    if (type === "reaction.changed") {
      this.post = { ...this.post, reactions: data.reactions };
      if (data.user_id === this.me.id) this.bar.press(data.type);
      this.bar.show(data.reactions);
    } else if (type.startsWith("comment.")) {
      this.post = { ...this.post, comments_count: data.comments_count ?? this.post.comments_count };
      this.#countComments();
    } else {
      this.post = data;
      this.#draw();
    }
  }

  /** Reads it anew; false when it can't be seen any more. */
  async read() {
    try {
      const { data, cursor } = await this.api.get(`posts/${this.id}`);
      this.update(data, cursor);
      this.#comments?.read();
      return true;
    } catch (/** @type {any} */ error) {
      if (error.status !== 404) throw error;
      return false;
    }
  }

  /** Drops comments of somebody who can't be seen any more. @param {string} member */
  hide(member) {
    this.#comments?.hide(member);
  }

  // What it looks like --------------------------------------------------------------------------

  #draw() {
    const { author, created_at, edited_at, privacy, reactions, feelings } = this.post;
    this.element.setAttribute("aria-label", `Post by ${author.username}`);
    const name = h("p", {}, named(author), feelings && h("span", { class: "dim" }, ` feels ${feelings}`));
    const when = h("a", { href: `#/posts/${this.id}` }, time(created_at, edited_at));
    const about = h("p", { class: "dim" }, when, privacy === "public" ? "" : ` · ${PRIVACIES[privacy]}`);
    const face = h("a", { href: profileOf(author.id), tabindex: -1, "aria-hidden": "true" }, avatar(author));
    this.head.replaceChildren(face, h("div", { class: "who" }, name, about), ...this.#actions());
    if (!this.body.querySelector("form")) this.body.replaceChildren(...this.#content());
    this.bar.show(reactions);
    this.#countComments();
  }

  #countComments() {
    const count = this.post.comments_count;
    this.opener.textContent = count === 1 ? "1 comment" : `${count} comments`;
  }

  #content() {
    const { text, bg_color } = this.post;
    const parts = [];
    if (text) parts.push(h("p", { class: bg_color ? "text colored" : "text" }, text));
    if (text && bg_color) paint(parts[0], bg_color);
    return [...parts, ...pictures(this.post, "The picture of this post")];
  }

  #actions() {
    if (this.post.author.id !== this.me.id) return [];
    const edit = h("button", { type: "button", class: "quiet", click: () => this.#edit() }, "Edit");
    return [edit, risky("Delete", this.said, () => this.api.delete(`posts/${this.id}`))];
  }

  #edit() {
    if (this.body.querySelector("form")) return;
    const close = () => {
      form.element.remove();
      this.#draw();
      /** @type {HTMLElement} */ (this.head.querySelector("button"))?.focus();
    };
    const send = async (/** @type {object} */ body) => {
      const { data, cursor } = await this.api.patch(`posts/${this.id}`, body);
      this.update(data.post, cursor);
      close();
    };
    const form = new PostForm({ post: this.post, send, cancel: close });
    this.body.replaceChildren(form.element);
    form.field.focus();
  }

  /** @param {boolean} open */
  async openComments(open) {
    this.below.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (!open || this.#comments) return;
    this.#comments = new Comments(this.id, this.context);
    this.below.append(this.#comments.element);
    await this.#comments.read();
  }
}
