/** Pictures and videos: a file input with a preview, and the elements that show them. */

import { showPlaceholder } from "./blurhash.js";
import { h, icon } from "./dom.js";
import { pictureButton } from "./lightbox.js";

const IMAGE_TYPES = "image/jpeg,image/png,image/gif,image/webp,image/heic,image/heif,image/avif,image/bmp,.heic,.avif";
const VIDEO_TYPES = "video/mp4,video/webm,video/quicktime,video/x-matroska,.mov,.mkv";
const MAX_HEIGHT_REM = 36;
const BYTES_PER_MB = 1_048_576;

/** @param {Blob} file @returns {Promise<string>} a `data:` URL, which the Content-Security-Policy allows */
function readAsDataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** Button that asks for a file, with a preview of the selected file. */
export class MediaInput {
  /** @type {File | null} */ file = null;
  /** Whether the current picture is to be removed. */ isRemoved = false;

  /** @param {{ label?: string, acceptsVideos?: boolean, currentUrl?: string, onChange?: () => void }} [options] */
  constructor({ label = "Add a picture", acceptsVideos = false, currentUrl = "", onChange = () => {} } = {}) {
    this.onChange = onChange;
    this.acceptsVideos = acceptsVideos;
    const accept = acceptsVideos ? `${IMAGE_TYPES},${VIDEO_TYPES}` : IMAGE_TYPES;
    this.input = h("input", { type: "file", class: "visually-hidden", accept, change: () => this.selectFile(this.input.files[0]) });
    const labelText = h("span", { class: "visually-hidden" }, label);
    this.button = h("label", { class: "file-button", title: label }, icon("picture"), labelText, this.input);
    this.preview = h("figure", { class: "preview", hidden: true });
    if (currentUrl) this.#showPreview(h("img", { src: currentUrl, alt: "Current picture" }));
  }

  /** Changes to send, by API field; empty when nothing has changed. @returns {Record<string, File | null>} */
  get fields() {
    if (this.file) return { [this.#isVideo ? "video" : "image"]: this.file };
    return this.isRemoved ? { image: null } : {};
  }

  /** Whether there is neither a selected file nor a current picture. */
  get isEmpty() {
    return this.preview.hidden;
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

  /** Takes files that are pasted into an element or dropped on it. @param {HTMLElement} element */
  acceptFrom(element) {
    const take = (/** @type {ClipboardEvent | DragEvent} */ event, /** @type {DataTransfer | null} */ transfer) => {
      const file = [...(transfer?.files ?? [])].find(({ type }) => type.startsWith("image/") || (this.acceptsVideos && type.startsWith("video/")));
      element.classList.remove("drop-target");
      if (!file) return;
      event.preventDefault();
      this.selectFile(file);
    };
    element.addEventListener("paste", (event) => take(event, event.clipboardData));
    element.addEventListener("drop", (event) => take(event, event.dataTransfer));
    element.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault(); // allows the drop
      element.classList.add("drop-target");
    });
    element.addEventListener("dragleave", () => element.classList.remove("drop-target"));
  }

  /** @param {File | undefined} file */
  async selectFile(file) {
    if (!file) return; // the user closed the dialog
    this.file = file;
    const size = `${(file.size / BYTES_PER_MB).toFixed(1)} MB`;
    if (this.#isVideo) this.#showPreview(h("p", {}, `${file.name} (${size})`));
    else {
      // Not every browser displays HEIC and AVIF; the server converts them.
      const showName = () => this.#showPreview(h("p", {}, `${file.name} (${size})`));
      this.#showPreview(h("img", { src: await readAsDataUrl(file), alt: `Selected picture: ${file.name}`, error: showName }));
    }
    this.onChange();
  }

  /** @param {HTMLElement} content */
  #showPreview(content) {
    const remove = () => {
      const isCurrentPicture = !this.file;
      this.clear();
      this.isRemoved = isCurrentPicture;
      this.input.focus();
      this.onChange();
    };
    const button = h("button", { type: "button", class: "quiet", click: remove }, "Remove");
    this.preview.replaceChildren(content, button);
    this.preview.hidden = false;
  }
}

/**
 * Returns a request body: a form when a field is a file, else an object to send as JSON.
 * In a form, an object is JSON.
 * @param {Record<string, any>} fields
 */
export function buildRequestBody(fields) {
  if (!Object.values(fields).some((value) => value instanceof File)) return fields;
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    const isPlain = typeof value === "string" || value instanceof File;
    if (value !== null) form.set(name, isPlain ? value : JSON.stringify(value));
  }
  return form;
}

/**
 * Returns the elements for the media and the GIF of a post or message.
 * @param {{ media: any, gif_url: string }} item @param {string} alt
 */
export function mediaElements({ media, gif_url }, alt) {
  const elements = [];
  if (gif_url) elements.push(gifElement(gif_url));
  if (!media) return elements;
  const { url, kind, width, height, state, error, blurhash } = media;
  if (url && kind === "video") {
    const poster = media.sizes?.poster?.url;
    elements.push(h("video", { class: "media", src: url, poster, width, height, controls: true, preload: poster ? "none" : "metadata" }));
  } else if (url) elements.push(h("img", { class: "media", ...sources(media), alt, loading: "lazy", width, height }));
  else elements.push(h("p", { class: "dim" }, state === "failed" ? error || "This file could not be processed." : "This file is being processed."));
  if (url) limitSize(elements[elements.length - 1], width, height);
  if (!url || kind !== "image") return elements;
  const image = elements[elements.length - 1];
  showPlaceholder(image, blurhash);
  return [...elements.slice(0, -1), pictureButton(image, url, alt)];
}

/** @param {string} url */
function gifElement(url) {
  const onError = () => image.replaceWith(h("p", { class: "dim" }, "This GIF is not available."));
  const image = h("img", { class: "media natural", src: url, alt: "GIF", loading: "lazy", error: onError });
  return image;
}

/** Shows a picture or video at most in its own size, and completely. @param {HTMLElement} element @param {number | null} width @param {number | null} height */
function limitSize(element, width, height) {
  if (!width || !height) return;
  element.style.setProperty("--max-width", `min(${width}px, ${MAX_HEIGHT_REM * (width / height)}rem)`);
}

/**
 * Returns the attributes from which the browser selects a size of an image. The sizes of an animation do not move.
 * @param {{ url: string, width: number, duration: number | null, sizes?: Record<string, { url: string, width: number }> }} media
 */
function sources({ url, width, duration, sizes = {} }) {
  if (duration !== null || !Object.keys(sizes).length) return { src: url };
  const candidates = [...Object.values(sizes), { url, width }];
  return { srcset: candidates.map((size) => `${size.url} ${size.width}w`).join(", "), sizes: "(max-width: 34rem) 100vw, 36rem", src: url };
}
