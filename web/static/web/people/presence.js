/**
 * Who is online, of those whom a view shows. It only passes: it is read when one connects and for
 * whoever is newly shown, and `presence.changed` tells the rest.
 */

const MOST = 100; // ids in one question

/** Dispatches an event named as a member's id when they came or went. */
export class Presence extends EventTarget {
  /** @type {Map<string, boolean>} */ #known = new Map();
  /** @type {Set<string>} */ #met = new Set(); // asked of since they wrote, or were written to

  /** @param {import("../api.js").Api} api @param {import("../mysocial.js").EventClient} events */
  constructor(api, events) {
    super();
    this.api = api;
    events.join("presence");
    events.addEventListener("state", () => events.state === "live" && this.#read([...this.#known.keys()]));
  }

  /** @param {string} id */
  isOnline(id) {
    return this.#known.get(id) ?? false;
  }

  /** Asks of these, from now on. @param {string[]} ids */
  async watch(ids) {
    const added = ids.filter((id) => !this.#known.has(id));
    added.forEach((id) => this.#known.set(id, false));
    await this.#read(added);
  }

  /** @param {import("../mysocial.js").Happening} event */
  hear({ type, data }) {
    // Who comes to be acquainted by this may be online already, which no event tells.
    if (type === "message.created") [data.sender_id, data.receiver_id].forEach((id) => this.#meet(id));
    else if (type === "follow.created") this.#read([data.follower_id, data.followee_id].filter((id) => this.#known.has(id)));
    else if (type === "presence.changed" && this.#known.has(data.user_id)) this.#set(data.user_id, data.online);
    else if (type === "user.hidden" || type === "block.created") this.#set(data.user_id, false);
  }

  /** @param {string} id */
  #meet(id) {
    if (!this.#known.has(id) || this.#met.has(id)) return;
    this.#met.add(id);
    this.#read([id]);
  }

  /** @param {string[]} ids */
  async #read(ids) {
    for (let at = 0; at < ids.length; at += MOST) {
      const asked = ids.slice(at, at + MOST);
      const found = await this.api.get("users/online", { id: asked }).catch(() => null);
      if (!found) return; // it is read again when one is connected
      for (const id of asked) this.#set(id, found.data.users.includes(id));
    }
  }

  /** @param {string} id @param {boolean} online */
  #set(id, online) {
    if (this.#known.get(id) === online) return;
    this.#known.set(id, online);
    this.dispatchEvent(new Event(id));
  }
}
