/** The lists of members that are views of their own, and the search. */

import { h } from "../dom.js";
import { People, requests, setAside } from "./list.js";

/**
 * @typedef {import("../context.js").Context} Context
 * @typedef {import("../context.js").View} View
 */

const PAUSE = 250; // ms after the last letter

/** @param {Context} context @param {string} title @param {import("./list.js").Kind} kind @returns {View} */
function listView(context, title, kind) {
  const list = new People(context, kind);
  const card = h("div", { class: "card" }, list.element);
  return { title, element: h("div", { class: "column" }, h("h1", { tabindex: -1 }, title), card), parts: [list], scrolled: list };
}

/** @param {Context} context */
export const requestsView = (context) => listView(context, "Follow requests", requests());
/** @param {Context} context */
export const blockedView = (context) => listView(context, "Blocked", setAside("block"));
/** @param {Context} context */
export const mutedView = (context) => listView(context, "Muted", setAside("mute"));

/** Who is found by a part of their name. */
class Found extends People {
  /** @param {Context} context @param {string} name */
  constructor(context, name) {
    super(context, { path: "users/search", query: { q: name }, label: "Found", empty: "Nobody is called so." });
  }

  /** @param {string} name */
  async look(name) {
    this.what.query = { q: name };
    await this.read();
  }

  async read() {
    const isAsked = !!this.what.query?.q;
    this.element.hidden = !isAsked;
    return isAsked ? super.read() : "";
  }
}

/** @param {Context} context @param {string} [name] @returns {View} */
export function searchView(context, name = "") {
  const found = new Found(context, name);
  const suggested = new People(context, { path: "users/suggestions", label: "Whom you might follow", empty: "You know everybody." });
  const field = h("input", { id: "search", type: "search", maxlength: 30, autocomplete: "off", placeholder: "A name, or how it begins", value: name });
  const said = h("p", { class: "hidden", role: "status" });
  let timer = 0;
  const look = async () => {
    const asked = field.value.trim();
    history.replaceState(history.state, "", `#/search/${encodeURIComponent(asked)}`);
    await found.look(asked);
    if (asked) said.textContent = `${found.rows.size} found`;
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    clearTimeout(timer);
    look();
  };
  const form = h("form", { role: "search", submit }, h("label", { for: "search", class: "hidden" }, "Search members"), field);
  const card = h("div", { class: "card" }, form, said, found.element);
  const more = h("div", { class: "card" }, h("h2", {}, "Whom you might follow"), suggested.element);
  return { title: "Search", element: h("div", { class: "column" }, h("h1", { tabindex: -1 }, "Search"), card, more), parts: [found, suggested] };
}
