/**
 * Component that loads its data once and keeps it up to date with events.
 *
 * Events that arrive during a load are queued and applied after the response is shown. This is enough:
 * events arrive in order, and each one contains the state after it.
 */

import { errorText, h } from "./dom.js";

const LOAD_DELAY_MS = 60; // events that require a reload often come in groups

/** @typedef {import("./mysocial.js").ServerEvent} ServerEvent */

export class LiveComponent {
  /** @type {ServerEvent[]} */ #queuedEvents = [];
  #activeLoads = 0;
  #hasStarted = false;
  #hasFailed = false;
  #loadTimer = 0;

  /** @param {HTMLElement} container marked as busy while data is loaded @param {AbortSignal} signal aborted when the view is left */
  constructor(container, signal) {
    this.container = container;
    this.signal = signal;
    this.errorElement = h("p", { class: "error", role: "alert" });
    signal.addEventListener("abort", () => clearTimeout(this.#loadTimer));
  }

  /**
   * Loads the data, for the first time or again. Subclasses implement it.
   * @param {number} [_minItems] of a list @returns {Promise<any>}
   */
  async load(_minItems) {}

  /** Loads the data without reusing any state. @returns {Promise<any>} */
  reload() {
    return this.load();
  }

  /** Updates the component from an event. Subclasses implement it. @param {ServerEvent} _event */
  applyEvent(_event) {}

  /** Applies an event, or queues it while data is loaded. @param {ServerEvent} event */
  handleEvent(event) {
    if (!this.#hasStarted) return; // the first load will include it
    if (this.#activeLoads) this.#queuedEvents.push(event);
    else this.applyEvent(event);
  }

  /** Loads again soon, once for a group of events. */
  scheduleLoad() {
    clearTimeout(this.#loadTimer);
    if (!this.signal.aborted) this.#loadTimer = setTimeout(() => this.load(), LOAD_DELAY_MS);
  }

  async retryFailedLoad() {
    if (this.#hasFailed) await this.load();
  }

  /**
   * Runs a task that loads and shows data. Queues events meanwhile, and shows an error when it fails.
   * @template T @param {() => Promise<T>} task @returns {Promise<T | undefined>} undefined when it fails
   */
  async runLoad(task) {
    this.#hasStarted = true;
    this.#activeLoads++;
    this.container.setAttribute("aria-busy", "true");
    try {
      this.errorElement.textContent = "";
      this.#hasFailed = false;
      return await task();
    } catch (/** @type {any} */ error) {
      this.#hasFailed = true;
      this.handleLoadError(error);
    } finally {
      if (!--this.#activeLoads) {
        this.container.removeAttribute("aria-busy");
        this.#queuedEvents.splice(0).forEach((event) => this.applyEvent(event));
      }
    }
  }

  /** @param {any} error */
  handleLoadError(error) {
    this.errorElement.textContent = errorText(error);
  }
}
