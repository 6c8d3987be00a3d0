/** Profile view: the header, and a tab with posts, users or pictures below it. */

import { h, showCurrentTab, shownName } from "../dom.js";
import { PagedList } from "../paged-list.js";
import { Feed } from "../posts/feed.js";
import { pinnedPosts, reactedPosts } from "../posts/post-pages.js";
import { ProfileHeader } from "./profile.js";
import { followersOptions, followingOptions, UserList } from "./user-list.js";

/**
 * @typedef {import("../context.js").ViewContext} ViewContext
 * @typedef {import("../context.js").View} View
 */

class Gallery extends PagedList {
  /** @param {ViewContext} context @param {string} userId */
  constructor(context, userId) {
    const list = h("ul", { class: "gallery", "aria-label": "Pictures" });
    super(context, list, { path: `users/${userId}/images`, itemsKey: "images", emptyText: "No pictures yet." });
    this.element = h("section", { class: "card" }, this.errorElement, this.list, this.emptyElement, this.moreButton);
  }

  /** @param {any} image */
  putItem({ id, url, kind, post_id, width, height }) {
    if (!url || kind !== "image") return;
    const alt = post_id ? "Picture from a post" : "Profile picture";
    const picture = h("img", { src: url, alt, loading: "lazy", width, height });
    const content = post_id ? h("a", { href: `/posts/${post_id}` }, picture) : picture;
    this.rows.put(id, { element: h("li", {}, content) });
  }

  /** @param {import("../mysocial.js").ServerEvent} event */
  applyEvent({ type, data }) {
    if (type === "image.deleted") this.removeItem(data.id);
    else if (["post.", "user.", "follow."].some((prefix) => type.startsWith(prefix)) || type === "block.deleted") this.scheduleLoad();
    this.onItemsChanged();
  }
}

const numberFormat = new Intl.NumberFormat("en");
/** @type {Record<string, string>} */
const SINGULAR = { Posts: "Post", Followers: "Follower" };

/** @param {ViewContext} context @param {any} profile */
function createFeed(context, { id, is_private, viewer }) {
  const isOwn = id === context.currentUser.id;
  const isLocked = is_private && !isOwn && !viewer?.following;
  const emptyText = isLocked ? "This account is private. You see its posts when your request to follow is accepted."
    : isOwn ? "You have not posted anything yet." : "No posts yet.";
  return new Feed(context, { path: `users/${id}/posts`, emptyText, authorId: id });
}

/** @type {Record<string, { title: string, countField?: string, create: (context: ViewContext, profile: any) => any }>} */
const TABS = {
  "": { title: "Posts", countField: "posts_count", create: createFeed },
  followers: {
    title: "Followers",
    countField: "followers_count",
    create: (context, profile) => new UserList(context, followersOptions(profile, context.currentUser.id)),
  },
  following: {
    title: "Following",
    countField: "following_count",
    create: (context, profile) => new UserList(context, followingOptions(profile)),
  },
  pictures: { title: "Pictures", create: (context, { id }) => new Gallery(context, id) },
  reactions: { title: "Reactions", create: reactedPosts },
};

/** @param {string} name */
const validTabName = (name) => (name in TABS ? name : "");

/**
 * The content of the tab is created when the profile is loaded, and again when another tab is opened.
 * @param {ViewContext} context @param {string} userId @param {string} [initialTab] @returns {View}
 */
export function profileView(context, userId, initialTab = "") {
  let tabName = validTabName(initialTab);
  let tabAbort = new AbortController();
  const links = Object.entries(TABS).map(([name, { title, countField }]) => {
    const count = countField && h("span", { class: "number" });
    const href = `/people/${userId}${name && `/${name}`}`;
    const label = h("span", {}, title);
    return { name, title, countField, count, label, element: h("a", { href, "data-tab": name || "posts" }, count ?? "", " ", label) };
  });
  const tabs = h("nav", { class: "tabs", "aria-label": "Profile", hidden: true }, ...links.map((link) => link.element));
  const tabContent = h("div", { class: "tab-content" });

  const closeTab = () => {
    tabAbort.abort();
    tabContent.replaceChildren();
    view.components = [header];
    view.scrollList = undefined;
  };
  const openTab = (/** @type {any} */ profile) => {
    closeTab();
    tabAbort = new AbortController();
    context.signal.addEventListener("abort", () => tabAbort.abort());
    const tabContext = { ...context, signal: tabAbort.signal };
    const list = TABS[tabName].create(tabContext, profile);
    const pinned = tabName ? [] : [pinnedPosts(tabContext, profile)];
    view.components = [header, ...pinned, list];
    view.scrollList = list;
    tabContent.append(...pinned.map(({ element }) => element), list.element);
    for (const component of [...pinned, list]) component.load();
  };
  const onProfileChange = (/** @type {any} */ profile) => {
    view.title = profile ? shownName(profile) : "Profile";
    tabs.hidden = !profile;
    if (!profile) return closeTab();
    for (const { name, title, countField, count, label, element } of links) {
      const number = profile[countField ?? ""];
      if (count) count.textContent = numberFormat.format(number);
      label.textContent = number === 1 ? SINGULAR[title] ?? title : title;
      if (name === tabName) showCurrentTab(element);
      else element.removeAttribute("aria-current");
    }
    if (!view.scrollList) openTab(profile);
  };
  const header = new ProfileHeader(context, userId, onProfileChange);
  /** @param {string[]} route */
  const navigate = ([routeName, routeUserId, routeTab = ""]) => {
    if (routeName !== "people" || routeUserId !== userId || !header.profile) return false;
    tabName = validTabName(routeTab);
    closeTab();
    onProfileChange(header.profile);
    return true;
  };
  /** @type {View} */
  const view = {
    title: "Profile",
    element: h("div", { class: "column" }, header.element, tabs, tabContent),
    components: [header],
    navigate,
  };
  return view;
}
