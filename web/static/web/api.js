/**
 * Client for the REST API: tokens, safe retries, and problem responses as exceptions.
 *
 * Each write carries an `Idempotency-Key`. It can be repeated until a response arrives, and the server
 * executes it once. `/api/schema`, docs/errors.md and docs/write-path.md define the API.
 */

const MAX_ATTEMPTS = 7; // about ten seconds in total, on average
const MIN_BACKOFF_MS = 400;
const MAX_BACKOFF_MS = 5_000;
const REFRESH_MARGIN_MS = 5_000; // an access token is replaced this long before it expires
const [STATUS_NOT_AUTHENTICATED, STATUS_UNAVAILABLE] = [401, 503];
const GATEWAY_STATUSES = [502, 504]; // the proxy got no response from the server

/**
 * @typedef {{ access: string, refresh: string, refreshAtMs: number }} Tokens `refresh` is empty if the
 *   refresh token is in a cookie; `refreshAtMs` is the local time at which the access token has to be replaced
 * @typedef {{ status: number, data: any, cursor: string }} ApiResponse events after `cursor` may not be
 *   reflected in `data` yet
 * @typedef {{ method: string, path: string, status: number, ms: number, cursor: string, date: string }} ApiCall
 *   `status` is 0 when there was no response; `date` is the time of the server, from the `Date` header
 * @typedef {{ load: () => Tokens | null, save: (tokens: Tokens | null) => void }} TokenStore
 */

/** A problem response (RFC 9457). docs/errors.md lists the codes. */
export class ProblemError extends Error {
  /** @param {any} body */
  constructor(body) {
    super(body.detail || body.title);
    this.name = "ProblemError";
    /** @type {number} */ this.status = body.status;
    /** @type {string} */ this.code = body.code;
    /** @type {{ field: string, code: string, detail: string }[]} */ this.errors = body.errors || [];
  }
}

/** No response arrived after all attempts. */
export class NoResponseError extends Error {
  constructor() {
    super("The server is not responding. Please check your connection.");
    this.name = "NoResponseError";
  }
}

/** Returns a unique key. `crypto.randomUUID` exists on https and localhost only. */
function createIdempotencyKey() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}

/** Returns the claims of an access token. @param {string} access */
function claimsOf(access) {
  return JSON.parse(atob(access.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
}

/** @param {string} access */
const sessionIdOf = (access) => claimsOf(access).sid;

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Dispatches `call` (an `ApiCall`) for each HTTP request, and `signedout` when the session has ended. */
export class Api extends EventTarget {
  /** The latest `X-Event-Cursor` of any response. */
  cursor = "";
  /** @type {Promise<boolean> | null} */ #pendingRefresh = null;
  #readAbort = new AbortController();
  #acceptsCookie = false; // while the user signs in

  /** @param {string} baseUrl for example `/api/v1` @param {TokenStore} tokenStore */
  constructor(baseUrl, tokenStore) {
    super();
    this.baseUrl = baseUrl;
    this.tokenStore = tokenStore;
  }

  /** The access token; empty when signed out. */
  get accessToken() {
    return this.tokenStore.load()?.access ?? "";
  }

  /**
   * A query parameter that is null is left out; one that is a list is repeated.
   * @param {string} path @param {Record<string, string | number | null | string[]>} [query]
   */
  get(path, query = {}) {
    const search = new URLSearchParams();
    for (const [name, values] of Object.entries(query)) {
      for (const value of [values].flat()) if (value !== null) search.append(name, String(value));
    }
    return this.#request("GET", search.size ? `${path}?${search}` : path);
  }

  /** The body is sent as JSON, or as a form when it is a `FormData`. @param {string} path @param {object} [body] */
  post(path, body = {}) {
    return this.#request("POST", path, body);
  }

  /** @param {string} path @param {object} [body] */
  put(path, body) {
    return this.#request("PUT", path, body);
  }

  /** @param {string} path @param {object} body */
  patch(path, body) {
    return this.#request("PATCH", path, body);
  }

  /** @param {string} path @param {object} [body] */
  delete(path, body) {
    return this.#request("DELETE", path, body);
  }

  /** Returns the content of a file. @param {string} path @returns {Promise<Blob>} @throws {NoResponseError} */
  async download(path) {
    if (Date.now() > (this.tokenStore.load()?.refreshAtMs ?? Infinity)) await this.refreshTokens();
    const headers = { Authorization: `Bearer ${this.accessToken}` };
    const response = await fetch(`${this.baseUrl}/${path}`, { headers, credentials: "omit", cache: "no-store" }).catch(() => null);
    if (!response) throw new NoResponseError();
    if (response.ok) return response.blob();
    const problem = parseJson(await response.text());
    throw new ProblemError({ title: `The server responded with status ${response.status}.`, ...problem, status: response.status });
  }

  /**
   * Signs in or up and stores the tokens. Returns the user, or null for a sign-up that waits for an approval.
   * With `refresh_in: "cookie"` in the body, the refresh token is stored in an HttpOnly cookie.
   * @param {string} path `signin` or `signup` @param {{ refresh_in?: string, [field: string]: any }} body
   */
  async authenticate(path, body) {
    this.tokenStore.save(null);
    this.#acceptsCookie = body.refresh_in === "cookie";
    const { data } = await this.post(path, body).finally(() => (this.#acceptsCookie = false));
    if (!data.access) return null;
    this.#storeTokens(data);
    return data.user;
  }

  /** Ends the session and deletes the tokens. Pending reads are aborted, and new ones meanwhile fail. */
  async signOut() {
    this.#readAbort.abort();
    try {
      if (this.accessToken) await this.post("signout");
    } finally {
      this.tokenStore.save(null);
      this.#readAbort = new AbortController();
    }
  }

  /** Continues the session of the refresh cookie. Returns false when it has ended. */
  continueCookieSession() {
    this.tokenStore.save({ access: "", refresh: "", refreshAtMs: 0 });
    return this.refreshTokens();
  }

  /**
   * Refreshes the tokens. Concurrent callers share one request.
   * @returns {Promise<boolean>} false when the session has ended
   * @throws {NoResponseError}
   */
  refreshTokens() {
    this.#pendingRefresh ??= this.#refreshTokens().finally(() => (this.#pendingRefresh = null));
    return this.#pendingRefresh;
  }

  async #refreshTokens() {
    const tokens = this.tokenStore.load();
    if (!tokens) return false;
    try {
      // All attempts have the same key: when a response is lost, the next attempt gets the same tokens.
      const { data } = await this.#sendWithRetries("POST", "token/refresh", tokens.refresh ? { refresh: tokens.refresh } : {});
      // Another window may have signed in, with another session in the cookie.
      if (!tokens.refresh && tokens.access && sessionIdOf(tokens.access) !== sessionIdOf(data.access)) return this.#endSession();
      this.#storeTokens(data);
      return true;
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== STATUS_NOT_AUTHENTICATED) throw error;
      return this.#endSession();
    }
  }

  #endSession() {
    this.tokenStore.save(null);
    this.dispatchEvent(new CustomEvent("signedout"));
    return false;
  }

  /** @param {{ access: string, refresh: string | null }} tokens */
  #storeTokens({ access, refresh }) {
    const { iat, exp } = claimsOf(access);
    // Uses the lifetime rather than the expiry time, because the clock of the server may differ.
    this.tokenStore.save({ access, refresh: refresh ?? "", refreshAtMs: Date.now() + (exp - iat) * 1000 - REFRESH_MARGIN_MS });
  }

  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<ApiResponse>} */
  async #request(method, path, body) {
    const key = method === "GET" ? "" : createIdempotencyKey();
    if (Date.now() > (this.tokenStore.load()?.refreshAtMs ?? Infinity)) await this.refreshTokens();
    const { accessToken } = this;
    try {
      return await this.#sendWithRetries(method, path, body, { accessToken, key });
    } catch (error) {
      const isTokenRejected = accessToken && error instanceof ProblemError && error.status === STATUS_NOT_AUTHENTICATED;
      if (!isTokenRejected) throw error;
      // Another request may have refreshed the tokens already.
      if (this.accessToken === accessToken && !(await this.refreshTokens())) throw error;
      return this.#sendWithRetries(method, path, body, { accessToken: this.accessToken, key });
    }
  }

  /**
   * Repeats a request until a response arrives. The repeats of a write have the same key.
   * @param {string} method @param {string} path @param {object} [body]
   * @param {{ accessToken?: string, key?: string }} [options]
   * @returns {Promise<ApiResponse>}
   */
  async #sendWithRetries(method, path, body, { accessToken = "", key = createIdempotencyKey() } = {}) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (accessToken) headers.Authorization = `Bearer ${accessToken}`;
    const isForm = body instanceof FormData; // the browser sets its type, with the boundary
    if (body && !isForm) headers["Content-Type"] = "application/json";
    if (method !== "GET") headers["Idempotency-Key"] = key;
    const encodedBody = isForm ? body : body && JSON.stringify(body);
    const signal = method === "GET" ? this.#readAbort.signal : null;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#send(path, { method, headers, body: encodedBody, signal });
      } catch (error) {
        const isUnavailable = error instanceof ProblemError && error.status === STATUS_UNAVAILABLE;
        const isTemporary = error instanceof NoResponseError || isUnavailable;
        if (!isTemporary || signal?.aborted || attempt === MAX_ATTEMPTS) throw error;
      }
      const backoffMs = Math.min(MIN_BACKOFF_MS * 2 ** (attempt - 1), MAX_BACKOFF_MS);
      await sleep(backoffMs / 2 + (Math.random() * backoffMs) / 2);
    }
  }

  /** Cookies are used only if the refresh token is in one. @returns {RequestCredentials} */
  get #credentials() {
    return this.#acceptsCookie || this.tokenStore.load()?.refresh === "" ? "same-origin" : "omit";
  }

  /** @param {string} path @param {RequestInit} request @returns {Promise<ApiResponse>} */
  async #send(path, request) {
    const startMs = performance.now();
    let response, text;
    try {
      response = await fetch(`${this.baseUrl}/${path}`, { ...request, credentials: this.#credentials, cache: "no-store" });
      text = await response.text();
    } catch {
      this.#reportCall(request.method, path, 0, startMs);
      throw new NoResponseError();
    }
    const cursor = response.headers.get("X-Event-Cursor") ?? "";
    const date = response.headers.get("Date") ?? "";
    this.#reportCall(request.method, path, response.status, startMs, cursor, date);
    if (cursor) this.cursor = cursor;
    const { ok, status } = response;
    const data = parseJson(text);
    // The API's own 503 has a problem body. One without a body is from a proxy that has no server.
    if (GATEWAY_STATUSES.includes(status) || (status === STATUS_UNAVAILABLE && !data)) throw new NoResponseError();
    if (!ok) throw new ProblemError({ title: `The server responded with status ${status}.`, ...data, status });
    return { status, data, cursor };
  }

  /**
   * @param {string | undefined} method @param {string} path @param {number} status @param {number} startMs
   * @param {string} [cursor] @param {string} [date]
   */
  #reportCall(method, path, status, startMs, cursor = "", date = "") {
    const ms = Math.round(performance.now() - startMs);
    const detail = { method, path: `${this.baseUrl}/${path}`, status, ms, cursor, date };
    this.dispatchEvent(new CustomEvent("call", { detail }));
  }
}

/** @param {string} text @returns {any} null when it is not JSON, such as an error page of a proxy */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
