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
const [FIRST_PAUSE, LONGEST_PAUSE] = [500, 30_000];
const [QUIET, ANSWER_WITHIN] = [25_000, 8_000]; // after a silence we ask whether anybody is there
const [FRAMES_PER_SECOND, BURST] = [8, 25]; // the server takes 10, and bursts of 30
const [INVALID, NOT_AUTHENTICATED] = [400, 401];
const [BAD_FRAMES, SIGNED_OUT] = [4400, 4401];

/**
 * @typedef {{ id?: string, type: string, data: any }} Happening what only passes (typing, presence)
 *   has no `id`
 * @typedef {"stopped" | "connecting" | "live" | "offline"} State
 * @typedef {object} Options
 * @property {string} url where the socket is: `wss://…/ws`
 * @property {() => string} access the access token as it is now
 * @property {() => Promise<boolean>} refresh called when the token is not taken: true when there is
 *   a new one, false when one has to sign in again; a rejection is tried again later
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
 * `refused` (a problem: the server takes no such command, and the client stopped).
 */
export class EventClient extends EventTarget {
  /** @type {State} */ state = "stopped";
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {Map<string, (problem: any) => void>} */ #waiting = new Map(); // by `cid`
  /** @type {Map<string, Promise<void>>} */ #joining = new Map(); // by topic
  #connection = 0; // what belongs to an earlier one is over
  #asked = false; // whether `resume` is sent: what is joined from then on takes a command of its own
  #answered = false;
  #reason = "";
  #stale = false; // the access token was not taken
  #pause = FIRST_PAUSE;
  #number = 0;
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
    addEventListener("online", () => this.wake(), { signal });
    addEventListener("offline", () => this.#retry(), { signal });
    document.addEventListener("visibilitychange", () => this.wake(), { signal });
    this.#connect();
  }

  stop() {
    this.#ears.abort();
    this.#drop();
    this.#become("stopped");
  }

  /**
   * Joins topics, and stays in them over any number of connections. Resolves when every later event
   * will be heard: true if what was read before may lack something and is to be read now, false if
   * it does not (they were joined, or `start` will resume from what was read). Rejects with a problem.
   * @param {...string} topics
   */
  async join(...topics) {
    const added = topics.filter((topic) => !this.topics.has(topic));
    for (const topic of added) {
      this.topics.add(topic); // while there is no connection, the next `resume` brings it
      if (!this.#asked) continue;
      const joined = this.#command({ type: "subscribe", topic }).finally(() => {
        if (this.#joining.get(topic) === joined) this.#joining.delete(topic);
      });
      this.#joining.set(topic, joined);
    }
    const open = topics.map((topic) => this.#joining.get(topic)).filter((joined) => joined);
    await Promise.all(open);
    return this.state !== "stopped" && added.length + open.length > 0;
  }

  /** @param {...string} topics */
  leave(...topics) {
    for (const topic of topics) {
      const known = this.topics.delete(topic);
      if (known && this.#asked) this.#command({ type: "unsubscribe", topic }).catch(() => {});
    }
  }

  /** Tells a member that one is writing to them, or no longer. It may be lost. @param {string} to @param {boolean} on */
  typing(to, on) {
    if (this.state === "live") this.#command({ type: "typing", to, on }).catch(() => {});
  }

  // The connection ------------------------------------------------------------------------------

  async #connect() {
    this.#drop();
    this.#become("connecting");
    const connection = this.#connection;
    if (this.#stale || !this.access()) {
      const renewed = await this.refresh().catch(() => null); // null: the server is away
      if (connection !== this.#connection) return;
      if (renewed === null) return this.#retry();
      if (!renewed) return this.#end("signedout");
      this.#stale = false;
    }
    const socket = (this.#socket = new WebSocket(this.url, [PROTOCOL, this.access()]));
    socket.onopen = () => {
      this.#send({ type: "resume", cid: RESUME, cursor: this.cursor, topics: [...this.topics] });
      this.#asked = true;
    };
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onclose = ({ code }) => {
      if (code === BAD_FRAMES) return this.#end("refused", { status: code });
      if (code === SIGNED_OUT) this.#stale = true;
      this.#retry();
    };
    this.#expectFrames();
  }

  #retry() {
    this.#drop();
    this.#become("offline");
    if (!navigator.onLine) return; // `online` wakes us
    // Random, so that a server that comes back is not met by all of its clients at once.
    this.#timer = setTimeout(() => this.#connect(), Math.random() * this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
  }

  /** Somebody looks, or the server was seen: do not wait for the rest of the pause. */
  wake() {
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
    this.#connection++;
    this.#asked = this.#answered = false;
    if (this.#socket) {
      this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
      this.#socket.close();
      this.#socket = null;
    }
    for (const cid of [...this.#waiting.keys()]) this.#settle(cid); // the next `resume` joins them
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
    } else if (frame.type === "ok") this.#settle(frame.cid);
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
    if (problem.status === NOT_AUTHENTICATED) this.#stale = true;
    if (problem.status !== INVALID) this.#retry();
    else if (cid === RESUME) this.#end("refused", problem);
    else this.#settle(cid, problem);
  }

  /** @param {{ type: string, [field: string]: any }} frame @returns {Promise<void>} */
  #command(frame) {
    const cid = String(++this.#number);
    const connection = this.#connection;
    setTimeout(() => connection === this.#connection && this.#send({ ...frame, cid }), this.#wait());
    return new Promise((resolve, reject) => {
      this.#waiting.set(cid, (problem) => {
        if (problem && frame.type === "subscribe") this.topics.delete(frame.topic);
        return problem ? reject(problem) : resolve();
      });
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

  /** @param {string} cid @param {any} [problem] */
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
  #end(type, detail) {
    this.stop();
    this.#tell(type, detail);
  }

  /** @param {string} type @param {any} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
