/**
 * How requests are sent: tokens, safe repeats, and problems as exceptions.
 *
 * Each write carries an `Idempotency-Key`, so that it can be repeated until a response arrives and is
 * carried out once. It runs in browsers and in Node.js 20 and later.
 */

const MAX_ATTEMPTS = 7; // about ten seconds in total, on average
const MIN_BACKOFF_MS = 400;
const MAX_BACKOFF_MS = 5_000;
const [STATUS_NOT_AUTHENTICATED, STATUS_UNAVAILABLE] = [401, 503];
const GATEWAY_STATUSES = [502, 504]; // the proxy got no response from the server
const TOKEN_PATHS = /^\/(signin|signup|token\/refresh|signin\/link\/.+)$/; // they return tokens

/** An error response (RFC 9457). docs/errors.md lists the codes. */
export class Problem extends Error {
  constructor(status, body, retryAfterSeconds) {
    super(body?.detail || `The server responded with status ${status}.`);
    this.name = "Problem";
    this.status = status;
    this.code = body?.code ?? "";
    this.errors = body?.errors ?? [];
    this.retryAfterSeconds = retryAfterSeconds; // null if the server did not say
  }
}

/** No response arrived after all attempts. */
export class NoResponse extends Error {
  constructor() {
    super("The server is not responding.");
    this.name = "NoResponse";
  }
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A unique key. `crypto.randomUUID` exists on https and localhost only. */
const createKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");

/** Sends requests; `Api` has a method for each operation. */
export class Transport {
  #pendingRefresh = null;

  /** @param {{ url: string, tokens?: any, onTokens?: (tokens: any) => void }} options */
  constructor({ url, tokens = null, onTokens = () => {} }) {
    this.url = url.replace(/\/$/, "");
    this.tokens = tokens;
    this.onTokens = onTokens;
  }

  /** The address of the WebSocket. */
  get socketUrl() {
    return `${this.url.replace(/^http/, "ws")}/ws`;
  }

  /** The access token; empty when signed out. */
  get accessToken() {
    return this.tokens?.access ?? "";
  }

  /** The options of an `EventClient` that uses these tokens. */
  get eventOptions() {
    return {
      url: this.socketUrl,
      getAccessToken: () => this.accessToken,
      refreshAccessToken: () => this.refresh(),
    };
  }

  /** Replaces the tokens. Concurrent callers share one request. Resolves to false when the session has ended. */
  refresh() {
    this.#pendingRefresh ??= this.#refresh().finally(() => (this.#pendingRefresh = null));
    return this.#pendingRefresh;
  }

  /** Yields all pages of an operation that has a cursor: `api.pages((page) => api.listPosts(page))`. */
  async *pages(operation) {
    for (let cursor; ; ) {
      const response = await operation(cursor ? { cursor } : {});
      yield response;
      cursor = response.data.next;
      if (cursor === null) return;
    }
  }

  /** Sends a request; the generated methods call this. */
  async request(method, path, options = {}, { body, queryNames = [], isFile = false } = {}) {
    const search = new URLSearchParams();
    for (const name of queryNames) {
      for (const value of [options[name]].flat()) if (value !== undefined && value !== null) search.append(name, value);
    }
    const address = `${this.url}/api/v1${path}${search.size ? `?${search}` : ""}`;
    const request = { method, address, body, isFile, signal: options.signal, key: options.idempotencyKey || createKey() };
    const access = TOKEN_PATHS.test(path) ? "" : this.accessToken;
    const response = await this.#send(request, access).catch(async (error) => {
      const isRejected = access && error instanceof Problem && error.status === STATUS_NOT_AUTHENTICATED;
      if (!isRejected) throw error;
      // Another request may have replaced the tokens already.
      if (this.accessToken === access && !(await this.refresh())) throw error;
      return this.#send(request, this.accessToken);
    });
    const { access: newAccess, refresh } = response.data ?? {}; // a sign-up may have to be confirmed
    if (TOKEN_PATHS.test(path) && newAccess) this.#save({ access: newAccess, refresh });
    return response;
  }

  async #refresh() {
    if (!this.tokens) return false;
    try {
      // Without a refresh token, it is in a cookie (`"refresh_in": "cookie"`).
      const body = this.tokens.refresh ? { refresh: this.tokens.refresh } : {};
      await this.request("POST", "/token/refresh", {}, { body });
      return true;
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== STATUS_NOT_AUTHENTICATED) throw error;
      this.#save(null);
      return false;
    }
  }

  #save(tokens) {
    this.tokens = tokens;
    this.onTokens(tokens);
  }

  /** Repeats a request until a response arrives. The repeats of a write have the same key. */
  async #send({ method, address, body, isFile, signal, key }, access) {
    const headers = {};
    if (access) headers.Authorization = `Bearer ${access}`;
    if (method !== "GET") headers["Idempotency-Key"] = key;
    const isForm = typeof FormData !== "undefined" && body instanceof FormData; // its type has a boundary
    if (body && !isForm) headers["Content-Type"] = "application/json";
    const content = body && !isForm ? JSON.stringify(body) : body;
    // The refresh cookie is the only one; other requests need none.
    const credentials = address.includes("/token/refresh") || address.includes("/sign") ? "include" : "omit";
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (attempt) {
        const backoffMs = Math.min(MIN_BACKOFF_MS * 2 ** (attempt - 1), MAX_BACKOFF_MS);
        await sleep(backoffMs / 2 + (Math.random() * backoffMs) / 2);
      }
      signal?.throwIfAborted();
      let response, data;
      try {
        response = await fetch(address, { method, headers, body: content, credentials, cache: "no-store", signal });
        data = response.ok && isFile ? await response.blob() : await response.json().catch(() => null);
      } catch {
        continue;
      }
      const { status } = response;
      if (GATEWAY_STATUSES.includes(status) || status === STATUS_UNAVAILABLE) continue;
      const retryAfter = response.headers.get("Retry-After");
      if (!response.ok) throw new Problem(status, data, retryAfter === null ? null : Number(retryAfter));
      return { status, data, cursor: response.headers.get("X-Event-Cursor") ?? "", headers: response.headers };
    }
    throw new NoResponse();
  }
}
