/**
 * A part of the page that is read, and then kept true by events.
 *
 * What is heard while a read is under way is applied after what it found was shown. No more is needed:
 * an event says how things are after it, and they come in order.
 */

import { h, sentence } from "./dom.js";

const FLOCK = 60; // ms; what makes us read again seldom comes alone

/** @typedef {import("./mysocial.js").Happening} Happening */

export class Live {
  /** @type {Happening[]} */ #heard = [];
  #reading = 0;
  #begun = false;
  #failed = false;
  #timer = 0;

  /** @param {HTMLElement} element what is busy while it is read @param {AbortSignal} signal aborted when it is left */
  constructor(element, signal) {
    this.busy = element;
    this.signal = signal;
    this.said = h("p", { class: "error", role: "alert" });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** Reads all of it, for the first time or anew. @returns {Promise<any>} */
  async read() {}

  /** Reads all of it, and trusts nothing that is shown. @returns {Promise<any>} */
  renew() {
    return this.read();
  }

  /** Applies an event. @param {Happening} _event */
  apply(_event) {}

  /** Takes what the socket says. @param {Happening} event */
  hear(event) {
    if (!this.#begun) return; // the first read is yet to come
    if (this.#reading) this.#heard.push(event);
    else this.apply(event);
  }

  /** Lets go of what was heard: what is asked for now will hold it. */
  forget() {
    if (this.#reading === 1) this.#heard = [];
  }

  /** Reads anew for something that was heard, once for all that is heard at about the same time. */
  again() {
    clearTimeout(this.#timer);
    if (!this.signal.aborted) this.#timer = setTimeout(() => this.read(), FLOCK);
  }

  /** Reads anew what could not be read before. */
  async mend() {
    if (this.#failed) await this.read();
  }

  /**
   * Holds back what is heard while something is read and shown; says what goes wrong.
   * @template T @param {() => Promise<T>} work @returns {Promise<T | undefined>}
   */
  async during(work) {
    this.#begun = true;
    this.#reading++;
    this.busy.setAttribute("aria-busy", "true");
    try {
      this.said.textContent = "";
      this.#failed = false;
      return await work();
    } catch (/** @type {any} */ error) {
      this.#failed = true;
      this.refused(error);
    } finally {
      if (!--this.#reading) {
        this.busy.removeAttribute("aria-busy");
        this.#heard.splice(0).forEach((event) => this.apply(event));
      }
    }
  }

  /** Shows why it could not be read. @param {any} error */
  refused(error) {
    this.said.textContent = sentence(error);
  }
}
