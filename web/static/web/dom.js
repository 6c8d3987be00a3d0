/** DOM helpers. Data is always inserted as text, never as markup. */

import { serverNow } from "./clock.js";

/**
 * Creates an element. A function becomes an event listener, `true` an empty attribute; null, undefined and
 * false are left out, also among the children. Strings among the children become text nodes.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/** @param {{ avatar_url: string }} user @param {string} [size] */
export function avatar({ avatar_url }, size = "") {
  return h("img", { class: `avatar ${size}`, src: avatar_url, alt: "", width: 40, height: 40, loading: "lazy" });
}

/** @param {string} userId */
export const profileUrl = (userId) => `/people/${userId}`;

/** The name to show. Every page isolates its direction. @param {{ username: string, display_name?: string }} user */
export const shownName = ({ username, display_name }) => display_name || username;

/** Returns the name of a user that links to the profile. @param {{ id: string, username: string, display_name?: string }} user */
export function userLink(user) {
  return h("a", { class: "name", href: profileUrl(user.id), title: `@${user.username}` }, h("bdi", {}, shownName(user)));
}

/** Returns an icon in the color of the surrounding text. @param {string} name */
export function icon(name) {
  return h("span", { class: `icon icon-${name}`, "aria-hidden": "true" });
}

/** Marks the link of the open tab. A narrow window scrolls to it, when the tabs are on the page. @param {HTMLElement} link */
export function showCurrentTab(link) {
  link.setAttribute("aria-current", "page");
  queueMicrotask(() => {
    const tabs = link.parentElement;
    if (tabs) tabs.scrollLeft = link.offsetLeft - tabs.offsetLeft - tabs.clientWidth / 3;
  });
}

/** Announces a text to screen readers. @param {string} text */
export function announce(text) {
  byId("announcement").textContent = text;
}

const TIME_UNITS_IN_SECONDS = /** @type {[Intl.RelativeTimeFormatUnit, number][]} */ ([
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
]);
const EDITED = ", edited";
const titleFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" }); // as the device writes it
const relativeTimeFormat = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const shortTimeFormat = new Intl.RelativeTimeFormat("en", { style: "narrow" });

/** @param {string} timestamp @param {Intl.RelativeTimeFormat} [format] */
function formatRelativeTime(timestamp, format = relativeTimeFormat) {
  const seconds = (Date.parse(timestamp) - serverNow()) / 1000;
  for (const [unit, unitSeconds] of TIME_UNITS_IN_SECONDS) {
    if (-seconds >= unitSeconds) return format.format(Math.round(seconds / unitSeconds), unit);
  }
  return "just now";
}

/** @param {string} createdAt @param {string | null} [editedAt] */
export function timeElement(createdAt, editedAt = null) {
  const title = titleFormat.format(new Date(createdAt));
  return h("time", { datetime: createdAt, title }, formatRelativeTime(createdAt) + (editedAt ? EDITED : ""));
}

/** Shows the age in as few letters as possible. @param {string} createdAt */
export function shortTimeElement(createdAt) {
  const title = titleFormat.format(new Date(createdAt));
  return h("time", { datetime: createdAt, title, "data-short": true }, formatRelativeTime(createdAt, shortTimeFormat));
}

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** Shows the time of day, for lists that show the days. @param {string} createdAt @param {string | null} [editedAt] */
export function clockElement(createdAt, editedAt = null) {
  const date = new Date(createdAt);
  const text = clockFormat.format(date) + (editedAt ? EDITED : "");
  return h("time", { datetime: createdAt, title: titleFormat.format(date), "data-clock": true }, text);
}

/** Returns the name of a day: "Today", "Yesterday" or the date. @param {string} timestamp */
export function dayLabel(timestamp) {
  const startOfDay = (/** @type {number} */ ms) => new Date(ms).setHours(0, 0, 0, 0);
  const days = Math.round((startOfDay(serverNow()) - startOfDay(Date.parse(timestamp))) / 86_400_000);
  return ["Today", "Yesterday"][days] ?? dayFormat.format(new Date(timestamp));
}

/** Updates the relative times on the page. */
export function refreshTimes() {
  for (const element of document.querySelectorAll("time:not([data-clock])")) {
    const suffix = element.textContent?.endsWith(EDITED) ? EDITED : "";
    const { dateTime } = /** @type {HTMLTimeElement} */ (element);
    element.textContent = formatRelativeTime(dateTime, element.hasAttribute("data-short") ? shortTimeFormat : relativeTimeFormat) + suffix;
  }
}

/** @type {WeakSet<HTMLElement>} The forms and buttons whose action runs; `aria-busy` also marks those that load. */
const running = new WeakSet();

/**
 * Runs the action of a form or button. Ignores clicks while it runs, and shows an error when it fails.
 * @param {any} element the form or button @param {HTMLElement} errorElement @param {() => Promise<any>} action
 */
export async function runAction(element, errorElement, action) {
  if (running.has(element)) return;
  running.add(element);
  element.setAttribute("aria-busy", "true");
  errorElement.textContent = "";
  try {
    await action();
  } catch (error) {
    errorElement.textContent = errorText(error);
  } finally {
    running.delete(element);
    element.removeAttribute("aria-busy");
  }
}

/**
 * Returns the text that is shown for an error: each explanation once, after the names of its fields.
 * @param {any} error
 */
export function errorText(error) {
  /** @type {Map<string, string[]>} */ const fieldsByDetail = new Map();
  for (const { field, detail } of error.errors ?? []) {
    const fields = fieldsByDetail.get(detail) ?? [];
    fieldsByDetail.set(detail, field ? [...fields, fieldLabel(field)] : fields);
  }
  const details = [...fieldsByDetail].map(([detail, fields]) => (fields.length ? `${fields.join(", ")}: ${detail}` : detail));
  return details.length ? details.join(" ") : error.message;
}

/** Returns the name of a field in words: `who_may_message` is "Who may message". @param {string} field */
function fieldLabel(field) {
  const words = field.replaceAll("_", " ").replaceAll(".", ", ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
