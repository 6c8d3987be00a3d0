/** Inspector for developers. It lists each API request and each event. */

import { byId, h } from "./dom.js";

const MAX_LINES = 200;

/** @param {Node} line @param {HTMLElement} list */
function addLine(line, list) {
  list.prepend(line);
  while (list.children.length > MAX_LINES) list.lastElementChild?.remove();
}

/** @param {import("./api.js").ApiCall} call */
function callLine({ method, path, status, ms, cursor }) {
  const level = status === 0 || status >= 500 ? "bad" : status >= 400 ? "warn" : "good";
  return h(
    "li",
    { class: "call" },
    h("span", { class: "method" }, method),
    h("span", { class: "path" }, path),
    h("span", { class: `status ${level}` }, status ? String(status) : "no response"),
    h("span", { class: "ms" }, `${ms} ms`),
    cursor && h("span", { class: "cursor", title: "X-Event-Cursor" }, cursor),
  );
}

/** @param {import("./mysocial.js").ServerEvent} event */
function eventLine({ id, type, data }) {
  const summary = h(
    "summary",
    {},
    h("span", { class: "type" }, type),
    h("span", { class: "cursor" }, id ?? "ephemeral"),
  );
  const json = h("pre", { tabindex: "0" });
  // The JSON is formatted when the line is opened, because a feed can bring many events.
  const details = h("details", { toggle: () => (json.textContent ||= JSON.stringify(data, null, 2)) }, summary, json);
  return h("li", { class: "event" }, details);
}

/** @param {string} state */
const stateLine = (state) => h("li", { class: "state" }, `socket: ${state}`);

/** Starts to record, if the page has an inspector. @param {import("./api.js").Api} api @param {import("./mysocial.js").EventClient} events */
export function startInspector(api, events) {
  if (!byId("inspector")) return; // the site offers none
  const [callList, eventList, panel, toggle] = ["calls", "events", "inspector", "inspector-toggle"].map(byId);
  api.addEventListener("call", (/** @type {any} */ { detail }) => addLine(callLine(detail), callList));
  events.addEventListener("event", (/** @type {any} */ { detail }) => addLine(eventLine(detail), eventList));
  events.addEventListener("state", (/** @type {any} */ { detail }) => addLine(stateLine(detail), eventList));
  events.addEventListener("resync", (/** @type {any} */ { detail }) => addLine(stateLine(`resync (${detail})`), eventList));
  const setOpen = (/** @type {boolean} */ isOpen) => {
    panel.hidden = !isOpen;
    toggle.setAttribute("aria-expanded", String(isOpen));
    document.body.classList.toggle("inspector-open", isOpen);
  };
  toggle.addEventListener("click", () => {
    setOpen(panel.hidden);
    byId("menu").hidePopover();
  });
  byId("inspector-close").addEventListener("click", () => setOpen(false));
  byId("inspector-clear").addEventListener("click", () => {
    callList.replaceChildren();
    eventList.replaceChildren();
  });
}
