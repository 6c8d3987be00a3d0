/**
 * Types shared by the views.
 *
 * @typedef {object} ViewContext what a view may use while it is shown
 * @property {import("./api.js").Api} api
 * @property {import("./mysocial.js").EventClient} events
 * @property {any} currentUser as returned by `accounts/me`
 * @property {import("./users/relationships.js").Relationships} relationships
 * @property {import("./users/presence.js").Presence} presence
 * @property {import("./drafts.js").Drafts} drafts
 * @property {import("./response-cache.js").ResponseCache} cache
 * @property {import("./topic-set.js").TopicSet} topics
 * @property {(action: () => Promise<any>, text: string) => Promise<void>} endSessionBy runs an action that ends the
 *   session, and shows a text on the sign-in page
 * @property {AbortSignal} signal aborted when the view is left
 *
 * @typedef {object} View
 * @property {string} title
 * @property {HTMLElement} element
 * @property {import("./live-component.js").LiveComponent[]} components
 * @property {import("./paged-list.js").PagedList} [scrollList] the list whose length is restored with the
 *   scroll position
 * @property {(route: string[]) => boolean} [navigate] shows another route in this view; returns false when
 *   that needs another view
 */

export {};
