/** Plain DOM: elements made of data, which is always text and never markup. */

/**
 * Makes an element. A property that is a function is a listener, `true` an empty attribute; null and
 * false are left out. Strings among the children become text.
 * @param {string} tag
 * @param {Record<string, any>} [given]
 * @param {...(Node | string | null | false)} children
 * @returns {any}
 */
export function h(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === false || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/** @param {{ avatar_url: string }} person @param {string} [size] */
export function avatar({ avatar_url }, size = "") {
  return h("img", { class: `avatar ${size}`, src: avatar_url, alt: "", width: 40, height: 40, loading: "lazy" });
}

/** @param {string} id */
export const profileOf = (id) => `#/people/${id}`;

/** A member's name, which leads to their profile. @param {{ id: string, username: string }} person */
export function named({ id, username }) {
  return h("a", { class: "name", href: profileOf(id) }, username);
}

/** A picture of ours, in the colour of the text beside it. @param {string} name */
export function icon(name) {
  return h("span", { class: `icon icon-${name}`, "aria-hidden": "true" });
}

/** Tells, to those who do not see it, what has come. @param {string} text */
export function news(text) {
  byId("news").textContent = text;
}

const UNITS = /** @type {[Intl.RelativeTimeFormatUnit, number][]} */ ([
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
]);
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** Returns when something was, in words. @param {string} at */
function ago(at) {
  const seconds = (Date.parse(at) - Date.now()) / 1000;
  for (const [unit, length] of UNITS) {
    if (-seconds >= length) return relative.format(Math.round(seconds / length), unit);
  }
  return "just now";
}

/** @param {string} at @param {string | null} [edited] */
export function time(at, edited = null) {
  const title = new Date(at).toLocaleString("en");
  return h("time", { datetime: at, title }, ago(at) + (edited ? ", edited" : ""));
}

/** Tells the words of all times under an element anew. */
export function refreshTimes() {
  for (const element of document.querySelectorAll("time")) {
    const edited = element.textContent?.endsWith(", edited") ? ", edited" : "";
    element.textContent = ago(element.dateTime) + edited;
  }
}

/**
 * Carries out what a form or button asks for: once at a time, and with its refusal shown.
 * @param {any} element a form or a button @param {HTMLElement} said where a refusal is shown
 * @param {() => Promise<any>} work
 */
export async function doing(element, said, work) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  said.textContent = "";
  try {
    await work();
  } catch (error) {
    said.textContent = sentence(error);
  } finally {
    element.removeAttribute("aria-busy");
  }
}

/**
 * A button that asks before it does what can't be undone.
 * @param {string} label @param {HTMLElement} said @param {() => Promise<any>} work @param {Record<string, any>} [given]
 */
export function risky(label, said, work, given = {}) {
  let sure = false;
  const click = () => {
    if (sure) return doing(button, said, work);
    sure = true;
    button.textContent = "Really?";
  };
  const blur = () => {
    sure = false;
    button.textContent = label;
  };
  const button = h("button", { type: "button", class: "quiet", ...given, click, blur }, label);
  return button;
}

/** Returns an error as a sentence for people. @param {any} error */
export function sentence(error) {
  const fields = (error.errors ?? []).map((/** @type {any} */ one) => (one.field ? `${one.field}: ${one.detail}` : one.detail));
  return fields.length ? fields.join(" ") : error.message;
}
