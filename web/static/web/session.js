/**
 * Session of this window. The refresh token is in an HttpOnly cookie, so all windows of the browser share
 * the session until the user signs out. The access token is kept in `sessionStorage`.
 *
 * A sign-in for one window only is different: both tokens are in `sessionStorage`, so two windows can have
 * two users, and closing the window signs it out.
 */

const STORAGE_KEY = "mysocial.session";
const COOKIE_SESSION_KEY = "mysocial.cookie-session"; // set while there may be a session of the cookie
const SIGNED_IN_PATH = "/signed-in"; // where the page of the link leads to
const ANOTHER_PERSON = "another-person"; // in the query of a window for a second user
const CLAIM_TIMEOUT_MS = 2_000; // after a reload, the old page needs a moment to release its lock

/** @typedef {import("./api.js").Tokens} Tokens */

/** @type {import("./api.js").TokenStore} */
export const tokenStore = {
  load: () => JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "null"),
  save(tokens) {
    if (tokens ? usesCookie(tokens) : usesCookie(tokenStore.load())) setCookieSession(tokens !== null);
    if (tokens) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(tokens));
    else sessionStorage.removeItem(STORAGE_KEY);
    if (tokens) claimSession(tokens).catch(() => {});
  },
};

/** @param {Tokens | null} tokens */
const usesCookie = (tokens) => tokens !== null && !tokens.refresh;

/** @param {boolean} exists */
function setCookieSession(exists) {
  if (exists) localStorage.setItem(COOKIE_SESSION_KEY, "yes");
  else localStorage.removeItem(COOKIE_SESSION_KEY);
}

let claimedSessionId = "";

/**
 * Claims the session for this window, with a lock that is held until the window is closed.
 *
 * A duplicated tab starts with a copy of the tokens. When two windows use one refresh token, the server
 * ends the session. The lock prevents this: the copy cannot claim the session.
 * @param {Tokens} tokens @returns {Promise<boolean>} false when another window has the session
 */
async function claimSession(tokens) {
  if (usesCookie(tokens)) return true; // windows share the cookie
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

/** Returns whether this window was opened to sign in as a second user beside the one of the cookie. */
export const isForAnotherPerson = () => new URLSearchParams(location.search).has(ANOTHER_PERSON);

/**
 * Returns whether this window has a session. Deletes tokens that belong to another window.
 * @param {import("./api.js").Api} api
 */
export async function restoreSession(api) {
  if (isForAnotherPerson() && !tokenStore.load()) return false;
  const isSignedInByLink = location.pathname === SIGNED_IN_PATH;
  if (isSignedInByLink) history.replaceState(null, "", "/");
  const tokens = isSignedInByLink ? null : tokenStore.load();
  if (!tokens) return (isSignedInByLink || localStorage.getItem(COOKIE_SESSION_KEY) !== null) && api.continueCookieSession();
  if (await claimSession(tokens)) return true;
  tokenStore.save(null);
  return false;
}
