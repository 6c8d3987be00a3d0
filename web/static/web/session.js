/**
 * Who is signed in in this window. The tokens stay in its `sessionStorage`: two windows are two
 * people, and closing one signs it out.
 */

const KEY = "mysocial.session";
const COPIED_AFTER = 2_000;

/** @typedef {import("./api.js").Tokens} Tokens */

/** Where an `Api` keeps its tokens. @type {import("./api.js").Keeper} */
export const keeper = {
  load: () => JSON.parse(sessionStorage.getItem(KEY) ?? "null"),
  save(tokens) {
    if (tokens) sessionStorage.setItem(KEY, JSON.stringify(tokens));
    else sessionStorage.removeItem(KEY);
    if (tokens) claim(tokens).catch(() => {});
  },
};

let claimed = "";

/**
 * Takes the session for this window. A duplicated tab begins with a copy of the tokens, and a refresh
 * token that is used by two ends the session for both: the copy forgets them instead. False then.
 * @param {Tokens} tokens
 */
async function claim(tokens) {
  const [session] = tokens.refresh.split(".");
  if (session === claimed || !navigator.locks) return true;
  claimed = session;
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(COPIED_AFTER); // a reload has to let go first
    navigator.locks
      .request(`mysocial.${session}`, { signal }, () => {
        resolve(true);
        return new Promise(() => {}); // held while the window is open
      })
      .catch(() => resolve(false));
  });
}

/** Forgets tokens that belong to another window; true when there are any left. */
export async function begin() {
  const tokens = keeper.load();
  if (!tokens) return false;
  if (await claim(tokens)) return true;
  keeper.save(null);
  return false;
}
