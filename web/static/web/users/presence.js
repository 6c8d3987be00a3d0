/**
 * Online status of the users that a view shows.
 *
 * Presence events are not replayed, so the status is loaded after each connect and for each newly shown
 * user. `presence.changed` events bring the changes after that.
 */

const MAX_IDS = 100; // of one request

/** Dispatches an event named after a user's id when their online status has changed. */
export class Presence extends EventTarget {
  /** @type {Map<string, boolean>} */ #onlineById = new Map();
  /** @type {Set<string>} */ #checkedAfterMessage = new Set();

  /** @param {import("../api.js").Api} api @param {import("../mysocial.js").EventClient} events @param {import("../topic-set.js").TopicSet} topics */
  constructor(api, events, topics) {
    super();
    this.api = api;
    topics.add("presence", null, () => {}); // the log has no presence events
    events.topics.add("presence");
    events.addEventListener("state", () => events.state === "live" && this.#load([...this.#onlineById.keys()]));
  }

  /** @param {string} userId */
  isOnline(userId) {
    return this.#onlineById.get(userId) ?? false;
  }

  /** Loads the status of users and follows its changes. @param {string[]} userIds */
  async watch(userIds) {
    const newIds = userIds.filter((id) => !this.#onlineById.has(id));
    newIds.forEach((id) => this.#onlineById.set(id, false));
    await this.#load(newIds);
  }

  /** @param {import("../mysocial.js").ServerEvent} event */
  handleEvent({ type, data }) {
    // A message or a follow can make the status of a user visible who is online already. No event says so.
    if (type === "message.created") [data.sender_id, data.receiver_id].forEach((id) => this.#checkAfterMessage(id));
    else if (type === "follow.created") this.#load([data.follower_id, data.followee_id].filter((id) => this.#onlineById.has(id)));
    else if (type === "presence.changed" && this.#onlineById.has(data.user_id)) this.#setOnline(data.user_id, data.online);
    else if (type === "user.hidden" || type === "block.created") this.#setOnline(data.user_id, false);
  }

  /** Loads the status once after the first message with a user. @param {string} userId */
  #checkAfterMessage(userId) {
    if (!this.#onlineById.has(userId) || this.#checkedAfterMessage.has(userId)) return;
    this.#checkedAfterMessage.add(userId);
    this.#load([userId]);
  }

  /** @param {string[]} userIds */
  async #load(userIds) {
    for (let start = 0; start < userIds.length; start += MAX_IDS) {
      const ids = userIds.slice(start, start + MAX_IDS);
      const response = await this.api.get("users/online", { id: ids }).catch(() => null);
      if (!response) return; // it is loaded again after the next connect
      for (const id of ids) this.#setOnline(id, response.data.users.includes(id));
    }
  }

  /** @param {string} userId @param {boolean} isOnline */
  #setOnline(userId, isOnline) {
    if (this.#onlineById.get(userId) === isOnline) return;
    this.#onlineById.set(userId, isOnline);
    this.dispatchEvent(new Event(userId));
  }
}
