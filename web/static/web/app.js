/** Entry point: connects the modules, and starts and ends the session. */

import { AccountHeader } from "./account-header.js";
import { Api } from "./api.js";
import { setServerTime } from "./clock.js";
import { byId, errorText, refreshTimes } from "./dom.js";
import { Drafts } from "./drafts.js";
import { startInspector } from "./inspector.js";
import { EventClient, isAfterCursor } from "./mysocial.js";
import { followOldLink, Router } from "./router.js";
import { ResponseCache } from "./response-cache.js";
import { createView, isRoute, loadLaterViews, readEarly } from "./routes.js";
import { restoreSession, tokenStore } from "./session.js";
import { setUpShortcuts, showHelp } from "./shortcuts.js";
import { SideColumn } from "./side-column.js";
import { setUpSignIn } from "./signin.js";
import { TopicSet } from "./topic-set.js";
import { Presence } from "./users/presence.js";
import { Relationships } from "./users/relationships.js";

const SIGN_OUT_MESSAGE_KEY = "mysocial.signout-message";
const SESSION_ENDED = "Your session has ended. Please sign in again.";
const OFFLINE = "You are offline. You will see what you missed when the connection is back.";
const TIME_REFRESH_MS = 30_000;
/** @type {Record<string, string>} */
const STATE_LABELS = { stopped: "Signed out", connecting: "Connecting…", live: "Connected", offline: "Offline" };

const api = new Api("/api/v1", tokenStore);
const events = new EventClient({
  url: `${location.origin.replace(/^http/, "ws")}/ws`,
  getAccessToken: () => api.accessToken,
  refreshAccessToken: () => api.refreshTokens(),
});
startInspector(api, events);
// `startSession` replaces these.
/** @type {((event: import("./mysocial.js").ServerEvent) => void)} */ let handleEvent = () => {};
/** @type {() => void} */ let reloadAll = () => {};
/** @type {() => void} */ let retryFailedLoads = () => {};
/** @type {() => void} */ let deleteDrafts = () => {};
let isSigningOut = false;
let endedText = SESSION_ENDED; // shown on the sign-in page when the session ends

/**
 * Shows the app to a user who has signed in.
 * @param {any} currentUser
 * @param {{ isNew?: boolean, cache?: ResponseCache, early?: Promise<any> | null, userCursor?: string }} [options] `early` is
 *   a read of the first view that has begun already, and `userCursor` the cursor at which the user was read
 */
async function startSession(currentUser, { isNew = false, cache = new ResponseCache(api), early = null, userCursor = api.cursor } = {}) {
  const topics = new TopicSet(events);
  const shared = {
    cache,
    topics,
    api,
    events,
    currentUser,
    relationships: new Relationships(api, currentUser.id),
    presence: new Presence(api, events, topics),
    drafts: new Drafts(currentUser.id),
    endSessionBy,
  };
  const header = new AccountHeader(api, currentUser);
  const router = new Router((route, signal) => createView({ ...shared, signal }, route), isRoute);
  const openPath = (/** @type {string} */ path) => router.open(path);
  const sideColumn = new SideColumn({ ...shared, signal: new AbortController().signal }, openPath);
  const components = () => [header, ...(router.view?.components ?? []), ...sideColumn.components];
  deleteDrafts = () => shared.drafts.clear();
  handleEvent = (event) => {
    cache.handleEvent(event);
    shared.relationships.handleEvent(event);
    shared.presence.handleEvent(event);
    for (const component of components()) component.handleEvent(event);
  };
  reloadAll = () => {
    cache.clear();
    shared.relationships.reload().catch(() => {}); // the components show errors of their own
    for (const component of components()) component.reload();
  };
  retryFailedLoads = () => components().forEach((component) => component.retryFailedLoad());
  for (const id of ["signin-page", "main-view", "account", "main-nav"]) byId(id).hidden = id === "signin-page";
  header.load();
  setUpShortcuts(openPath);
  const start = router.start({ movesFocus: isNew });
  // Everything is loaded after the earlier of these cursors, so no event is missed.
  const earlyCursor = (await early?.catch(() => null))?.cursor;
  events.cursor = earlyCursor && isAfterCursor(userCursor, earlyCursor) ? earlyCursor : userCursor;
  events.start();
  await start;
  // After the view, which is more urgent.
  sideColumn.load();
  loadLaterViews().catch(() => {}); // a view that needs them tries again, and shows the error
}

/** Ends the session and shows the sign-in page, with a message unless the user has signed out. @param {string} [message] */
function endSession(message = "") {
  events.stop();
  tokenStore.save(null);
  if (message && !isSigningOut) sessionStorage.setItem(SIGN_OUT_MESSAGE_KEY, message);
  location.reload(); // clears the user's data from memory
}

/** Runs an action that ends the session, which the sign-in page explains. @param {() => Promise<any>} action @param {string} text */
async function endSessionBy(action, text) {
  endedText = text;
  try {
    await action();
  } catch (error) {
    endedText = SESSION_ENDED;
    throw error;
  }
  deleteDrafts();
  history.replaceState(null, "", "/");
  endSession(text);
}

/** @param {string} text */
function showBanner(text) {
  byId("banner").textContent = text;
  byId("banner").hidden = false;
}

events.addEventListener("event", (/** @type {any} */ { detail }) => {
  if (detail.type === "session.ended") endSession(endedText);
  else handleEvent(detail);
});
events.addEventListener("resync", () => reloadAll());
events.addEventListener("signedout", () => endSession(endedText));
api.addEventListener("signedout", () => endSession(endedText));
api.addEventListener("call", (/** @type {any} */ { detail }) => {
  setServerTime(detail.date);
  if (detail.status === 200 && events.state === "offline") events.checkConnection(); // the server is reachable again
});
events.addEventListener("rejected", (/** @type {any} */ { detail }) => {
  showBanner(`The server rejected this client (${detail.detail ?? detail.status}). Please reload the page.`);
});
events.addEventListener("state", (/** @type {any} */ { detail: state }) => {
  byId("connection-state").dataset.state = state;
  byId("connection-state").textContent = STATE_LABELS[state];
  // A short interruption is not reported: the banner appears when the first attempt to reconnect has
  // failed, and stays until the connection is live.
  if (state === "offline") showBanner(OFFLINE);
  else if (state !== "connecting") byId("banner").hidden = true;
  if (state === "live") retryFailedLoads();
});

byId("skip-link").addEventListener("click", (/** @type {Event} */ event) => {
  event.preventDefault(); // the address stays the same
  byId("main").focus();
});
byId("shortcuts-help").addEventListener("click", showHelp);
byId("signout").addEventListener("click", () => {
  isSigningOut = true;
  events.stop();
  deleteDrafts(); // others may use this device
  history.replaceState(null, "", "/"); // the next user starts at the feed
  api.signOut().catch(() => {}).finally(() => endSession());
});
setUpSignIn(api, (user) => startSession(user, { isNew: true }));
setInterval(refreshTimes, TIME_REFRESH_MS);

followOldLink();
try {
  if (await restoreSession(api)) {
    const cache = new ResponseCache(api);
    const early = readEarly(cache, location.pathname);
    early?.catch(() => {}); // the view shows the error
    const { data, cursor } = await api.get("accounts/me");
    await startSession(data, { cache, early, userCursor: cursor });
  }
} catch (/** @type {any} */ error) {
  byId("signin-error").textContent = errorText(error);
}
byId("signin-error").textContent ||= sessionStorage.getItem(SIGN_OUT_MESSAGE_KEY);
sessionStorage.removeItem(SIGN_OUT_MESSAGE_KEY);
byId("loading").hidden = true;
byId("signin-page").hidden = !byId("main-view").hidden;
