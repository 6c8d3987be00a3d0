/** The page: puts its parts together, and says who is here and whether the server is. */

import { Api } from "./api.js";
import { compose } from "./compose.js";
import { avatar, byId, refreshTimes, sentence } from "./dom.js";
import { Feed } from "./feed.js";
import { inspect } from "./inspector.js";
import { EventClient } from "./mysocial.js";
import { MyReactions } from "./reactions.js";
import { begin, keeper } from "./session.js";
import { door } from "./signin.js";

const PARTING = "mysocial.parting";
const ENDED = "Your session has ended. Please sign in again.";
/** @type {Record<string, string>} */
const STATES = {
  stopped: "Signed out",
  connecting: "Connecting …",
  live: "Live",
  offline: "Offline: what you miss will come when the connection is back.",
};

const api = new Api("/api", keeper);
const events = new EventClient({
  url: `${location.origin.replace(/^http/, "ws")}/ws`,
  access: () => api.access,
  refresh: () => api.refresh(),
});
const inspector = inspect(api, events);
/** @type {Feed | null} */
let feed = null;
/** @type {MyReactions | null} */
let mine = null;
let leaving = false;

/** @param {any} me */
async function enter(me) {
  mine = new MyReactions(api, me.id);
  feed = new Feed({ api, me, mine }, events);
  byId("me").replaceChildren(avatar(me, "small"), me.username);
  for (const id of ["door", "room", "account"]) byId(id).hidden = id === "door";
  inspector.openWhereThereIsRoom();
  events.cursor = (await feed.show("feed")) || api.cursor;
  events.start();
}

/** The session ended; `why` is told at the door. @param {string} why */
function leave(why) {
  events.stop();
  keeper.save(null);
  if (why) sessionStorage.setItem(PARTING, why);
  location.reload(); // nothing of the one who left stays in memory
}

/** @param {string} name */
function choose(name) {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const chosen = /** @type {HTMLElement} */ (tab).dataset.tab === name;
    tab.setAttribute("aria-selected", String(chosen));
    /** @type {HTMLElement} */ (tab).tabIndex = chosen ? 0 : -1;
    if (chosen) byId("panel").setAttribute("aria-labelledby", tab.id);
  }
  byId("note").textContent = "";
  feed?.show(name);
}

events.addEventListener("event", (/** @type {any} */ { detail }) => {
  if (detail.type === "session.ended") leave(leaving ? "" : ENDED);
  else feed?.hear(detail);
});
events.addEventListener("readagain", () => {
  mine?.forget();
  feed?.begin();
});
api.addEventListener("call", (/** @type {any} */ { detail }) => {
  if (detail.status === 200 && events.state === "offline") events.wake(); // it is back
});
events.addEventListener("signedout", () => leave(ENDED));
api.addEventListener("signedout", () => leave(ENDED));
events.addEventListener("refused", (/** @type {any} */ { detail }) => {
  byId("banner").textContent = `The server refuses this client (${detail.detail ?? detail.status}). Load the page anew.`;
  byId("banner").hidden = false;
});
events.addEventListener("state", (/** @type {any} */ { detail }) => {
  byId("state").dataset.state = detail;
  byId("state").textContent = detail === "offline" ? "Offline" : STATES[detail];
  // A blink is no news: the banner comes when the first try failed, and goes when it is whole again.
  if (detail === "offline") byId("banner").textContent = STATES.offline;
  if (detail !== "connecting") byId("banner").hidden = detail !== "offline";
  if (detail === "live") feed?.mend();
});

const tabs = [...document.querySelectorAll("[role=tab]")];
tabs.forEach((tab, at) => {
  tab.addEventListener("click", () => choose(/** @type {HTMLElement} */ (tab).dataset.tab ?? ""));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[/** @type {KeyboardEvent} */ (event).key];
    if (!step) return;
    const other = /** @type {HTMLElement} */ (tabs[(at + step + tabs.length) % tabs.length]);
    other.focus();
    other.click();
  });
});
byId("signout").addEventListener("click", () => {
  leaving = true;
  api.leave().catch(() => {}).finally(() => leave(""));
});
compose(api, (post) => {
  if (post.privacy === "private") byId("note").textContent = "Only you can see it. It is under “Mine”.";
  if (post.privacy !== "private" || feed?.isMine) feed?.adopt(post.id);
});
door(api, enter);
setInterval(refreshTimes, 30_000);

if (await begin()) {
  try {
    const { data } = await api.get("currentuser");
    await enter(data.user ?? data);
  } catch (/** @type {any} */ error) {
    byId("door-said").textContent = sentence(error);
  }
}
byId("door-said").textContent ||= sessionStorage.getItem(PARTING);
sessionStorage.removeItem(PARTING);
byId("loading").hidden = true;
byId("door").hidden = !byId("room").hidden;
