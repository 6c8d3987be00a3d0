/** Every place that the address can name, and the view that is shown there. */

import { chatView } from "./chat/view.js";
import { h } from "./dom.js";
import { notificationsView } from "./notifications/view.js";
import { profileView } from "./people/profileview.js";
import { settingsView } from "./people/settings.js";
import { blockedView, mutedView, requestsView, searchView } from "./people/views.js";
import { feedView, postView } from "./posts/views.js";

const ID = /^[0-9a-f]{24}$/;
const OF_ONE = ["posts", "people", "chat"]; // whose next part is an id

/**
 * @typedef {import("./context.js").Context} Context
 * @type {Record<string, (context: Context, ...args: string[]) => import("./context.js").View>}
 */
const PLACES = {
  "": (context) => feedView(context, "everyone"),
  home: (context) => feedView(context, "home"),
  posts: (context, id) => postView(context, id),
  people: profileView,
  search: searchView,
  notifications: notificationsView,
  chat: chatView,
  settings: settingsView,
  requests: requestsView,
  blocked: blockedView,
  muted: mutedView,
};

/** Where an address leads that was not made by us. @returns {import("./context.js").View} */
function nowhere() {
  const element = h("div", { class: "column" }, h("h1", { tabindex: -1 }, "Nothing is here"), h("p", {}, h("a", { href: "#/" }, "To the feed")));
  return { title: "Nothing is here", element, parts: [] };
}

/** @param {Context} context @param {string[]} args the first one names the kind of place */
export function viewOf(context, [kind, ...args]) {
  const [id = ""] = args;
  const isNamed = !OF_ONE.includes(kind) || ID.test(id) || (kind === "chat" && !id);
  return isNamed && Object.hasOwn(PLACES, kind) ? PLACES[kind](context, ...args) : nowhere();
}
