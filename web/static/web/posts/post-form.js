/** Form for a new post and for editing one: text, media, options and audience. */

import { h, runAction } from "../dom.js";
import { emojiPicker } from "../emoji-picker.js";
import { buildRequestBody, MediaInput } from "../media.js";
import { MentionCompletion } from "../mention-completion.js";
import { TextField } from "../text-field.js";
import { PollFields } from "./poll-fields.js";
import { PostOptions } from "./post-options.js";

/** @type {Record<string, string>} */
export const PRIVACY_LABELS = { public: "Everyone", followers: "Followers", private: "Only me" };
/** @type {Record<string, string>} */
const COMMENT_LABELS = { everyone: "Comments: everyone", followers: "Comments: followers", mentioned: "Comments: mentioned", nobody: "Comments: nobody" };
const MAX_CHARACTERS = 5_000;
const WAITING = "Waiting for the connection. Your post is sent as soon as it is back.";
const WAITING_DELAY_MS = 3_000;

let formCount = 0;

/** @param {string} label @param {Record<string, string>} choices @param {string} [selected] */
function createSelect(label, choices, selected) {
  const options = Object.entries(choices).map(([value, text]) => h("option", { value, selected: value === selected }, text));
  return h("select", { "aria-label": label, title: label }, ...options);
}

export class PostForm {
  /**
   * @param {{ post?: any, context: import("../context.js").ViewContext, send: (body: object) => Promise<any>, cancel?: () => void }} options
   *   `post` is the post to edit; `send` sends the fields to the server
   */
  constructor({ post = null, context: { api, drafts }, send, cancel }) {
    this.post = post;
    this.send = send;
    const id = `post-form-${++formCount}`;
    const placeholder = post ? "" : "What's new?";
    this.field = h("textarea", { id, rows: 3, placeholder });
    const draftKey = post ? `edit-${post.id}` : "post";
    this.textField = new TextField(this.field, { maxCharacters: MAX_CHARACTERS, drafts, draftKey, original: post?.text });
    this.privacySelect = createSelect("Who can see it", PRIVACY_LABELS, post?.privacy);
    this.commentSelect = createSelect("Who can comment", COMMENT_LABELS, post?.who_may_comment);
    const mentions = new MentionCompletion(this.field, api);
    const currentUrl = post?.media?.kind === "image" ? post.media.url : "";
    this.mediaInput = new MediaInput({ label: "Add a picture or video", acceptsVideos: true, currentUrl, onChange: () => this.#onChange() });
    this.options = new PostOptions(post, this.field);
    this.pollFields = post ? null : new PollFields();
    this.errorElement = h("p", { class: "error", role: "alert" });
    this.waitingNote = h("p", { class: "dim", role: "status" });
    const label = h("label", { for: id, class: "visually-hidden" }, post ? "Post text" : "Your post");
    const row = h("div", { class: "row post-form-row" }, this.mediaInput.button, emojiPicker(this.field), this.privacySelect, this.commentSelect, this.textField.counter, h("span", { class: "spacer" }));
    const discard = () => {
      this.textField.deleteDraft();
      cancel?.();
    };
    if (cancel) row.append(h("button", { type: "button", class: "quiet", click: discard }, "Cancel"));
    this.submitButton = h("button", { type: "submit" }, post ? "Save" : "Post");
    row.append(this.submitButton);
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#submit();
    };
    const keydown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.element.requestSubmit();
    };
    const attributes = { class: "post-form", method: "post", submit, keydown, focusin: () => this.#open(), input: () => this.#onChange() };
    const fieldFrame = h("div", { class: "field-frame" }, this.field, mentions.element);
    this.element = h("form", attributes, label, fieldFrame, this.mediaInput.preview, this.options.element, this.pollFields?.element ?? null, row, this.waitingNote, this.errorElement);
    this.mediaInput.acceptFrom(this.element);
    this.#onChange();
  }

  /** Shows all fields. Before, an empty form takes one line. */
  #open() {
    this.element.classList.add("open");
  }

  /** An error is about what was sent, and nothing can be sent that is empty. */
  #onChange() {
    this.errorElement.textContent = "";
    const isEmpty = !this.field.value.trim() && this.mediaInput.isEmpty && !this.options.hasGif;
    this.submitButton.disabled = isEmpty;
    if (!isEmpty || this.post) this.#open();
  }

  #submit() {
    runAction(this.element, this.errorElement, async () => {
      this.textField.requireLength();
      const fields = { text: this.field.value, privacy: this.privacySelect.value, who_may_comment: this.commentSelect.value, ...this.mediaInput.fields, ...this.options.fields, ...this.pollFields?.fields };
      const waitingTimer = setTimeout(() => (this.waitingNote.textContent = WAITING), WAITING_DELAY_MS);
      await this.send(buildRequestBody(fields)).finally(() => {
        clearTimeout(waitingTimer);
        this.waitingNote.textContent = "";
      });
      if (this.post) return this.textField.deleteDraft();
      this.textField.set("");
      this.mediaInput.clear();
      this.options.clear(this.field);
      this.pollFields?.clear();
      this.element.classList.remove("open");
      this.#onChange();
    });
  }
}
