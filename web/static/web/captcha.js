/** Proof of work for a sign-up, as ALTCHA (version 1) defines it. */

const BATCH = 500; // hashes in parallel, after each of which the page can react

/** @param {string} text */
async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Returns the payload that solves a challenge.
 * @param {{ algorithm: string, challenge: string, maxNumber: number, salt: string, signature: string }} challenge
 */
export async function solveChallenge({ algorithm, challenge, maxNumber, salt, signature }) {
  for (let start = 0; start <= maxNumber; start += BATCH) {
    const hashes = await Promise.all(Array.from({ length: BATCH }, (_, index) => sha256(`${salt}${start + index}`)));
    const index = hashes.indexOf(challenge);
    if (index >= 0) return btoa(JSON.stringify({ algorithm, challenge, number: start + index, salt, signature }));
  }
  throw new Error("The challenge has no solution. Try again.");
}
