/** The view of a profile: its head, and below it posts, pictures or people. */

import { h } from "../dom.js";
import { Pages } from "../pages.js";
import { Feed } from "../posts/feed.js";
import { followedBy, followersOf, People } from "./list.js";
import { Profile } from "./profile.js";

/**
 * @typedef {import("../context.js").Context} Context
 * @typedef {import("../context.js").View} View
 */

/** The pictures of a member that one may see. */
class Gallery extends Pages {
  /** @param {Context} context @param {string} id */
  constructor(context, id) {
    super(context, h("ul", { class: "gallery", "aria-label": "Pictures" }), { path: `users/${id}/images`, noun: "images", empty: "No pictures yet." });
    this.id = id;
    this.element = h("section", { class: "card" }, this.said, this.list, this.empty, this.more);
  }

  /** @param {any} image */
  put(image) {
    if (!image.url || image.kind !== "image") return;
    const shown = h("img", { src: image.url, alt: image.post_id ? "A picture of a post" : "A picture of the profile", loading: "lazy", width: image.width, height: image.height });
    const link = image.post_id ? h("a", { href: `#/posts/${image.post_id}` }, shown) : shown;
    this.rows.put(image.id, { element: h("li", {}, link) });
  }

  /** @param {import("../mysocial.js").Happening} event */
  apply({ type, data }) {
    if (type === "image.deleted") this.remove(data.id);
    else if (type.startsWith("post.") || type.startsWith("user.") || type.startsWith("follow.") || type === "block.deleted") this.again();
    this.settle();
  }
}

/** @type {Record<string, { title: string, count?: string, part: (context: Context, profile: any) => any }>} */
const PARTS = {
  "": { title: "Posts", count: "posts_count", part: (context, { id }) => new Feed(context, { path: `users/${id}/posts`, empty: "There is nothing that you may see.", isWall: true }) },
  followers: { title: "Followers", count: "followers_count", part: (context, profile) => new People(context, followersOf(profile, context.me.id)) },
  following: { title: "Following", count: "following_count", part: (context, profile) => new People(context, followedBy(profile)) },
  pictures: { title: "Pictures", part: (context, { id }) => new Gallery(context, id) },
};

/**
 * What stands below the head is made when the profile is known, and again when it is another part.
 * @param {Context} context @param {string} id @param {string} [asked] @returns {View}
 */
export function profileView(context, id, asked = "") {
  let name = asked in PARTS ? asked : "";
  let below = new AbortController();
  const links = Object.entries(PARTS).map(([key, { title, count }]) => {
    const number = count && h("span", { class: "number" });
    return { key, count, number, element: h("a", { href: `#/people/${id}${key && `/${key}`}` }, number ?? "", " ", title) };
  });
  const tabs = h("nav", { class: "tabs", "aria-label": "Of this member", hidden: true }, ...links.map((link) => link.element));
  const place = h("div", { class: "part" });
  const changed = (/** @type {any} */ profile) => {
    view.title = profile?.username ?? "Profile";
    tabs.hidden = !profile;
    if (!profile) return end();
    for (const { key, count, number, element } of links) {
      if (number) number.textContent = String(profile[count ?? ""]);
      element.toggleAttribute("aria-current", key === name);
      if (key === name) element.setAttribute("aria-current", "page");
    }
    if (!view.scrolled) show(profile);
  };
  const end = () => {
    below.abort();
    place.replaceChildren();
    view.parts = [head];
    view.scrolled = undefined;
  };
  const show = (/** @type {any} */ profile) => {
    end();
    below = new AbortController();
    context.signal.addEventListener("abort", () => below.abort());
    const part = PARTS[name].part({ ...context, signal: below.signal }, profile);
    view.parts = [head, part];
    view.scrolled = part;
    place.append(part.element);
    part.read();
  };
  const head = new Profile(context, id, changed);
  /** @param {string[]} args */
  const turn = ([kind, other, part = ""]) => {
    if (kind !== "people" || other !== id || !head.profile) return false;
    name = part in PARTS ? part : "";
    end();
    changed(head.profile);
    return true;
  };
  /** @type {View} */
  const view = { title: "Profile", element: h("div", { class: "column" }, head.element, tabs, place), parts: [head], turn };
  return view;
}
