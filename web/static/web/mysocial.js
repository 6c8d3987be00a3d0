/**
 * Client for MySocial's event stream. It delivers each event once and in order, across reconnects.
 *
 *     const events = new EventClient({ url, getAccessToken, refreshAccessToken, cursor, topics: ["feed"] });
 *     events.addEventListener("event", ({ detail }) => show(detail.type, detail.data));
 *     events.addEventListener("resync", () => reloadEverything());
 *     events.start();
 *
 * The package in clients/js has this file, too. It needs cursor.js, pending-commands.js, send-rate.js and
 * `WebSocket`, in browsers and in Node.js 22. `cursor` is the `X-Event-Cursor` header of the last REST
 * response. docs/events.md defines the protocol; clients/python is the Python version.
 */

import { isAfterCursor } from "./cursor.js";
import { PendingCommands, PendingSubscriptions } from "./pending-commands.js";
import { SendRate } from "./send-rate.js";
export { isAfterCursor };

const SUBPROTOCOL = "mysocial";
const RESUME_CID = "resume"; // `cid` of the first command of each connection
const MIN_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 30_000;
const SILENCE_MS = 25_000; // without a message for this long, the client sends a ping
const PING_TIMEOUT_MS = 8_000;
const [STATUS_INVALID, STATUS_NOT_AUTHENTICATED] = [400, 401];
const [CLOSE_INVALID_MESSAGES, CLOSE_NOT_AUTHENTICATED] = [4400, 4401];

/**
 * @typedef {{ id?: string, type: string, data: any }} ServerEvent ephemeral events (typing, presence)
 *   have no `id`
 * @typedef {"stopped" | "connecting" | "live" | "offline"} ConnectionState
 * @typedef {object} Options
 * @property {string} url address of the WebSocket: `wss://…/ws`
 * @property {() => string} getAccessToken called for each connection
 * @property {() => Promise<boolean>} refreshAccessToken called when the server rejects the token.
 *   Resolve to true when there is a new token and to false when the user has to sign in again. Reject
 *   when the token could not be refreshed for now; the client tries again later.
 * @property {string} [cursor] position after which events are wanted
 * @property {string[]} [topics]
 */

/** Whether the device says that it has no network. */
const isOffline = () => globalThis.navigator?.onLine === false;

/**
 * Keeps one WebSocket open and remembers the cursor between connections.
 *
 * Dispatches these events, with their `detail`:
 * - `event` (`ServerEvent`): something happened on a subscribed topic.
 * - `state` (`ConnectionState`): the state of the connection changed.
 * - `resync` (the reason): missed events cannot be replayed. Reload all state; live events follow.
 * - `signedout`: the session has ended. The client has stopped.
 * - `rejected` (a problem): the server does not accept a command. The client has stopped.
 */
export class EventClient extends EventTarget {
  /** @type {ConnectionState} */ state = "stopped";
  /** @type {WebSocket | null} */ #socket = null;
  #pendingCommands = new PendingCommands();
  #pendingSubscriptions = new PendingSubscriptions();
  #connectionNumber = 0; // callbacks of earlier connections compare it and do nothing
  #isResumeSent = false; // from then on each new topic needs a command of its own
  #isResumeAnswered = false;
  #resyncReason = "";
  #isTokenRejected = false;
  #backoffMs = MIN_BACKOFF_MS;
  #sendRate = new SendRate();
  #reconnectTimer = 0;
  #silenceTimer = 0;
  #listenerAbort = new AbortController();

  /** @param {Options} options */
  constructor({ url, getAccessToken, refreshAccessToken, cursor = "", topics = [] }) {
    super();
    this.url = url;
    this.getAccessToken = getAccessToken;
    this.refreshAccessToken = refreshAccessToken;
    this.cursor = cursor; // all events up to here were delivered; save it to continue later
    this.topics = new Set(topics);
  }

  /** Connects, and reconnects until `stop` is called. */
  start() {
    if (this.state !== "stopped") return;
    this.#listenerAbort = new AbortController();
    const { signal } = this.#listenerAbort;
    globalThis.addEventListener?.("online", () => this.checkConnection(), { signal });
    globalThis.addEventListener?.("offline", () => this.#scheduleReconnect(), { signal });
    globalThis.document?.addEventListener("visibilitychange", () => this.checkConnection(), { signal });
    this.#connect();
  }

  stop() {
    this.#listenerAbort.abort();
    this.#closeSocket();
    this.#setState("stopped");
  }

  /**
   * Subscribes to topics, now and on later connections. Resolves when all later events will be delivered.
   * @param {...string} topics
   * @returns {Promise<boolean>} true when state that was read earlier may be out of date and has to be
   *   read now; false when it is not (the topics were subscribed already, or `start` will resume)
   * @throws a problem, when the server rejects a topic
   */
  async subscribe(...topics) {
    const newTopics = topics.filter((topic) => !this.topics.has(topic));
    newTopics.forEach((topic) => this.topics.add(topic)); // before `resume`, which lists all, this is enough
    if (newTopics.length && this.#isResumeSent) {
      const subscription = this.#sendCommand({ type: "subscribe", topics: newTopics }).catch((problem) => {
        newTopics.forEach((topic) => this.topics.delete(topic));
        throw problem;
      });
      this.#pendingSubscriptions.add(newTopics, subscription);
    }
    const pending = this.#pendingSubscriptions.of(topics);
    await Promise.all(pending);
    return this.state !== "stopped" && newTopics.length + pending.length > 0;
  }

  /** @param {...string} topics */
  unsubscribe(...topics) {
    const left = topics.filter((topic) => this.topics.delete(topic));
    if (left.length && this.#isResumeSent) this.#sendCommand({ type: "unsubscribe", topics: left }).catch(() => {});
  }

  /**
   * Replaces all topics, now and on later connections. Resolves as `subscribe` does.
   * @param {...string} topics
   * @returns {Promise<boolean>} true when state about new topics has to be read now
   * @throws a problem, when the server rejects a topic; the topics are then the earlier ones
   */
  async setTopics(...topics) {
    const hasNewTopics = topics.some((topic) => !this.topics.has(topic));
    await this.#replaceTopics(topics);
    return this.state !== "stopped" && hasNewTopics;
  }

  /**
   * Replaces all topics by those of a page that was read at a cursor, and may be shown already.
   * @param {string[]} topics @param {string} cursor
   * @returns {Promise<string[]>} the new topics whose state has changed since and has to be read again
   * @throws a problem, as `setTopics` does
   */
  async replaceTopics(topics, cursor) {
    const added = topics.filter((topic) => !this.topics.has(topic));
    // Without a command, `resume` lists all topics and brings the events since `this.cursor`.
    const isCovered = !this.#isResumeSent && !isAfterCursor(this.cursor, cursor);
    const reply = await this.#replaceTopics(topics, { cursor });
    return isCovered ? [] : (reply?.changed ?? added);
  }

  /** @param {string[]} topics @param {{ cursor?: string }} [fields] of the command */
  async #replaceTopics(topics, fields = {}) {
    const before = this.topics;
    this.topics = new Set(topics);
    if (!this.#isResumeSent) return undefined;
    return this.#sendCommand({ type: "subscribe", topics, replace: true, ...fields }).catch((problem) => {
      this.topics = before;
      throw problem;
    });
  }

  /** Tells a user that the current user started or stopped typing. It may be lost. @param {string} userId @param {boolean} isTyping */
  sendTyping(userId, isTyping) {
    if (this.state === "live") this.#sendCommand({ type: "typing", to: userId, on: isTyping }).catch(() => {});
  }

  /** Reconnects without waiting for the backoff, or pings when connected. Does nothing in a hidden window. */
  checkConnection() {
    if (globalThis.document?.hidden || isOffline()) return;
    if (this.state === "live") this.#ping(); // the device may have slept
    if (this.state === "offline") {
      this.#backoffMs = MIN_BACKOFF_MS;
      this.#connect();
    }
  }

  // Connection ----------------------------------------------------------------------------------

  async #connect() {
    this.#closeSocket();
    this.#setState("connecting");
    const connectionNumber = this.#connectionNumber;
    if (this.#isTokenRejected || !this.getAccessToken()) {
      const isRefreshed = await this.refreshAccessToken().catch(() => null); // null: not known yet
      if (connectionNumber !== this.#connectionNumber) return;
      if (isRefreshed === null) return this.#scheduleReconnect();
      if (!isRefreshed) return this.#stopWith("signedout");
      this.#isTokenRejected = false;
    }
    const socket = (this.#socket = new WebSocket(this.url, [SUBPROTOCOL, this.getAccessToken()]));
    socket.onopen = () => {
      this.#sendMessage({ type: "resume", cid: RESUME_CID, cursor: this.cursor, topics: [...this.topics] });
      this.#isResumeSent = true;
    };
    socket.onmessage = ({ data }) => this.#handleMessage(JSON.parse(data));
    socket.onclose = ({ code }) => {
      if (code === CLOSE_INVALID_MESSAGES) return this.#stopWith("rejected", { status: code });
      if (code === CLOSE_NOT_AUTHENTICATED) this.#isTokenRejected = true;
      this.#scheduleReconnect();
    };
    this.#restartSilenceTimer();
  }

  #scheduleReconnect() {
    this.#closeSocket();
    this.#setState("offline");
    if (isOffline()) return; // the `online` event reconnects
    // The delay is random so that not all clients reconnect at the same moment after a restart.
    this.#reconnectTimer = setTimeout(() => this.#connect(), Math.random() * this.#backoffMs);
    this.#backoffMs = Math.min(2 * this.#backoffMs, MAX_BACKOFF_MS);
  }

  #closeSocket() {
    clearTimeout(this.#reconnectTimer);
    clearTimeout(this.#silenceTimer);
    this.#connectionNumber++;
    this.#isResumeSent = this.#isResumeAnswered = false;
    if (this.#socket) {
      this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
      this.#socket.close();
      this.#socket = null;
    }
    // The next `resume` subscribes to the topics of pending commands.
    this.#pendingCommands.close();
  }

  /** Detects dead networks, which do not close a socket. */
  #restartSilenceTimer() {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#ping(), SILENCE_MS);
  }

  #ping() {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#scheduleReconnect(), PING_TIMEOUT_MS); // any message cancels this
    if (this.#isResumeAnswered) this.#sendCommand({ type: "ping" }).catch(() => {});
  }

  // Messages ------------------------------------------------------------------------------------

  /** @param {any} message */
  #handleMessage(message) {
    this.#restartSilenceTimer();
    if (message.type === "error") this.#handleError(message);
    else if (message.type === "ok" && message.cid === RESUME_CID) {
      this.#isResumeAnswered = true;
      this.#backoffMs = MIN_BACKOFF_MS;
      this.#resyncReason = message.recovered ? "" : message.reason;
    } else if (message.type === "ok") this.#pendingCommands.resolve(message.cid, message);
    else if (message.type === "live") {
      this.cursor = message.cursor;
      this.#setState("live");
      if (this.#resyncReason) this.#emit("resync", this.#resyncReason);
    } else if (this.#isResumeAnswered && isAfterCursor(message.id, this.cursor)) {
      // Events before the response to `resume` are ignored: they are sent again after the missed ones.
      if (message.id) this.cursor = message.id;
      this.#emit("event", message);
    }
  }

  /** @param {any} message */
  #handleError({ cid, problem }) {
    if (problem.status === STATUS_NOT_AUTHENTICATED) this.#isTokenRejected = true;
    if (problem.status !== STATUS_INVALID) this.#scheduleReconnect();
    else if (cid === RESUME_CID) this.#stopWith("rejected", problem);
    else this.#pendingCommands.reject(cid, problem);
  }

  /** @param {{ type: string, [field: string]: any }} command @returns {Promise<any>} the reply */
  #sendCommand(command) {
    const { cid, reply } = this.#pendingCommands.add();
    const connectionNumber = this.#connectionNumber;
    const send = () => connectionNumber === this.#connectionNumber && this.#sendMessage({ ...command, cid });
    setTimeout(send, this.#sendRate.reserveDelayMs());
    return reply;
  }

  /** @param {object} message */
  #sendMessage(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** @param {ConnectionState} state */
  #setState(state) {
    if (this.state !== state) this.#emit("state", (this.state = state));
  }

  /** @param {string} type @param {any} [detail] */
  #stopWith(type, detail) {
    this.stop();
    this.#emit(type, detail);
  }

  /** @param {string} type @param {any} [detail] */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
