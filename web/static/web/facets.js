/** Texts with links, mentions and hashtags. The server recognizes them; see docs/text.md. */

import { h, profileUrl } from "./dom.js";

const URL_PATTERN = /^(?:https?|mailto):/i; // nothing else is ever a link

/**
 * @typedef {{ type: string, start: number, end: number, url?: string, mentioned_id?: string, tag?: string }} Facet
 *   `start` and `end` count code points
 */

/**
 * Returns the paragraph for a text of a person. The direction is that of its first letter.
 * @param {string} text @param {Facet[]} [facets] missing in records that were written before there were facets
 * @param {string} [className]
 */
export function textElement(text, facets = [], className = "text") {
  return h("p", { class: className, dir: "auto" }, ...textParts(text, facets));
}

/** @param {string} text @param {Facet[]} facets @returns {(Node | string)[]} */
function textParts(text, facets) {
  if (!facets.length) return [text];
  const characters = Array.from(text);
  const parts = [];
  let position = 0;
  for (const facet of facets) {
    const content = characters.slice(facet.start, facet.end).join("");
    parts.push(characters.slice(position, facet.start).join(""), facetElement(facet, content));
    position = facet.end;
  }
  return [...parts, characters.slice(position).join("")];
}

/** @param {Facet} facet @param {string} content @returns {Node | string} */
function facetElement({ type, url = "", mentioned_id, tag }, content) {
  if (type === "mention" && mentioned_id) return h("a", { href: profileUrl(mentioned_id), dir: "auto" }, content);
  if (type === "hashtag" && tag) return h("span", { class: "hashtag", dir: "auto" }, content);
  if (type !== "link" || !URL_PATTERN.test(url)) return content; // the server may add types
  return h("a", { href: url, rel: "nofollow noopener ugc", target: "_blank", dir: "auto" }, content);
}
