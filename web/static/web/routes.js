/** Routes and their views. */

import { h } from "./dom.js";
import { laterView } from "./later-view.js";
import { DEFAULT_LIMIT } from "./paged-list.js";
import { feedView, postView } from "./posts/views.js";

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
};
/** Routes whose views are in later.js. */
const LATER_ROUTES = ["people", "search", "notifications", "chat", "settings", "bookmarks", "reports", "requests", "blocked", "muted"];
const NOT_LOADED = "This part of the page could not be loaded. Reload the page to try again.";

/** @type {typeof ROUTES | null} */ let laterViews = null;
/** @type {Promise<typeof ROUTES> | null} */ let pendingViews = null;

/** Loads the code of the other views, once. */
export function loadLaterViews() {
  return (pendingViews ??= import("./later.js").then(
    ({ LATER_VIEWS }) => (laterViews = LATER_VIEWS),
    () => {
      pendingViews = null;
      throw new Error(NOT_LOADED);
    },
  ));
}

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
export function isRoute(path) {
  const name = path.split("/")[1];
  return Object.hasOwn(ROUTES, name) || LATER_ROUTES.includes(name) || name.startsWith("@");
}

/** @param {ViewContext} context @param {string[]} route */
export function createView(context, [name, ...args]) {
  const [id = ""] = args;
  const isIdValid = !ROUTES_WITH_ID.includes(name) || ID_PATTERN.test(id) || (name === "chat" && !id);
  if (!isIdValid) return notFoundView();
  if (Object.hasOwn(ROUTES, name)) return ROUTES[name](context, ...args);
  const isName = name.startsWith("@");
  if (!isName && !LATER_ROUTES.includes(name)) return notFoundView();
  const create = (/** @type {typeof ROUTES} */ views) => (isName ? views["@"](context, name.slice(1)) : views[name](context, ...args));
  return laterViews ? create(laterViews) : laterView(context.signal, async () => create(await loadLaterViews()));
}
