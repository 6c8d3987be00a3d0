const MAX_MESSAGES_PER_SECOND = 8; // the server allows 10
const MAX_MESSAGE_BURST = 25; // the server allows 30

/** Keeps a connection below the server's rate limit of messages. */
export class SendRate {
  #allowance = MAX_MESSAGE_BURST;
  #lastSentAtMs = 0;

  /** Counts a message and returns how long to wait before it is sent. */
  reserveDelayMs() {
    const nowMs = performance.now();
    const refill = ((nowMs - this.#lastSentAtMs) / 1000) * MAX_MESSAGES_PER_SECOND;
    this.#allowance = Math.min(MAX_MESSAGE_BURST, this.#allowance + refill) - 1;
    this.#lastSentAtMs = nowMs;
    return Math.max(0, (-this.#allowance / MAX_MESSAGES_PER_SECOND) * 1000);
  }
}
