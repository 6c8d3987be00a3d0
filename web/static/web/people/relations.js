/** How one stands to others, wherever it is shown: read, and changed by events. */

import { isAfter } from "../mysocial.js";

/**
 * @typedef {{ id: string, following: boolean, followed_by: boolean, blocking: boolean, muting: boolean, requested: boolean }} Relation
 * @typedef {Partial<Omit<Relation, "id">>} Change
 */

const NOTHING = { following: false, followed_by: false, requested: false };

/** Dispatches an event named as a member's id when how one stands to them has changed. */
export class Relations extends EventTarget {
  /** @type {Map<string, { relation: Relation, asOf: string }>} */ #known = new Map();

  /** @param {import("../api.js").Api} api @param {string} me */
  constructor(api, me) {
    super();
    this.api = api;
    this.me = me;
  }

  /** @param {string} id @returns {Relation | undefined} undefined when it was not read */
  get(id) {
    return this.#known.get(id)?.relation;
  }

  /** Takes what a read or a write answered. @param {Relation} relation @param {string} asOf */
  put(relation, asOf) {
    const known = this.#known.get(relation.id);
    if (known && isAfter(known.asOf, asOf)) return;
    this.#known.set(relation.id, { relation, asOf });
    this.dispatchEvent(new Event(relation.id));
  }

  /** Reads how one stands to these, at most a hundred. @param {string[]} ids */
  async read(ids) {
    const others = ids.filter((id) => id !== this.me);
    if (!others.length) return;
    const { data, cursor } = await this.api.get("users/relationships", { id: others });
    for (const relation of data.relationships) this.put(relation, cursor);
  }

  /** Forgets all, and reads anew those to whom it is shown how one stands. */
  async renew() {
    const ids = [...this.#known.keys()];
    this.#known.clear();
    for (let at = 0; at < ids.length; at += 100) await this.read(ids.slice(at, at + 100));
  }

  /** Carries out what somebody does to another: `follow`, `mute`, `block`. @param {string} id @param {string} what @param {boolean} on */
  async set(id, what, on) {
    const path = `users/${id}/${what}`;
    const { data, cursor } = on ? await this.api.put(path, {}) : await this.api.delete(path);
    this.put(data.relation, cursor);
  }

  /** @param {import("../mysocial.js").Happening} event */
  hear({ id = "", type, data }) {
    const other = data.follower_id === this.me ? data.followee_id : data.follower_id ?? data.user_id ?? data.id;
    const change = this.#changeBy(type, data);
    const known = this.#known.get(other);
    if (!change || !known || !isAfter(id, known.asOf)) return;
    this.put({ ...known.relation, ...change }, id);
  }

  /** @param {string} type @param {any} data @returns {Change | null} */
  #changeBy(type, data) {
    const isMine = data.follower_id === this.me;
    switch (type) {
      case "follow.created":
        return isMine ? { following: true, requested: false } : { followed_by: true };
      case "follow.deleted":
        return isMine ? { following: false } : { followed_by: false };
      case "follow.requested":
        return isMine ? { requested: true } : null;
      case "follow.unrequested":
        return isMine ? { requested: false } : null;
      case "block.created":
        return { ...NOTHING, blocking: true };
      case "block.deleted":
        return { blocking: false };
      case "mute.created":
        return { muting: true };
      case "mute.deleted":
        return { muting: false };
      case "user.hidden":
        return data.what === "all" ? { ...NOTHING, muting: false } : null;
      case "user.deleted":
        return { ...NOTHING, muting: false, blocking: false };
      default:
        return null;
    }
  }
}
