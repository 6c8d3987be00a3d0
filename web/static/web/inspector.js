/** What goes over the wire, for whoever builds a client: each REST call and each event. */

import { byId, h } from "./dom.js";

const MOST = 200; // lines that are kept

/** @param {Node} line @param {HTMLElement} list */
function add(line, list) {
  list.prepend(line);
  while (list.children.length > MOST) list.lastElementChild?.remove();
}

/** @param {import("./api.js").Call} call */
function callLine({ method, path, status, ms, cursor }) {
  const kind = status === 0 || status >= 500 ? "bad" : status >= 400 ? "warn" : "good";
  return h(
    "li",
    { class: "call" },
    h("span", { class: "method" }, method),
    h("span", { class: "path" }, path),
    h("span", { class: `status ${kind}` }, status ? String(status) : "no answer"),
    h("span", { class: "ms" }, `${ms} ms`),
    cursor && h("span", { class: "cursor", title: "X-Event-Cursor" }, cursor),
  );
}

/** @param {import("./mysocial.js").Happening} event */
function eventLine({ id, type, data }) {
  const summary = h(
    "summary",
    {},
    h("span", { class: "type" }, type),
    h("span", { class: "cursor" }, id ?? "passing"),
  );
  const body = h("pre", { tabindex: "0" });
  // A feed may bring many: their JSON is laid out when somebody looks.
  const details = h("details", { toggle: () => (body.textContent ||= JSON.stringify(data, null, 2)) }, summary, body);
  return h("li", { class: "event" }, details);
}

/** @param {string} state */
const stateLine = (state) => h("li", { class: "state" }, `socket: ${state}`);

/** Records from now on. @param {import("./api.js").Api} api @param {import("./mysocial.js").EventClient} events */
export function inspect(api, events) {
  const [calls, heard, pane, toggle] = ["calls", "events", "inspector", "inspect"].map(byId);
  api.addEventListener("call", (/** @type {any} */ { detail }) => add(callLine(detail), calls));
  events.addEventListener("event", (/** @type {any} */ { detail }) => add(eventLine(detail), heard));
  events.addEventListener("state", (/** @type {any} */ { detail }) => add(stateLine(detail), heard));
  events.addEventListener("readagain", (/** @type {any} */ { detail }) => add(stateLine(`read again (${detail})`), heard));
  const show = (/** @type {boolean} */ open) => {
    pane.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    document.body.classList.toggle("inspected", open);
  };
  toggle.addEventListener("click", () => {
    show(pane.hidden);
    byId("menu").hidePopover();
  });
  byId("shut").addEventListener("click", () => show(false));
  byId("clear").addEventListener("click", () => {
    calls.replaceChildren();
    heard.replaceChildren();
  });
  return { openWhereThereIsRoom: () => show(matchMedia("(min-width: 70rem)").matches) };
}
