/** Form for a new post and for editing one: text, media, options and audience. */

import { h, runAction } from "../dom.js";
import { buildRequestBody, MediaInput } from "../media.js";
import { PostOptions } from "./post-options.js";

/** @type {Record<string, string>} */
export const PRIVACY_LABELS = { public: "Everyone", followers: "Followers", private: "Only me" };
const MAX_LENGTH = 5_000;
const COUNTER_THRESHOLD = 500; // the counter appears when fewer characters are left

let formCount = 0;

export class PostForm {
  /**
   * @param {{ post?: any, send: (body: object) => Promise<any>, cancel?: () => void }} options
   *   `post` is the post to edit; `send` sends the fields to the server
   */
  constructor({ post = null, send, cancel }) {
    this.post = post;
    this.send = send;
    const id = `post-form-${++formCount}`;
    const placeholder = post ? "" : "What's new?";
    this.field = h("textarea", { id, rows: 3, maxlength: MAX_LENGTH, placeholder, input: () => this.#updateCounter() });
    this.field.value = post?.text ?? "";
    const createOption = (/** @type {[string, string]} */ [value, text]) => h("option", { value, selected: value === post?.privacy }, text);
    this.privacySelect = h("select", { "aria-label": "Who can see it" }, ...Object.entries(PRIVACY_LABELS).map(createOption));
    const currentUrl = post?.media?.kind === "image" ? post.media.url : "";
    this.mediaInput = new MediaInput({ label: "Add a picture or video", acceptsVideos: true, currentUrl });
    this.options = new PostOptions(post, this.field);
    this.counter = h("span", { class: "dim", "aria-live": "polite" });
    this.errorElement = h("p", { class: "error", role: "alert" });
    const label = h("label", { for: id, class: "visually-hidden" }, post ? "Post text" : "Your post");
    const row = h("div", { class: "row" }, this.mediaInput.button, this.privacySelect, this.counter, h("span", { class: "spacer" }));
    if (cancel) row.append(h("button", { type: "button", class: "quiet", click: cancel }, "Cancel"));
    row.append(h("button", { type: "submit" }, post ? "Save" : "Post"));
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#submit();
    };
    const keydown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.element.requestSubmit();
    };
    const attributes = { class: "post-form", method: "post", submit, keydown };
    this.element = h("form", attributes, label, this.field, this.mediaInput.preview, this.options.element, row, this.errorElement);
  }

  #updateCounter() {
    const left = MAX_LENGTH - this.field.value.length;
    this.counter.textContent = left < COUNTER_THRESHOLD ? `${left} left` : "";
  }

  #submit() {
    runAction(this.element, this.errorElement, async () => {
      const fields = { text: this.field.value, privacy: this.privacySelect.value, ...this.mediaInput.fields, ...this.options.fields };
      await this.send(buildRequestBody(fields));
      if (this.post) return;
      this.field.value = "";
      this.mediaInput.clear();
      this.options.clear(this.field);
      this.#updateCounter();
    });
  }
}
