/** Button that bookmarks a post, for the current user only. */

import { h, icon, runAction } from "../dom.js";
import { showToast } from "../toast.js";

export class BookmarkButton {
  #isBookmarked = false;

  /** @param {string} postId @param {import("../api.js").Api} api @param {HTMLElement} errorElement */
  constructor(postId, api, errorElement) {
    this.postId = postId;
    this.api = api;
    const click = () => runAction(this.element, errorElement, () => this.#toggle());
    this.element = h("button", { type: "button", class: "quiet bookmark-button", "aria-pressed": "false", "aria-label": "Bookmark", title: "Bookmark", click }, icon("bookmark"));
  }

  /** @param {boolean} isBookmarked */
  set(isBookmarked) {
    this.#isBookmarked = isBookmarked;
    this.element.setAttribute("aria-pressed", String(isBookmarked));
  }

  async #toggle() {
    const isBookmarked = !this.#isBookmarked;
    await this.#save(isBookmarked);
    if (!isBookmarked) showToast("The bookmark is removed.", () => this.#save(true));
    else showToast("Find it under Bookmarks.");
  }

  /** @param {boolean} isBookmarked */
  async #save(isBookmarked) {
    if (isBookmarked) await this.api.put(`posts/${this.postId}/bookmark`, {});
    else await this.api.delete(`posts/${this.postId}/bookmark`);
    this.set(isBookmarked);
  }
}
