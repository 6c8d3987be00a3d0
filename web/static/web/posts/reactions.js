/** Reactions to posts: the totals, and the current user's own reaction. */

import { h, runAction } from "../dom.js";

/** Reaction types of the API. Each has an icon, because not every device has emoji. */
export const REACTION_TYPES = ["like", "love", "happy", "wow", "sad", "angry"];

/** @param {string} type */
export function reactionIcon(type) {
  return h("span", { class: `reaction-icon reaction-icon-${type}`, role: "img", "aria-label": type });
}

/** Reaction buttons of a post. */
export class ReactionBar {
  /** @type {Record<string, { button: any, count: any }>} */ #buttonsByType = {};
  #ownReaction = /** @type {string | null} */ (null);

  /** @param {string} postId @param {import("../api.js").Api} api @param {HTMLElement} errorElement */
  constructor(postId, api, errorElement) {
    this.postId = postId;
    this.api = api;
    this.element = h("div", { class: "reactions", role: "group", "aria-label": "Reactions" });
    for (const type of REACTION_TYPES) {
      const count = h("span", { class: "count" });
      const click = () => runAction(button, errorElement, () => this.#toggleReaction(type));
      const attributes = { type: "button", class: "reaction", "data-reaction": type, title: type, click };
      const button = h("button", attributes, reactionIcon(type), count);
      this.#buttonsByType[type] = { button, count };
      this.element.append(button);
    }
  }

  /** @param {Record<string, number>} totals */
  setTotals(totals) {
    for (const [type, { count }] of Object.entries(this.#buttonsByType)) {
      count.textContent = totals[type] ? String(totals[type]) : "";
    }
  }

  /** @param {string | null} ownType */
  setOwnReaction(ownType) {
    this.#ownReaction = ownType;
    for (const [type, { button }] of Object.entries(this.#buttonsByType)) {
      button.setAttribute("aria-pressed", String(type === ownType));
    }
  }

  /** @param {string} type */
  async #toggleReaction(type) {
    const path = `posts/${this.postId}/reaction`;
    const { data } = this.#ownReaction === type ? await this.api.delete(path) : await this.api.put(path, { type });
    this.setOwnReaction(data.reaction.type);
    // The totals come with the `reaction.changed` event, in order with the reactions of other users.
  }
}
