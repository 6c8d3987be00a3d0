/** Commands of a connection that wait for their reply, by `cid`. */
export class PendingCommands {
  /** @type {Map<string, { resolve: (reply: any) => void, reject: (problem: any) => void }>} */ #commands = new Map();
  #count = 0;

  /** Adds a command. The reply is undefined when the connection was closed before. @returns {{ cid: string, reply: Promise<any> }} */
  add() {
    const cid = String(++this.#count);
    const reply = new Promise((resolve, reject) => this.#commands.set(cid, { resolve, reject }));
    return { cid, reply };
  }

  /** @param {string} cid @param {any} reply */
  resolve(cid, reply) {
    this.#commands.get(cid)?.resolve(reply);
    this.#commands.delete(cid);
  }

  /** @param {string} cid @param {any} problem */
  reject(cid, problem) {
    this.#commands.get(cid)?.reject(problem);
    this.#commands.delete(cid);
  }

  /** Ends the wait for all replies: the connection was closed. */
  close() {
    for (const cid of [...this.#commands.keys()]) this.resolve(cid, undefined);
  }
}

/** Subscriptions that wait for their reply, by topic. */
export class PendingSubscriptions {
  /** @type {Map<string, Promise<any>>} */ #subscriptions = new Map();

  /** @param {string[]} topics @param {Promise<any>} subscription */
  add(topics, subscription) {
    const isPending = (/** @type {string} */ topic) => this.#subscriptions.get(topic) === pending;
    const pending = subscription.finally(() => topics.filter(isPending).forEach((topic) => this.#subscriptions.delete(topic)));
    topics.forEach((topic) => this.#subscriptions.set(topic, pending));
  }

  /** Returns the pending subscriptions to topics. @param {string[]} topics */
  of(topics) {
    return topics.map((topic) => this.#subscriptions.get(topic)).filter((subscription) => subscription);
  }
}
