/** The topics that a part of the page has joined, for as long as it is shown. */

export class Topics {
  /** @type {Set<string>} */ #joined = new Set();

  /** @param {import("./mysocial.js").EventClient} events @param {AbortSignal} signal */
  constructor(events, signal) {
    this.events = events;
    this.signal = signal;
    signal.addEventListener("abort", () => this.leave(...this.#joined));
  }

  /** Joins, and tells whether what was read before is to be read again. @param {...string} topics */
  async join(...topics) {
    if (this.signal.aborted) return false;
    topics.forEach((topic) => this.#joined.add(topic));
    return this.events.join(...topics);
  }

  /** @param {...string} topics */
  leave(...topics) {
    topics.forEach((topic) => this.#joined.delete(topic));
    this.events.leave(...topics);
  }
}
