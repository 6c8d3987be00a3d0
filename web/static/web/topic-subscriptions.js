/** Event topics of a component, which are unsubscribed when its view is left. */

export class TopicSubscriptions {
  /** @type {Set<string>} */ #topics = new Set();

  /** @param {import("./mysocial.js").EventClient} events @param {AbortSignal} signal */
  constructor(events, signal) {
    this.events = events;
    this.signal = signal;
    signal.addEventListener("abort", () => this.unsubscribe(...this.#topics));
  }

  /** Returns whether state that was read earlier has to be read again. @param {...string} topics */
  async subscribe(...topics) {
    if (this.signal.aborted) return false;
    topics.forEach((topic) => this.#topics.add(topic));
    return this.events.subscribe(...topics);
  }

  /** @param {...string} topics */
  unsubscribe(...topics) {
    topics.forEach((topic) => this.#topics.delete(topic));
    this.events.unsubscribe(...topics);
  }
}
