/** Relationships of the current user to other users, kept up to date with events. */

import { isAfterCursor } from "../mysocial.js";

/**
 * @typedef {{ id: string, following: boolean, followed_by: boolean, blocking: boolean, muting: boolean, requested: boolean }} Relation
 *   `id` is that of the other user
 * @typedef {Partial<Omit<Relation, "id">>} RelationChange
 */

const MAX_IDS = 100; // of one request
const NO_FOLLOWS = { following: false, followed_by: false, requested: false };

/** Dispatches an event named after a user's id when the relationship to that user has changed. */
export class Relationships extends EventTarget {
  /** @type {Map<string, { relation: Relation, cursor: string }>} */ #entries = new Map();

  /** @param {import("../api.js").Api} api @param {string} currentUserId */
  constructor(api, currentUserId) {
    super();
    this.api = api;
    this.currentUserId = currentUserId;
  }

  /** @param {string} userId @returns {Relation | undefined} undefined when it is not loaded */
  get(userId) {
    return this.#entries.get(userId)?.relation;
  }

  /** Stores a relation from a response, unless the stored one is newer. @param {Relation} relation @param {string} cursor */
  put(relation, cursor) {
    const entry = this.#entries.get(relation.id);
    if (entry && isAfterCursor(entry.cursor, cursor)) return;
    this.#entries.set(relation.id, { relation, cursor });
    this.dispatchEvent(new Event(relation.id));
  }

  /**
   * Stores the relation that a user in a response has: as `relation` in lists of people, and as `viewer` in profiles.
   * @param {{ id: string, relation?: Relation, viewer?: any }} user @param {string} cursor
   */
  putFrom({ id, relation, viewer }, cursor) {
    if (id === this.currentUserId || !(relation ?? viewer)) return;
    const { following, followed_by, blocking, muting, requested } = relation ?? viewer;
    this.put({ id, following, followed_by, blocking, muting, requested }, cursor);
  }

  /** @param {string[]} userIds at most 100 */
  async load(userIds) {
    const ids = userIds.filter((id) => id !== this.currentUserId);
    if (!ids.length) return;
    const { data, cursor } = await this.api.get("users/relationships", { id: ids });
    for (const relation of data.relationships) this.put(relation, cursor);
  }

  /** Loads all relationships again. */
  async reload() {
    const ids = [...this.#entries.keys()];
    this.#entries.clear();
    for (let start = 0; start < ids.length; start += MAX_IDS) await this.load(ids.slice(start, start + MAX_IDS));
  }

  /** Changes a relationship on the server. @param {string} userId @param {"follow" | "mute" | "block"} kind @param {boolean} isOn */
  async set(userId, kind, isOn) {
    const path = `users/${userId}/${kind}`;
    const { data, cursor } = isOn ? await this.api.put(path, {}) : await this.api.delete(path);
    this.put(data.relation, cursor);
  }

  /** @param {import("../mysocial.js").ServerEvent} event */
  handleEvent({ id = "", type, data }) {
    const otherUserId = data.follower_id === this.currentUserId ? data.followee_id : data.follower_id ?? data.user_id ?? data.id;
    const change = this.#changeFromEvent(type, data);
    const entry = this.#entries.get(otherUserId);
    if (!change || !entry || !isAfterCursor(id, entry.cursor)) return;
    this.put({ ...entry.relation, ...change }, id);
  }

  /** @param {string} type @param {any} data @returns {RelationChange | null} */
  #changeFromEvent(type, data) {
    const isFollower = data.follower_id === this.currentUserId;
    switch (type) {
      case "follow.created":
        return isFollower ? { following: true, requested: false } : { followed_by: true };
      case "follow.deleted":
        return isFollower ? { following: false } : { followed_by: false };
      case "follow.requested":
        return isFollower ? { requested: true } : null;
      case "follow.unrequested":
        return isFollower ? { requested: false } : null;
      case "block.created":
        return { ...NO_FOLLOWS, blocking: true };
      case "block.deleted":
        return { blocking: false };
      case "mute.created":
        return { muting: true };
      case "mute.deleted":
        return { muting: false };
      case "user.hidden":
        return data.what === "all" ? { ...NO_FOLLOWS, muting: false } : null;
      case "user.deleted":
        return { ...NO_FOLLOWS, muting: false, blocking: false };
      default:
        return null;
    }
  }
}
