/**
 * What the views are given, for as long as they are shown.
 *
 * @typedef {object} Context
 * @property {import("./api.js").Api} api
 * @property {import("./mysocial.js").EventClient} events
 * @property {any} me oneself, as `currentuser` answers it
 * @property {import("./posts/reactions.js").MyReactions} mine how one reacts
 * @property {import("./people/relations.js").Relations} relations how one stands to others
 * @property {import("./people/presence.js").Presence} presence who is online
 * @property {AbortSignal} signal aborted when the view is left
 *
 * @typedef {object} View
 * @property {string} title
 * @property {HTMLElement} element
 * @property {import("./live.js").Live[]} parts what is read, and hears
 * @property {import("./pages.js").Pages} [scrolled] the list whose length says how far one had come
 * @property {(args: string[]) => boolean} [turn] shows another place of the same kind, if it can
 */

export {};
