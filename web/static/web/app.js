/** The page: puts its parts together, and says who is here and whether the server is. */

import { Account } from "./account.js";
import { Api } from "./api.js";
import { byId, refreshTimes, sentence } from "./dom.js";
import { inspect } from "./inspector.js";
import { EventClient } from "./mysocial.js";
import { Presence } from "./people/presence.js";
import { Relations } from "./people/relations.js";
import { viewOf } from "./places.js";
import { MyReactions } from "./posts/reactions.js";
import { Router } from "./router.js";
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
/** @type {((event: import("./mysocial.js").Happening) => void)} */ let hear = () => {};
/** @type {() => void} */ let renew = () => {};
/** @type {() => void} */ let mend = () => {};
let leaving = false;

/** Shows what there is for somebody who has come in. @param {any} me */
async function enter(me) {
  const shared = { api, events, me, mine: new MyReactions(api, me.id), relations: new Relations(api, me.id), presence: new Presence(api, events) };
  const account = new Account(api, me);
  const router = new Router((args, signal) => viewOf({ ...shared, signal }, args));
  const parts = () => [account, ...(router.view?.parts ?? [])];
  hear = (event) => {
    if (event.type === "reaction.changed" && event.data.user_id === me.id) shared.mine.set(event.data.post_id, event.data.type);
    shared.relations.hear(event);
    shared.presence.hear(event);
    for (const part of parts()) part.hear(event);
  };
  renew = () => {
    shared.mine.forget();
    shared.relations.renew().catch(() => {}); // each part says itself what it could not read
    for (const part of parts()) part.renew();
  };
  mend = () => parts().forEach((part) => part.mend());
  for (const id of ["door", "room", "account", "ways"]) byId(id).hidden = id === "door";
  inspector.openWhereThereIsRoom();
  // Everything is read after this cursor, so nothing of what comes can be missed.
  events.cursor = api.cursor;
  events.start();
  account.read();
  await router.begin();
}

/** The session ended; `why` is told at the door. @param {string} why */
function leave(why) {
  events.stop();
  keeper.save(null);
  if (why) sessionStorage.setItem(PARTING, why);
  location.reload(); // nothing of the one who left stays in memory
}

events.addEventListener("event", (/** @type {any} */ { detail }) => {
  if (detail.type === "session.ended") leave(leaving ? "" : ENDED);
  else hear(detail);
});
events.addEventListener("readagain", () => renew());
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
  if (detail === "live") mend();
});

byId("skip").addEventListener("click", (/** @type {Event} */ event) => {
  event.preventDefault(); // what follows `#` names a place
  byId("main").focus();
});
byId("signout").addEventListener("click", () => {
  leaving = true;
  history.replaceState(null, "", "#/"); // the next one begins anew
  api.leave().catch(() => {}).finally(() => leave(""));
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
