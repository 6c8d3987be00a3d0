/** Lists of members: followers, whom one follows, requests, blocked, muted, found, suggested. */

import { doing, h, risky } from "../dom.js";
import { Pages } from "../pages.js";
import { personLine } from "./person.js";

/**
 * @typedef {import("../context.js").Context} Context
 * @typedef {import("../mysocial.js").Happening} Happening
 * @typedef {object} Kind
 * @property {string} path
 * @property {string} label
 * @property {string} empty
 * @property {Record<string, string>} [query]
 * @property {(event: Happening, me: string) => string | true | undefined} [changes] who leaves the list by an event, or
 *   true when it is read again: who comes to a list is shown with more than an event tells
 * @property {(person: any, list: People) => HTMLElement[]} [buttons]
 * @property {boolean} [keepsBlocked]
 */

export class People extends Pages {
  #arrived = 0;

  /** @param {Context} context @param {Kind} kind */
  constructor(context, kind) {
    super(context, h("ul", { class: "people-list", "aria-label": kind.label }), { ...kind, noun: "users", newestFirst: false });
    this.kind = kind;
    this.element = h("section", { class: "people-part" }, this.said, this.list, this.empty, this.more);
  }

  /** Reads how one stands to those on the page, where the answer does not say it. @param {string | null} cursor @param {() => boolean} stands */
  async fetch(cursor, stands) {
    const found = await super.fetch(cursor, stands);
    const { relations } = this.context;
    for (const { relation } of found.data.users) if (relation) relations.put(relation, found.cursor);
    await relations.read(found.data.users.map((/** @type {any} */ one) => one.id).filter((/** @type {string} */ id) => !relations.get(id)));
    return found;
  }

  async read() {
    this.#arrived = 0;
    return super.read();
  }

  /** They stand as the server orders them. @param {any} person */
  put(person) {
    const { username, avatar_url, is_private } = person;
    const looks = [username, avatar_url, is_private].join(" ");
    const known = this.rows.get(person.id);
    const line = known?.looks === looks ? known : { looks, element: personLine(person, this.context, this.said, this.kind.buttons?.(person, this)) };
    this.rows.put(person.id, line, String(++this.#arrived).padStart(8, "0"));
  }

  /** @param {Happening} event */
  apply(event) {
    const { type, data } = event;
    const change = this.kind.changes?.(event, this.context.me.id);
    if (change === true || type === "user.shown" || (type === "block.deleted" && !this.kind.keepsBlocked)) this.again();
    else if (change) this.remove(change);
    else if (type === "user.deleted") this.remove(data.id);
    else if (type === "user.hidden" && data.what === "all") this.remove(data.user_id);
    else if (type === "block.created" && !this.kind.keepsBlocked) this.remove(data.user_id);
    this.settle();
  }

  /** @param {any} error */
  refused(error) {
    if (error.status !== 404) return super.refused(error);
    this.empty.textContent = "You may not see this list.";
    this.empty.hidden = false;
  }
}

/** @param {any} owner @param {string} me @returns {Kind} */
export function followersOf({ id, username }, me) {
  const changes = (/** @type {Happening} */ { type, data }) => {
    if (type === "follow.created" && data.followee_id === id) return true;
    if (type === "follow.deleted" && data.followee_id === id) return data.follower_id;
  };
  const buttons = (/** @type {any} */ person, /** @type {People} */ list) => [
    risky("Remove", list.said, () => list.context.api.delete(`users/me/followers/${person.id}`), { "aria-label": `Remove ${person.username} from your followers` }),
  ];
  const kind = { path: `users/${id}/followers`, label: `Followers of ${username}`, empty: "Nobody yet.", changes };
  return id === me ? { ...kind, buttons } : kind;
}

/** @param {any} owner @returns {Kind} */
export function followedBy({ id, username }) {
  const changes = (/** @type {Happening} */ { type, data }) => {
    if (type === "follow.created" && data.follower_id === id) return true;
    if (type === "follow.deleted" && data.follower_id === id) return data.followee_id;
  };
  return { path: `users/${id}/following`, label: `Followed by ${username}`, empty: "Nobody yet.", changes };
}

/** @returns {Kind} */
export function requests() {
  /** @param {Happening} event @param {string} me */
  const changes = ({ type, data }, me) => {
    if (data.followee_id !== me) return undefined;
    if (type === "follow.requested") return true;
    if (type === "follow.unrequested" || type === "follow.created") return data.follower_id;
  };
  /** @param {any} person @param {People} list @returns {HTMLElement[]} */
  const buttons = (person, list) => {
    const path = `users/me/follow-requests/${person.id}`;
    const { api, relations } = list.context;
    const answer = async (/** @type {boolean} */ yes) => {
      const { data, cursor } = yes ? await api.put(path, {}) : await api.delete(path);
      relations.put(data.relation, cursor);
      list.remove(person.id);
      list.settle();
    };
    const accept = h("button", { type: "button", "aria-label": `Accept ${person.username}`, click: () => doing(accept, list.said, () => answer(true)) }, "Accept");
    const refuse = h("button", { type: "button", class: "quiet", "aria-label": `Refuse ${person.username}`, click: () => doing(refuse, list.said, () => answer(false)) }, "Refuse");
    return [accept, refuse];
  };
  return { path: "users/me/follow-requests", label: "Follow requests", empty: "Nobody asks to follow you.", changes, buttons };
}

/** Members to whom one stands in a way that a button ends. @param {"block" | "mute"} what @returns {Kind} */
export function setAside(what) {
  const done = what === "block" ? "blocked" : "muted";
  /** @param {Happening} event */
  const changes = ({ type, data }) => (type === `${what}.created` ? true : type === `${what}.deleted` ? data.user_id : undefined);
  /** @param {any} person @param {People} list @returns {HTMLElement[]} */
  const buttons = (person, list) => {
    const end = () => list.context.relations.set(person.id, what, false);
    const label = `Un${what} ${person.username}`;
    const button = h("button", { type: "button", class: "soft", "aria-label": label, click: () => doing(button, list.said, end) }, `Un${what}`);
    return [button];
  };
  return { path: `users/me/${what}s`, label: `Whom you have ${done}`, empty: `You have ${done} nobody.`, changes, buttons, keepsBlocked: what === "block" };
}
