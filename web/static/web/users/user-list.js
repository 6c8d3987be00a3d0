/** Lists of users: followers, followed users, follow requests, blocked and muted users. */

import { askingButton } from "../dialog.js";
import { h, runAction } from "../dom.js";
import { PagedList } from "../paged-list.js";
import { userRow } from "./user-row.js";

const SORT_KEY_DIGITS = 8; // zero-padded, so that keys sort as text

/**
 * @typedef {import("../context.js").ViewContext} ViewContext
 * @typedef {import("../mysocial.js").ServerEvent} ServerEvent
 * @typedef {typeof RELOAD | string | undefined} ListChange the id of a user to remove, or `RELOAD`
 * @typedef {object} UserListOptions
 * @property {string} path
 * @property {string} label
 * @property {string} emptyText
 * @property {Record<string, string>} [query]
 * @property {number} [limit]
 * @property {boolean} [loadsByButtonOnly]
 * @property {(event: ServerEvent, currentUserId: string) => ListChange} [getChange] effect of an event on the list
 * @property {(user: any, list: UserList) => HTMLElement[]} [createButtons]
 * @property {boolean} [showsBlocked]
 */

/** The list has to be loaded again: a user was added, and events do not contain all that a row shows. */
const RELOAD = Symbol("reload");

export class UserList extends PagedList {
  #itemCount = 0;

  /** @param {ViewContext} context @param {UserListOptions} options */
  constructor(context, options) {
    super(context, h("ul", { class: "user-list", "aria-label": options.label }), { ...options, itemsKey: "users", newestFirst: false });
    this.userListOptions = options;
    this.element = h("section", { class: "user-list-section" }, this.errorElement, this.list, this.emptyElement, this.moreButton);
  }

  /** Also loads the relationships that the rows of some lists do not contain. @param {string | null} cursor @param {() => boolean} isCurrent */
  async fetchPage(cursor, isCurrent) {
    const response = await super.fetchPage(cursor, isCurrent);
    const { relationships } = this.context;
    /** @type {any[]} */ const users = response.data.users;
    for (const { id, relation, viewer } of users) relationships.putFrom({ id, relation, viewer }, response.cursor);
    await relationships.load(users.map(({ id }) => id).filter((id) => !relationships.get(id)));
    return response;
  }

  onFirstPage() {
    this.#itemCount = 0;
  }

  /** Adds a user at the end: the order is that of the server. @param {any} user */
  putItem(user) {
    const { username, display_name, avatar_url, is_private } = user;
    const fingerprint = [username, display_name, avatar_url, is_private].join(" ");
    const oldRow = this.rows.get(user.id);
    const row = oldRow?.fingerprint === fingerprint ? oldRow : { fingerprint, element: this.#createRow(user) };
    this.rows.put(user.id, row, String(++this.#itemCount).padStart(SORT_KEY_DIGITS, "0"));
  }

  /** @param {any} user */
  #createRow(user) {
    return userRow(user, this.context, this.errorElement, this.userListOptions.createButtons?.(user, this));
  }

  /** @param {ServerEvent} event */
  applyEvent(event) {
    const { type, data } = event;
    const { getChange, showsBlocked } = this.userListOptions;
    const change = getChange?.(event, this.context.currentUser.id);
    if (change === RELOAD || type === "user.shown" || (type === "block.deleted" && !showsBlocked)) this.scheduleLoad();
    else if (change) this.removeItem(change);
    else if (type === "user.deleted") this.removeItem(data.id);
    else if (type === "user.hidden" && data.what === "all") this.removeItem(data.user_id);
    else if (type === "block.created" && !showsBlocked) this.removeItem(data.user_id);
    this.onItemsChanged();
  }

  /** @param {any} error */
  handleLoadError(error) {
    if (error.status !== 404) return super.handleLoadError(error);
    this.emptyElement.textContent = "You do not have access to this list.";
    this.emptyElement.hidden = false;
  }
}

/** @param {any} owner @param {string} currentUserId @returns {UserListOptions} */
export function followersOptions({ id, username }, currentUserId) {
  /** @param {ServerEvent} event @returns {ListChange} */
  const getChange = ({ type, data }) => {
    if (type === "follow.created" && data.followee_id === id) return RELOAD;
    if (type === "follow.deleted" && data.followee_id === id) return data.follower_id;
  };
  /** @param {any} user @param {UserList} list @returns {HTMLElement[]} */
  const createButtons = (user, list) => {
    const question = {
      title: `Remove ${user.username} from your followers?`,
      text: "They no longer see your posts in their feed, and posts for followers not at all. They get no notification.",
      confirmLabel: "Remove",
      action: () => list.context.api.delete(`users/me/followers/${user.id}`),
    };
    return [askingButton("Remove", question, { "aria-label": `Remove ${user.username} from your followers` })];
  };
  const options = { path: `users/${id}/followers`, label: `Followers of ${username}`, emptyText: "No followers yet.", getChange };
  return id === currentUserId ? { ...options, createButtons } : options;
}

/** @param {any} owner @returns {UserListOptions} */
export function followingOptions({ id, username }) {
  /** @param {ServerEvent} event @returns {ListChange} */
  const getChange = ({ type, data }) => {
    if (type === "follow.created" && data.follower_id === id) return RELOAD;
    if (type === "follow.deleted" && data.follower_id === id) return data.followee_id;
  };
  return { path: `users/${id}/following`, label: `Followed by ${username}`, emptyText: "Not following anyone yet.", getChange };
}

/** @returns {UserListOptions} */
export function followRequestsOptions() {
  /** @param {ServerEvent} event @param {string} currentUserId @returns {ListChange} */
  const getChange = ({ type, data }, currentUserId) => {
    if (data.followee_id !== currentUserId) return undefined;
    if (type === "follow.requested") return RELOAD;
    if (type === "follow.unrequested" || type === "follow.created") return data.follower_id;
  };
  /** @param {any} user @param {UserList} list @returns {HTMLElement[]} */
  const createButtons = (user, list) => {
    const path = `users/me/follow-requests/${user.id}`;
    const { api, relationships } = list.context;
    const respond = async (/** @type {boolean} */ isAccepted) => {
      const { data, cursor } = isAccepted ? await api.put(path, {}) : await api.delete(path);
      relationships.put(data.relation, cursor);
      list.removeItem(user.id);
      list.onItemsChanged();
    };
    const accept = () => runAction(acceptButton, list.errorElement, () => respond(true));
    const decline = () => runAction(declineButton, list.errorElement, () => respond(false));
    const acceptButton = h("button", { type: "button", "aria-label": `Accept ${user.username}`, click: accept }, "Accept");
    const declineAttributes = { type: "button", class: "quiet", "aria-label": `Decline ${user.username}`, click: decline };
    const declineButton = h("button", declineAttributes, "Decline");
    return [acceptButton, declineButton];
  };
  return { path: "users/me/follow-requests", label: "Follow requests", emptyText: "No follow requests.", getChange, createButtons };
}

/** Returns the options for the list of blocked or muted users. @param {"block" | "mute"} kind @returns {UserListOptions} */
export function blockedOrMutedOptions(kind) {
  const participle = kind === "block" ? "blocked" : "muted";
  /** @param {ServerEvent} event @returns {ListChange} */
  const getChange = ({ type, data }) => {
    if (type === `${kind}.created`) return RELOAD;
    if (type === `${kind}.deleted`) return data.user_id;
  };
  /** @param {any} user @param {UserList} list @returns {HTMLElement[]} */
  const createButtons = (user, list) => {
    const click = () => runAction(button, list.errorElement, () => list.context.relationships.set(user.id, kind, false));
    const button = h("button", { type: "button", class: "soft", "aria-label": `Un${kind} ${user.username}`, click }, `Un${kind}`);
    return [button];
  };
  return {
    path: `users/me/${kind}s`,
    label: `Members you have ${participle}`,
    emptyText: `You have not ${participle} anyone.`,
    getChange,
    createButtons,
    showsBlocked: kind === "block",
  };
}
