/**
 * Event topics of all components. One command replaces those of the connection, after a page is shown: the
 * server says which of the new topics have changed since the page was read.
 */

import { isAfterCursor } from "./cursor.js";

const LEAVE_DELAY_MS = 1_000; // topics that are left without new ones, such as those of the view before

/** @typedef {(topic: string) => void} ChangeListener called when the state of a topic has to be read again */

export class TopicSet {
  /** @type {Map<string, Set<ChangeListener>>} */ #listeners = new Map();
  /** @type {string | null} */ #cursor = null; // the earliest at which a new topic was read
  #timer = 0;

  /** @param {import("./mysocial.js").EventClient} events */
  constructor(events) {
    this.events = events;
  }

  /** @param {string} topic @param {string | null} cursor at which its state was read; null if it has none @param {ChangeListener} onChanged */
  add(topic, cursor, onChanged) {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(onChanged));
    if (cursor && (!this.#cursor || isAfterCursor(this.#cursor, cursor))) this.#cursor = cursor;
    this.#schedule(0); // once for all topics of a page
  }

  /** @param {string} topic @param {ChangeListener} onChanged */
  remove(topic, onChanged) {
    const listeners = this.#listeners.get(topic);
    listeners?.delete(onChanged);
    if (listeners?.size === 0) this.#listeners.delete(topic);
    if (this.#cursor === null) this.#schedule(LEAVE_DELAY_MS);
  }

  /** @param {number} delayMs */
  #schedule(delayMs) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#replaceTopics(), delayMs);
  }

  async #replaceTopics() {
    const cursor = this.#cursor ?? this.events.cursor;
    this.#cursor = null;
    const changed = await this.events.replaceTopics([...this.#listeners.keys()], cursor);
    for (const topic of changed) for (const onChanged of [...(this.#listeners.get(topic) ?? [])]) onChanged(topic);
  }
}

/** The topics of one component, which are left when its view is left. */
export class ComponentTopics {
  /** @type {Map<string, ChangeListener>} */ #listeners = new Map();

  /** @param {import("./context.js").ViewContext} context */
  constructor({ topics, signal }) {
    this.topics = topics;
    this.signal = signal;
    signal.addEventListener("abort", () => this.remove(...this.#listeners.keys()));
  }

  /**
   * Adds a topic, if it is new, whose state was read at a cursor.
   * @param {string} topic @param {string} cursor @param {ChangeListener} onChanged
   */
  add(topic, cursor, onChanged) {
    if (this.signal.aborted || this.#listeners.has(topic)) return;
    this.#listeners.set(topic, onChanged);
    this.topics.add(topic, cursor, onChanged);
  }

  /** @param {...string} topics */
  remove(...topics) {
    for (const topic of topics) {
      const onChanged = this.#listeners.get(topic);
      if (onChanged) this.topics.remove(topic, onChanged);
      this.#listeners.delete(topic);
    }
  }
}
