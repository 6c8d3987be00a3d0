/** The column beside the view on wide screens: search, and people to follow. */

import { byId, h } from "./dom.js";
import { UserList } from "./users/user-list.js";

const WIDE = "(min-width: 81rem)"; // as in css/page.css
const LISTS = [
  { path: "users/suggestions", label: "Who to follow", emptyText: "No suggestions right now." },
  { path: "users/leaderboard", query: { kind: "active" }, label: "Most active this week", emptyText: "Nobody yet." },
];
const MAX_USERS = 4;

export class SideColumn {
  /** @type {UserList[]} */ components = [];
  #isLoaded = false;

  /** @param {import("./context.js").ViewContext} context @param {(path: string) => void} openPath opens another view */
  constructor(context, openPath) {
    const field = h("input", { type: "search", dir: "auto", autocomplete: "off", placeholder: "Search members", "aria-label": "Find people by name" });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      openPath(`/search/${encodeURIComponent(field.value.trim())}`);
      field.value = "";
    };
    this.components = LISTS.map((options) => new UserList(context, { ...options, limit: MAX_USERS, loadsByButtonOnly: true }));
    const cards = this.components.map((list, index) => {
      list.moreButton.remove(); // the search view has all of them
      return h("section", { class: "card" }, h("h2", {}, LISTS[index].label), list.element);
    });
    byId("side-column").replaceChildren(h("form", { role: "search", "aria-label": "Members", submit }, field), ...cards, h("p", { class: "dim" }, h("a", { href: "/search" }, "Find more people")));
    const query = matchMedia(WIDE);
    query.addEventListener("change", () => this.load());
  }

  /** Loads the lists, once and only if they are visible. */
  load() {
    byId("side-column").hidden = false;
    if (this.#isLoaded || !matchMedia(WIDE).matches) return;
    this.#isLoaded = true;
    for (const list of this.components) list.load();
  }
}
