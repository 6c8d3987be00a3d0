/**
 * Session of this window. The tokens are kept in `sessionStorage`, so two windows can have two users,
 * and closing a window signs it out.
 */

const STORAGE_KEY = "mysocial.session";
const CLAIM_TIMEOUT_MS = 2_000; // after a reload, the old page needs a moment to release its lock

/** @typedef {import("./api.js").Tokens} Tokens */

/** @type {import("./api.js").TokenStore} */
export const tokenStore = {
  load: () => JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "null"),
  save(tokens) {
    if (tokens) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(tokens));
    else sessionStorage.removeItem(STORAGE_KEY);
    if (tokens) claimSession(tokens).catch(() => {});
  },
};

let claimedSessionId = "";

/**
 * Claims the session for this window, with a lock that is held until the window is closed.
 *
 * A duplicated tab starts with a copy of the tokens. When two windows use one refresh token, the server
 * ends the session. The lock prevents this: the copy cannot claim the session.
 * @param {Tokens} tokens @returns {Promise<boolean>} false when another window has the session
 */
async function claimSession(tokens) {
  const [sessionId] = tokens.refresh.split(".");
  if (sessionId === claimedSessionId || !navigator.locks) return true;
  claimedSessionId = sessionId;
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(CLAIM_TIMEOUT_MS);
    navigator.locks
      .request(`mysocial.${sessionId}`, { signal }, () => {
        resolve(true);
        return new Promise(() => {}); // never resolves, so that the lock is held
      })
      .catch(() => resolve(false));
  });
}

/** Returns whether this window has a session. Deletes tokens that belong to another window. */
export async function restoreSession() {
  const tokens = tokenStore.load();
  if (!tokens) return false;
  if (await claimSession(tokens)) return true;
  tokenStore.save(null);
  return false;
}
