/** Routes and their views. */

import { chatView } from "./chat/view.js";
import { h } from "./dom.js";
import { notificationsView } from "./notifications/view.js";
import { DEFAULT_LIMIT } from "./paged-list.js";
import { bookmarksView } from "./posts/post-pages.js";
import { feedView, postView } from "./posts/views.js";
import { reportsView } from "./settings/reports-view.js";
import { settingsView } from "./settings/settings-view.js";
import { blockedView, mutedView, requestsView, searchView } from "./users/list-views.js";
import { lookupView } from "./users/lookup-view.js";
import { profileView } from "./users/profile-view.js";

const ID_PATTERN = /^[0-9a-f]{24}$/;
/** @type {Record<string, string>} */
const FEEDS_BY_PATH = { "/": "posts", "/home": "posts/home" };
const ROUTES_WITH_ID = ["posts", "people", "chat"];

/**
 * @typedef {import("./context.js").ViewContext} ViewContext
 * @type {Record<string, (context: ViewContext, ...args: string[]) => import("./context.js").View>}
 */
const ROUTES = {
  "": (context) => feedView(context, "everyone"),
  home: (context) => feedView(context, "home"),
  posts: (context, id, part, commentId) => postView(context, id, part === "comments" ? commentId : ""),
  people: profileView,
  search: searchView,
  notifications: notificationsView,
  chat: chatView,
  settings: settingsView,
  bookmarks: bookmarksView,
  reports: reportsView,
  requests: requestsView,
  blocked: blockedView,
  muted: mutedView,
};

/** Begins the first read of a view that can be known before the user is. @param {import("./response-cache.js").ResponseCache} cache @param {string} path */
export function readEarly(cache, path) {
  const apiPath = FEEDS_BY_PATH[path];
  return apiPath ? cache.readEarly(apiPath, { limit: DEFAULT_LIMIT, cursor: null }) : null;
}

/** @returns {import("./context.js").View} */
function notFoundView() {
  const heading = h("h1", { tabindex: -1 }, "Page not found");
  const element = h("div", { class: "column" }, heading, h("p", {}, h("a", { href: "/" }, "Go to the feed")));
  return { title: "Page not found", element, components: [] };
}

/** Returns whether an address may be that of a view. @param {string} path */
export const isRoute = (path) => Object.hasOwn(ROUTES, path.split("/")[1]) || path.startsWith("/@");

/** @param {ViewContext} context @param {string[]} route */
export function createView(context, [name, ...args]) {
  if (name.startsWith("@")) return lookupView(context, name.slice(1));
  const [id = ""] = args;
  const isIdValid = !ROUTES_WITH_ID.includes(name) || ID_PATTERN.test(id) || (name === "chat" && !id);
  return isIdValid && Object.hasOwn(ROUTES, name) ? ROUTES[name](context, ...args) : notFoundView();
}
