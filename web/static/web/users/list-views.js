/** Views that list users: follow requests, blocked and muted users, and the search. */

import { backHeading } from "../back-heading.js";
import { h } from "../dom.js";
import { blockedOrMutedOptions, followRequestsOptions, UserList } from "./user-list.js";

/**
 * @typedef {import("../context.js").ViewContext} ViewContext
 * @typedef {import("../context.js").View} View
 */

/** @type {Record<string, string>} */
const LEADERBOARDS = { followers: "Most followed", active: "Most active this week" };
const NEW_MEMBERS = 5;
const SEARCH_DELAY_MS = 250; // after the last keystroke

/** @param {ViewContext} context @param {string} title @param {import("./user-list.js").UserListOptions} options @returns {View} */
function listView(context, title, options) {
  const list = new UserList(context, options);
  const card = h("div", { class: "card" }, list.element);
  const element = h("div", { class: "column" }, backHeading(title, "/settings/privacy"), card);
  return { title, element, components: [list], scrollList: list };
}

/** @param {ViewContext} context */
export const requestsView = (context) => listView(context, "Follow requests", followRequestsOptions());
/** @param {ViewContext} context */
export const blockedView = (context) => listView(context, "Blocked members", blockedOrMutedOptions("block"));
/** @param {ViewContext} context */
export const mutedView = (context) => listView(context, "Muted members", blockedOrMutedOptions("mute"));

class SearchResults extends UserList {
  /** @param {ViewContext} context @param {string} query */
  constructor(context, query) {
    super(context, { path: "users/search", query: { q: query }, label: "Search results", emptyText: "No members found." });
  }

  /** @param {string} query */
  async search(query) {
    this.options.query = { q: query };
    await this.load();
  }

  /** @param {number} [minItems] */
  async load(minItems) {
    const hasQuery = !!this.options.query?.q;
    this.element.hidden = !hasQuery;
    return hasQuery ? super.load(minItems) : "";
  }
}

/** @param {ViewContext} context @param {string} [initialQuery] @returns {View} */
export function searchView(context, initialQuery = "") {
  const results = new SearchResults(context, initialQuery);
  const suggestionOptions = { path: "users/suggestions", label: "Suggested members", emptyText: "No suggestions right now." };
  const suggestions = new UserList(context, suggestionOptions);
  const newest = new UserList(context, { path: "users", limit: NEW_MEMBERS, label: "New members", emptyText: "Nobody yet.", loadsByButtonOnly: true });
  const leaderboards = Object.entries(LEADERBOARDS).map(([kind, label]) => {
    const list = new UserList(context, { path: "users/leaderboard", query: { kind }, limit: 5, label, emptyText: "Nobody yet." });
    return { list, card: h("div", { class: "card" }, h("h2", {}, label), list.element) };
  });
  const fieldAttributes = { id: "search", type: "search", dir: "auto", autocomplete: "off", placeholder: "Search by name" };
  const field = h("input", { ...fieldAttributes, value: initialQuery });
  const status = h("p", { class: "visually-hidden", role: "status" });
  let searchTimer = 0;
  const search = async () => {
    const query = field.value.trim();
    history.replaceState(history.state, "", `/search/${encodeURIComponent(query)}`);
    await results.search(query);
    const count = results.rows.size;
    if (query) status.textContent = count === 1 ? "1 result" : `${count} results`;
  };
  field.addEventListener("input", () => {
    clearTimeout(searchTimer);
    searchTimer = setTimeout(search, SEARCH_DELAY_MS);
  });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    clearTimeout(searchTimer);
    search();
  };
  const form = h("form", { role: "search", submit }, h("label", { for: "search", class: "visually-hidden" }, "Search members"), field);
  const searchCard = h("div", { class: "card" }, form, status, results.element);
  const suggestionsCard = h("div", { class: "card" }, h("h2", {}, "Suggested members"), suggestions.element);
  const newestCard = h("div", { class: "card" }, h("h2", {}, "New members"), newest.element);
  const cards = [searchCard, suggestionsCard, ...leaderboards.map(({ card }) => card), newestCard];
  const element = h("div", { class: "column" }, h("h1", { tabindex: -1 }, "Search"), ...cards);
  return { title: "Search", element, components: [results, suggestions, ...leaderboards.map(({ list }) => list), newest] };
}
