/** Reactions to posts: the totals, and the current user's own reaction. */

import { h, runAction } from "../dom.js";

/** Reaction types of the API. Each has an icon, because not every device has emoji. */
export const REACTION_TYPES = ["like", "love", "happy", "wow", "sad", "angry"];
const OWN_REACTIONS_LIMIT = 100;

/** @param {string} type */
export function reactionIcon(type) {
  const src = new URL(`./reaction-icons/${type}.svg`, import.meta.url).pathname;
  return h("img", { src, alt: type, width: 20, height: 20 });
}

/** Reactions of the current user. The latest 100 are loaded at once, older ones post by post. */
export class OwnReactions {
  /** @type {Map<string, string | null>} */ #typesByPostId = new Map();
  #isComplete = false;
  /** @type {Promise<void> | null} */ #pendingLoad = null;

  /** @param {import("../api.js").Api} api @param {string} currentUserId */
  constructor(api, currentUserId) {
    this.api = api;
    this.currentUserId = currentUserId;
  }

  /** @param {string} postId @returns {Promise<string | null>} */
  async get(postId) {
    await (this.#pendingLoad ??= this.#loadLatest());
    if (!this.#typesByPostId.has(postId) && !this.#isComplete) {
      const { data } = await this.api.get(`posts/${postId}/reactions/mine`);
      if (!this.#typesByPostId.has(postId)) this.#typesByPostId.set(postId, data.type);
    }
    return this.#typesByPostId.get(postId) ?? null;
  }

  /** @param {string} postId @param {string | null} type */
  set(postId, type) {
    this.#typesByPostId.set(postId, type);
  }

  /** Deletes all state, so that it is loaded again when needed. */
  clear() {
    this.#typesByPostId.clear();
    this.#pendingLoad = null;
  }

  async #loadLatest() {
    const { data } = await this.api.get(`users/${this.currentUserId}/reactions`, { limit: OWN_REACTIONS_LIMIT });
    for (const { type, post } of data.reactions) {
      // An event during the request is newer than the response.
      if (!this.#typesByPostId.has(post.id)) this.#typesByPostId.set(post.id, type);
    }
    this.#isComplete = data.next === null;
  }
}

/** Reaction buttons of a post. */
export class ReactionBar {
  /** @type {Record<string, { button: any, count: any }>} */ #buttonsByType = {};
  #ownReaction = /** @type {string | null} */ (null);

  /** @param {string} postId @param {import("../api.js").Api} api @param {OwnReactions} ownReactions @param {HTMLElement} errorElement */
  constructor(postId, api, ownReactions, errorElement) {
    this.postId = postId;
    this.api = api;
    this.ownReactions = ownReactions;
    this.element = h("div", { class: "reactions", role: "group", "aria-label": "Reactions" });
    for (const type of REACTION_TYPES) {
      const count = h("span", { class: "count" });
      const click = () => runAction(button, errorElement, () => this.#toggleReaction(type));
      const attributes = { type: "button", class: "reaction", "data-reaction": type, title: type, click };
      const button = h("button", attributes, reactionIcon(type), count);
      this.#buttonsByType[type] = { button, count };
      this.element.append(button);
    }
    ownReactions.get(postId).then((type) => this.setOwnReaction(type), () => {});
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
    this.ownReactions.set(this.postId, data.reaction.type);
    this.setOwnReaction(data.reaction.type);
    // The totals come with the `reaction.changed` event, in order with the reactions of other users.
  }
}
