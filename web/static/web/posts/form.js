/** Writing a post, and changing one: text, picture, what else it shows, and who sees it. */

import { doing, h } from "../dom.js";
import { bodyOf, PictureInput } from "../picture.js";
import { Extras } from "./extras.js";

/** @type {Record<string, string>} */
export const PRIVACIES = { public: "Everyone", followers: "Followers", private: "Only me" };
const MOST = 5000;
const NEAR = 500; // from the end on it is told how much is left

let count = 0;

export class PostForm {
  /**
   * @param {{ post?: any, send: (body: object) => Promise<any>, cancel?: () => void }} given
   *   `post` is the one that is changed; `send` hands the fields to the server
   */
  constructor({ post = null, send, cancel }) {
    this.post = post;
    this.send = send;
    const id = `post-form-${++count}`;
    const label = post ? "Text" : "Your post";
    this.field = h("textarea", { id, rows: 3, maxlength: MOST, placeholder: post ? "" : "What is new?", input: () => this.#count() });
    this.field.value = post?.text ?? "";
    const choices = Object.entries(PRIVACIES).map(([value, name]) => h("option", { value, selected: value === post?.privacy }, name));
    this.privacy = h("select", { "aria-label": "Who sees it" }, ...choices);
    this.picture = new PictureInput({ label: "Add a picture or a video", videos: true, known: post?.media?.kind === "image" ? post.media.url : "" });
    this.extras = new Extras(post, this.field);
    this.left = h("span", { class: "dim", "aria-live": "polite" });
    this.said = h("p", { class: "error", role: "alert" });
    const line = h("div", { class: "line" }, this.picture.button, this.privacy, this.left, h("span", { class: "space" }));
    if (cancel) line.append(h("button", { type: "button", class: "quiet", click: cancel }, "Cancel"));
    line.append(h("button", { type: "submit" }, post ? "Save" : "Post"));
    const given = { class: "compose", method: "post", submit: (/** @type {Event} */ event) => this.#submit(event), keydown: (/** @type {any} */ event) => this.#shortcut(event) };
    this.element = h("form", given, h("label", { for: id, class: "hidden" }, label), this.field, this.picture.preview, this.extras.element, line, this.said);
  }

  #count() {
    const left = MOST - this.field.value.length;
    this.left.textContent = left < NEAR ? `${left} left` : "";
  }

  /** @param {KeyboardEvent} event */
  #shortcut(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.element.requestSubmit();
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    doing(this.element, this.said, async () => {
      const fields = { text: this.field.value, privacy: this.privacy.value, ...this.picture.fields, ...this.extras.fields };
      await this.send(bodyOf(fields));
      if (this.post) return;
      this.field.value = "";
      this.picture.clear();
      this.extras.clear(this.field);
      this.#count();
    });
  }
}
