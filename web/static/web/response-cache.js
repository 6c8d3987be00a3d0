/**
 * The last responses to reads, so that a view that was open before is shown at once. A fresh response
 * replaces what is shown. Events about content that is gone or no longer visible empty the cache.
 */

import { isAfterCursor } from "./cursor.js";

const MAX_RESPONSES = 60;
const EMPTYING_EVENT = /^(?:.*\.(?:deleted|hidden)|block\.created|mute\.created|post\.updated)$/;

/** @typedef {import("./api.js").ApiResponse} ApiResponse */
/** @typedef {Record<string, string | number | null | string[]>} Query */

export class ResponseCache {
  /** @type {Map<string, ApiResponse>} */ #responses = new Map(); // by address, the latest last
  /** @type {Map<string, Promise<ApiResponse>>} */ #early = new Map(); // reads that have begun before the view asks
  #emptiedAt = ""; // the id of an event; older responses are not kept

  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.api = api;
  }

  /** Returns the last response; undefined if there is none. @param {string} path @param {Query} [query] */
  peek(path, query = {}) {
    return this.#responses.get(keyOf(path, query));
  }

  /** Begins a read that the first view will ask for. @param {string} path @param {Query} query */
  readEarly(path, query) {
    const response = this.api.get(path, query);
    this.#early.set(keyOf(path, query), response);
    return response;
  }

  /** Reads from the server, and keeps the response. @param {string} path @param {Query} [query] */
  async get(path, query = {}) {
    const key = keyOf(path, query);
    const early = this.#early.get(key);
    this.#early.delete(key); // it is for the first view only
    const response = await (early ?? this.api.get(path, query)).catch((error) => {
      if (error.status) this.#responses.delete(key); // without a response, the last one is still the best
      throw error;
    });
    this.#responses.delete(key);
    if (!this.#emptiedAt || !isAfterCursor(this.#emptiedAt, response.cursor)) this.#responses.set(key, response);
    if (this.#responses.size > MAX_RESPONSES) this.#responses.delete([...this.#responses.keys()][0]);
    return response;
  }

  clear() {
    this.#responses.clear();
  }

  /** @param {import("./mysocial.js").ServerEvent} event */
  handleEvent({ id, type }) {
    if (!EMPTYING_EVENT.test(type)) return;
    this.#emptiedAt = id ?? this.#emptiedAt;
    this.clear();
  }
}

/** @param {string} path @param {Query} query */
const keyOf = (path, query) => `${path} ${JSON.stringify(query)}`;
