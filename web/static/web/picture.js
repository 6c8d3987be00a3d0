/** Choosing a picture, with a look at it before it is sent; and showing one that was. */

import { h, icon } from "./dom.js";

const IMAGES = "image/jpeg,image/png,image/gif,image/webp";
const VIDEOS = "video/mp4,video/webm";

/** @param {Blob} file @returns {Promise<string>} its bytes as a `data:` address, which the policy of the page allows */
function addressOf(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** A button that asks for a file, and what was chosen. */
export class PictureInput {
  /** @type {File | null} */ file = null;
  /** Whether what was there before was taken away. */ isRemoved = false;

  /** @param {{ label?: string, videos?: boolean, known?: string, chosen?: () => void }} [given] `known` is the address of what is there */
  constructor({ label = "Add a picture", videos = false, known = "", chosen = () => {} } = {}) {
    this.chosen = chosen;
    this.input = h("input", { type: "file", class: "hidden", accept: videos ? `${IMAGES},${VIDEOS}` : IMAGES, change: () => this.#take(this.input.files[0]) });
    this.button = h("label", { class: "pick", title: label }, icon("picture"), h("span", { class: "hidden" }, label), this.input);
    this.preview = h("figure", { class: "preview", hidden: true });
    if (known) this.#show(h("img", { src: known, alt: "The picture as it is" }));
  }

  /** What a form is to send of it, by the names of the API; empty when nothing has changed. @returns {Record<string, File | null>} */
  get fields() {
    if (this.file) return { [this.#isVideo ? "video" : "image"]: this.file };
    return this.isRemoved ? { image: null } : {};
  }

  clear() {
    this.file = null;
    this.isRemoved = false;
    this.input.value = "";
    this.preview.hidden = true;
    this.preview.replaceChildren();
  }

  get #isVideo() {
    return !!this.file?.type.startsWith("video/");
  }

  /** @param {File | undefined} file */
  async #take(file) {
    if (!file) return; // the dialog was left
    this.file = file;
    const size = `${(file.size / 1_048_576).toFixed(1)} MB`;
    if (this.#isVideo) this.#show(h("p", {}, `${file.name} (${size})`));
    else this.#show(h("img", { src: await addressOf(file), alt: `The picture that you chose: ${file.name}` }));
    this.chosen();
  }

  /** @param {HTMLElement} what */
  #show(what) {
    const remove = () => {
      const isKnown = !this.file;
      this.clear();
      this.isRemoved = isKnown;
      this.input.focus();
      this.chosen();
    };
    const button = h("button", { type: "button", class: "quiet", click: remove }, "Remove");
    this.preview.replaceChildren(what, button);
    this.preview.hidden = false;
  }
}

/**
 * Returns a body with these fields: a form if there is a file among them.
 * @param {Record<string, string | File | null>} fields
 */
export function bodyOf(fields) {
  if (!Object.values(fields).some((value) => value instanceof File)) return fields;
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== null) form.set(name, value);
  return form;
}

/** What a post or a message shows beside its text. @param {{ media: any, gif_url: string }} shown @param {string} alt */
export function pictures({ media, gif_url }, alt) {
  const parts = [];
  if (gif_url) parts.push(h("img", { class: "media", src: gif_url, alt: "A GIF", loading: "lazy" }));
  if (media?.url && media.kind === "video") parts.push(h("video", { class: "media", src: media.url, controls: true, preload: "metadata" }));
  else if (media?.url) parts.push(h("img", { class: "media", src: media.url, alt, loading: "lazy", width: media.width, height: media.height }));
  else if (media) parts.push(h("p", { class: "dim" }, media.state === "failed" ? "The file could not be read." : "The file is being processed."));
  return parts;
}
