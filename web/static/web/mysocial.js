/**
 * The client of MySocial's events, to copy: each event once and in order, whatever breaks.
 *
 *     const events = new EventClient({ url, access: () => token, refresh, cursor, topics: ["feed"] });
 *     events.addEventListener("event", ({ detail }) => show(detail.type, detail.data));
 *     events.addEventListener("readagain", () => readEverythingAnew());
 *     events.start();
 *
 * `cursor` is the header `X-Event-Cursor` of the answer that was read. It needs nothing but a browser.
 * The contract is docs/events.md; docs/client.py is the same in Python.
 */

const PROTOCOL = "mysocial";
const RESUME = "resume"; // the `cid` of the first command of each connection
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
const QUIET = 25_000; // after so long without a frame we ask whether anybody is there
const ANSWER_WITHIN = 8_000;
const FRAMES_PER_SECOND = 8; // the server takes 10, and bursts of 30
const BURST = 25;
const [INVALID, NOT_AUTHENTICATED] = [400, 401];
const [BAD_FRAMES, SIGNED_OUT] = [4400, 4401];

/**
 * Something that happened. What only passes (typing, presence) has no `id`.
 * @typedef {{ id?: string, type: string, data: any }} Happening
 *
 * @typedef {"stopped" | "connecting" | "live" | "offline"} State
 *
 * @typedef {object} Options
 * @property {string} url where the socket is: `wss://…/ws`
 * @property {() => string} access the access token as it is now
 * @property {() => Promise<boolean>} refresh called when the token is not taken: true when there
 *   is a new one, false when one has to sign in again; a rejection is tried again later
 * @property {string} [cursor] everything up to here is known
 * @property {string[]} [topics]
 */

/**
 * Tells whether an event comes after a cursor: whether a state read there may lack it.
 * @param {string | undefined} id @param {string} cursor
 */
export function isAfter(id, cursor) {
  if (!id || !cursor) return true;
  const [epoch, offset] = id.split(":");
  const [known, last] = cursor.split(":");
  return epoch !== known || Number(offset) > Number(last);
}

/**
 * Listens with one socket at a time, and knows where it stands between two of them.
 *
 * It dispatches `event` (a `Happening`), `state` (a `State`), `readagain` (the reason: what was
 * missed can't be told, so the state is to be read anew; live events follow), `signedout`, and
 * `refused` (a problem: the server takes no such command, and it stopped).
 */
export class EventClient extends EventTarget {
  /** @type {State} */
  state = "stopped";
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {Map<string, (problem: any) => void>} */ #waiting = new Map();
  #answered = false;
  #reason = "";
  #pause = FIRST_PAUSE;
  #number = 0;
  #stale = false; // the access token was not taken
  #allowance = BURST;
  #lastFrame = 0;
  #timer = 0;
  #quiet = 0;
  #ears = new AbortController();

  /** @param {Options} options */
  constructor({ url, access, refresh, cursor = "", topics = [] }) {
    super();
    this.url = url;
    this.access = access;
    this.refresh = refresh;
    this.cursor = cursor; // everything up to here was handed over; save it to go on later
    this.topics = new Set(topics);
  }

  /** Connects, and stays connected until `stop`. */
  start() {
    if (this.state !== "stopped") return;
    this.#ears = new AbortController();
    const { signal } = this.#ears;
    addEventListener("online", () => this.#wake(), { signal });
    addEventListener("offline", () => this.#retry(), { signal });
    document.addEventListener("visibilitychange", () => this.#wake(), { signal });
    this.#connect();
  }

  stop() {
    this.#ears.abort();
    this.#drop();
    this.#become("stopped");
  }

  /**
   * Joins topics, and stays in them over any number of connections. Resolves when every later
   * event will be heard: what is read from then on has no gap. Rejects with a refusal.
   * @param {...string} topics
   */
  async join(...topics) {
    const added = topics.filter((topic) => !this.topics.has(topic));
    added.forEach((topic) => this.topics.add(topic));
    if (!this.#answered) return; // `resume` brings them, from a cursor that lies before now
    await Promise.all(added.map((topic) => this.#command({ type: "subscribe", topic })));
  }

  /** @param {...string} topics */
  leave(...topics) {
    for (const topic of topics) {
      const known = this.topics.delete(topic);
      if (known && this.#answered) this.#command({ type: "unsubscribe", topic }).catch(() => {});
    }
  }

  // The connection ------------------------------------------------------------------------------

  async #connect() {
    this.#drop();
    this.#become("connecting");
    if (this.#stale && !(await this.#signIn())) return;
    const socket = new WebSocket(this.url, [PROTOCOL, this.access()]);
    this.#socket = socket;
    socket.onopen = () => this.#send({ type: "resume", cid: RESUME, cursor: this.cursor, topics: [...this.topics] });
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onclose = ({ code }) => this.#closed(code);
    this.#expectFrames();
  }

  /** Gets a new token; false when there is none, now or ever. */
  async #signIn() {
    try {
      this.#stale = !(await this.refresh());
    } catch {
      this.#retry(); // the server is away
      return false;
    }
    if (this.state !== "connecting") return false; // it was stopped meanwhile
    if (!this.#stale) return true;
    this.#end("signedout");
    return false;
  }

  /** @param {number} code */
  #closed(code) {
    if (code === BAD_FRAMES) return this.#end("refused", { status: code });
    if (code === SIGNED_OUT) this.#stale = true;
    this.#retry();
  }

  #retry() {
    this.#drop();
    this.#become("offline");
    if (!navigator.onLine) return; // `online` wakes us
    // Random, so that a server that comes back is not met by all of its clients at once.
    this.#timer = setTimeout(() => this.#connect(), Math.random() * this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
  }

  /** Somebody looks, or the network is back: do not wait for the rest of the pause. */
  #wake() {
    if (document.hidden || !navigator.onLine) return;
    if (this.state === "live") this.#probe(); // the machine may have slept
    if (this.state === "offline") {
      this.#pause = FIRST_PAUSE;
      this.#connect();
    }
  }

  #drop() {
    clearTimeout(this.#timer);
    clearTimeout(this.#quiet);
    this.#answered = false;
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    // Their topics are joined by the next `resume`.
    for (const settle of this.#waiting.values()) settle(null);
    this.#waiting.clear();
  }

  /** @param {string} type @param {any} [detail] */
  #end(type, detail) {
    this.stop();
    this.#tell(type, detail);
  }

  /** After a silence asks for a sign of life: a dead network closes no socket. */
  #expectFrames() {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#probe(), QUIET);
  }

  #probe() {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#retry(), ANSWER_WITHIN); // any frame puts this off
    if (this.#answered) this.#command({ type: "ping" }).catch(() => {});
  }

  // Frames --------------------------------------------------------------------------------------

  /** @param {any} frame */
  #take(frame) {
    this.#expectFrames();
    if (frame.type === "error") this.#refused(frame);
    else if (frame.type === "ok" && frame.cid === RESUME) {
      this.#answered = true;
      this.#pause = FIRST_PAUSE;
      this.#reason = frame.recovered ? "" : frame.reason;
    } else if (frame.type === "ok") this.#settle(frame.cid, null);
    else if (frame.type === "live") {
      this.cursor = frame.cursor;
      this.#become("live");
      if (this.#reason) this.#tell("readagain", this.#reason);
    } else if (this.#answered && isAfter(frame.id, this.cursor)) {
      // What comes before the answer would hide what was missed, and comes again.
      if (frame.id) this.cursor = frame.id;
      this.#tell("event", frame);
    }
  }

  /** @param {any} frame */
  #refused({ cid, problem }) {
    if (problem.status === NOT_AUTHENTICATED) this.#stale = true; // it is closed with 4401
    else if (cid !== RESUME) this.#settle(cid, problem);
    else if (problem.status === INVALID) this.#end("refused", problem);
    else this.#retry();
  }

  /** @param {{ type: string, [field: string]: any }} frame @returns {Promise<void>} */
  #command(frame) {
    const cid = String(++this.#number);
    return new Promise((resolve, reject) => {
      this.#waiting.set(cid, (problem) => {
        if (problem && frame.type === "subscribe") this.topics.delete(frame.topic);
        return problem ? reject(problem) : resolve();
      });
      const socket = this.#socket;
      setTimeout(() => socket === this.#socket && this.#send({ ...frame, cid }), this.#wait());
    });
  }

  /** Returns how many ms to wait before the next frame, so as not to be too fast. */
  #wait() {
    const now = performance.now();
    const earned = ((now - this.#lastFrame) / 1000) * FRAMES_PER_SECOND;
    this.#allowance = Math.min(BURST, this.#allowance + earned) - 1;
    this.#lastFrame = now;
    return Math.max(0, (-this.#allowance / FRAMES_PER_SECOND) * 1000);
  }

  /** @param {string} cid @param {any} problem */
  #settle(cid, problem) {
    this.#waiting.get(cid)?.(problem);
    this.#waiting.delete(cid);
  }

  /** @param {object} frame */
  #send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** @param {State} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.#tell("state", state);
  }

  /** @param {string} type @param {any} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
