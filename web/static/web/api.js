/**
 * A small client of the REST API: tokens, retries that are safe, problems as exceptions.
 *
 * A write carries an `Idempotency-Key`, so it may be repeated until an answer arrives: it is carried
 * out once. The contract is `/api/schema`, docs/errors.md and docs/write-path.md.
 */

const TRIES = 7; // about ten seconds in all, on average
const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 5_000;
const EARLY = 5_000; // before it expires, an access token is replaced
const [NOT_AUTHENTICATED, UNAVAILABLE] = [401, 503];
const NOBODY = [502, 504]; // says a proxy: whoever was asked is gone, or has not answered in time

/**
 * @typedef {{ access: string, refresh: string, until: number }} Tokens `until` is when, by the clock of
 *   this machine, the access token is to be replaced
 * @typedef {{ status: number, data: any, cursor: string }} Answer `cursor` is where the answer stands
 *   among the events: what comes after it may not be in the answer yet
 * @typedef {{ method: string, path: string, status: number, ms: number, cursor: string }} Call
 *   `status` is 0 when no answer came
 * @typedef {{ load: () => Tokens | null, save: (tokens: Tokens | null) => void }} Keeper
 */

/** What the server refuses, as docs/errors.md lists it. */
export class Problem extends Error {
  /** @param {any} body */
  constructor(body) {
    super(body.detail || body.title);
    this.name = "Problem";
    /** @type {number} */ this.status = body.status;
    /** @type {string} */ this.code = body.code;
    /** @type {{ field: string, code: string, detail: string }[]} */ this.errors = body.errors || [];
  }
}

/** No answer came, however often it was asked for. */
export class Away extends Error {
  constructor() {
    super("The server does not answer. Your connection may be down.");
    this.name = "Away";
  }
}

/** Returns a key that nobody else takes; `crypto.randomUUID` is there on https and localhost only. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Dispatches `call` (a `Call`) for each request that was made, and `signedout`. */
export class Api extends EventTarget {
  /** The newest `X-Event-Cursor` of any answer. */
  cursor = "";
  /** @type {Promise<boolean> | null} */ #refreshing = null;

  /** @param {string} base as `/api` @param {Keeper} keeper where the tokens are kept */
  constructor(base, keeper) {
    super();
    this.base = base;
    this.keeper = keeper;
  }

  /** Returns the access token; empty when nobody is signed in. */
  get access() {
    return this.keeper.load()?.access ?? "";
  }

  /**
   * Null is left out, and a list is given as one parameter after another.
   * @param {string} path @param {Record<string, string | number | null | string[]>} [query]
   */
  get(path, query = {}) {
    const given = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
    const search = new URLSearchParams(given.filter(([, one]) => one !== null).map(([name, one]) => [String(name), String(one)]));
    return this.#ask("GET", search.size ? `${path}?${search}` : path);
  }

  /** A body goes as JSON; one with files is a `FormData`. @param {string} path @param {object} [body] */
  post(path, body = {}) {
    return this.#ask("POST", path, body);
  }

  /** @param {string} path @param {object} body */
  put(path, body) {
    return this.#ask("PUT", path, body);
  }

  /** @param {string} path @param {object} body */
  patch(path, body) {
    return this.#ask("PATCH", path, body);
  }

  /** @param {string} path */
  delete(path) {
    return this.#ask("DELETE", path);
  }

  /**
   * Signs in or up (`signin`, `signup`): keeps the tokens and returns the member.
   * @param {string} path @param {object} body
   */
  async enter(path, body) {
    this.keeper.save(null);
    const { data } = await this.post(path, body);
    this.#keep(data);
    return data.user;
  }

  /** Ends the session. */
  async leave() {
    try {
      if (this.access) await this.post("signout");
    } finally {
      this.keeper.save(null);
    }
  }

  /**
   * Gets new tokens, once for all who ask at the same time. False when the session has ended;
   * `Away` when that can't be found out.
   * @returns {Promise<boolean>}
   */
  refresh() {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #refresh() {
    const kept = this.keeper.load();
    if (!kept) return false;
    try {
      // Under one key: when the answer is lost, the repeat gets the same tokens.
      const { data } = await this.#repeat("POST", "token/refresh", { refresh: kept.refresh });
      this.#keep(data);
      return true;
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== NOT_AUTHENTICATED) throw error;
      this.keeper.save(null);
      this.dispatchEvent(new CustomEvent("signedout"));
      return false;
    }
  }

  /** @param {{ access: string, refresh: string }} given */
  #keep({ access, refresh }) {
    const { iat, exp } = JSON.parse(atob(access.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    // Its length of life is taken, not its end: the server's clock may be another.
    this.keeper.save({ access, refresh, until: Date.now() + (exp - iat) * 1000 - EARLY });
  }

  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<Answer>} */
  async #ask(method, path, body) {
    const key = method === "GET" ? "" : newKey();
    if (Date.now() > (this.keeper.load()?.until ?? Infinity)) await this.refresh();
    const access = this.access;
    try {
      return await this.#repeat(method, path, body, { access, key });
    } catch (error) {
      const expired = access && error instanceof Problem && error.status === NOT_AUTHENTICATED;
      if (!expired) throw error;
      // Another call may have got new tokens meanwhile.
      if (this.access === access && !(await this.refresh())) throw error;
      return this.#repeat(method, path, body, { access: this.access, key });
    }
  }

  /**
   * Asks until an answer comes. A write is repeated under its key only.
   * @param {string} method @param {string} path @param {object} [body]
   * @param {{ access?: string, key?: string }} [with_]
   * @returns {Promise<Answer>}
   */
  async #repeat(method, path, body, { access = "", key = newKey() } = {}) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (access) headers.Authorization = `Bearer ${access}`;
    const isForm = body instanceof FormData; // its type, with the boundary, is the browser's to say
    if (body && !isForm) headers["Content-Type"] = "application/json";
    if (method !== "GET") headers["Idempotency-Key"] = key;
    const sent = isForm ? body : body && JSON.stringify(body);
    for (let attempt = 0; ; attempt++) {
      const last = attempt === TRIES - 1;
      const pause = Math.min(FIRST_PAUSE * 2 ** attempt, LONGEST_PAUSE);
      try {
        return await this.#once(path, { method, headers, body: sent });
      } catch (error) {
        const again = error instanceof Away || (error instanceof Problem && error.status === UNAVAILABLE);
        if (!again || last) throw error;
      }
      await sleep(pause / 2 + (Math.random() * pause) / 2);
    }
  }

  /** @param {string} path @param {RequestInit} request @returns {Promise<Answer>} */
  async #once(path, request) {
    const began = performance.now();
    let response, text;
    try {
      response = await fetch(`${this.base}/${path}`, { ...request, credentials: "omit", cache: "no-store" });
      text = await response.text();
    } catch {
      this.#note(request.method, path, 0, began, "");
      throw new Away();
    }
    const cursor = response.headers.get("X-Event-Cursor") ?? "";
    this.#note(request.method, path, response.status, began, cursor);
    if (cursor) this.cursor = cursor;
    const { ok, status } = response;
    const data = parsed(text);
    // Our own 503 has a problem body: a bare one is of a proxy that knows nobody who lives.
    if (NOBODY.includes(status) || (status === UNAVAILABLE && !data)) throw new Away();
    if (!ok) throw new Problem({ title: `The server says ${status}.`, ...data, status });
    return { status, data, cursor };
  }

  /** @param {string | undefined} method @param {string} path @param {number} status @param {number} began @param {string} cursor */
  #note(method, path, status, began, cursor) {
    const ms = Math.round(performance.now() - began);
    const detail = { method, path: `${this.base}/${path}`, status, ms, cursor };
    this.dispatchEvent(new CustomEvent("call", { detail }));
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's own page, say
  }
}
