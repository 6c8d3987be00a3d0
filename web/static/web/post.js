/** One post: what it shows, what may be done with it, and what is heard of it. */

import { Comments } from "./comments.js";
import { avatar, doing, h, time } from "./dom.js";
import { isAfter } from "./mysocial.js";
import { ReactionBar } from "./reactions.js";

/** @type {Record<string, string>} */
const PRIVACIES = { public: "Everyone", followers: "Followers", private: "Only me" };

/**
 * @typedef {{ api: import("./api.js").Api, me: { id: string, username: string }, mine: import("./reactions.js").MyReactions }} Context
 */

export class PostView {
  watched = true; // whether its topic is joined
  near = true; // whether it is close to what is looked at
  /** @type {Comments | null} */ #comments = null;

  /** @param {any} post @param {string} asOf the cursor at which it was read @param {Context} context */
  constructor(post, asOf, { api, me, mine }) {
    /** @type {string} */ this.id = post.id;
    this.post = post;
    this.asOf = asOf;
    this.api = api;
    this.me = me;
    this.said = h("p", { class: "error", role: "alert" });
    this.head = h("header", { class: "by" });
    this.body = h("div", { class: "body" });
    this.bar = new ReactionBar(post.id, api, mine, this.said);
    this.opener = h("button", { type: "button", class: "quiet", "aria-expanded": "false", click: () => this.#toggleComments() });
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

  /** Takes an event of this post. @param {import("./mysocial.js").Happening} event */
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
      if (!this.below.hidden) this.#comments?.read();
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
    const name = h("p", {}, h("strong", {}, author.username), feelings && h("span", { class: "dim" }, ` feels ${feelings}`));
    const about = h("p", { class: "dim" }, time(created_at, edited_at), privacy === "public" ? "" : ` · ${PRIVACIES[privacy]}`);
    this.head.replaceChildren(avatar(author), h("div", { class: "who" }, name, about), ...this.#actions());
    if (!this.body.querySelector("form")) this.body.replaceChildren(...this.#content());
    this.bar.show(reactions);
    this.#countComments();
  }

  #countComments() {
    const count = this.post.comments_count;
    this.opener.textContent = count === 1 ? "1 comment" : `${count} comments`;
  }

  #content() {
    const { text, bg_color, gif_url, media } = this.post;
    const parts = [];
    if (text) parts.push(h("p", { class: bg_color ? "text colored" : "text" }, text));
    if (text && bg_color) {
      const [red, green, blue] = [1, 3, 5].map((at) => parseInt(bg_color.slice(at, at + 2), 16));
      const dark = red * 0.299 + green * 0.587 + blue * 0.114 < 140;
      Object.assign(parts[0].style, { background: bg_color, color: dark ? "#fff" : "#111" });
    }
    if (gif_url) parts.push(h("img", { class: "media", src: gif_url, alt: "A GIF", loading: "lazy" }));
    if (media?.url && media.kind === "video") parts.push(h("video", { class: "media", src: media.url, controls: true, preload: "metadata" }));
    else if (media?.url) parts.push(h("img", { class: "media", src: media.url, alt: "The picture of this post", loading: "lazy", width: media.width, height: media.height }));
    else if (media) parts.push(h("p", { class: "dim" }, media.state === "failed" ? "The file could not be read." : "The file is being processed."));
    return parts;
  }

  #actions() {
    if (this.post.author.id !== this.me.id) return [];
    const edit = h("button", { type: "button", class: "quiet", click: () => this.#edit() }, "Edit");
    let sure = false;
    const click = () => {
      if (sure) return doing(remove, this.said, async () => void (await this.api.delete(`posts/${this.id}`)));
      sure = true;
      remove.textContent = "Really?";
    };
    const blur = () => {
      sure = false;
      remove.textContent = "Delete";
    };
    const remove = h("button", { type: "button", class: "quiet", click, blur }, "Delete");
    return [edit, remove];
  }

  #edit() {
    const id = `edit-${this.id}`;
    const field = h("textarea", { id, rows: 3, maxlength: 5000 });
    field.value = this.post.text;
    const close = () => {
      form.remove();
      this.#draw();
    };
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      doing(form, this.said, async () => {
        const { data, cursor } = await this.api.patch(`posts/${this.id}`, { text: field.value });
        this.update(data.post, cursor);
        close();
      });
    };
    const form = h("form", { class: "edit", submit }, h("label", { for: id, class: "hidden" }, "Text"), field);
    form.append(h("button", { type: "submit" }, "Save"), h("button", { type: "button", class: "quiet", click: close }, "Cancel"));
    this.body.replaceChildren(form);
    field.focus();
  }

  async #toggleComments() {
    this.below.hidden = !this.below.hidden;
    this.opener.setAttribute("aria-expanded", String(!this.below.hidden));
    if (this.below.hidden) return;
    if (!this.#comments) {
      this.#comments = new Comments(this.id, this.api, this.me);
      this.below.append(this.#comments.element);
      await this.#comments.read();
    }
  }
}
