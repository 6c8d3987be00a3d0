/** Notifications view: the list, newest first, with read and delete actions. */

import { avatar, h, runAction, shownName, timeElement } from "../dom.js";
import { menuButton } from "../menu.js";
import { PagedList } from "../paged-list.js";
import { isAboutModeration, notificationSentence, notificationText, notificationUrl } from "./texts.js";

const FOCUSABLE = "a, button";

class NotificationList extends PagedList {
  #unreadCount = 0;

  /** @param {import("../context.js").ViewContext} context */
  constructor(context) {
    const list = h("ol", { "aria-label": "Notifications" });
    super(context, list, { path: "notifications", itemsKey: "notifications", emptyText: "No notifications yet." });
    const markAllRead = () => runAction(this.markAllButton, this.errorElement, () => context.api.post("notifications/read-all"));
    this.markAllButton = h("button", { type: "button", class: "quiet", click: markAllRead }, "Mark all as read");
    const requestsLink = context.currentUser.is_private && h("a", { href: "/requests" }, "Follow requests");
    const header = h("div", { class: "row space-between" }, h("h1", { tabindex: -1 }, "Notifications"), requestsLink, this.markAllButton);
    const card = h("div", { class: "card" }, this.errorElement, this.list, this.emptyElement, this.moreButton);
    this.element = h("div", { class: "column" }, header, card);
  }

  /** @param {any} notification */
  putItem(notification) {
    const { id } = notification;
    const element = this.#createRow(notification);
    const oldElement = this.rows.get(id)?.element;
    const hasFocus = oldElement?.contains(document.activeElement);
    const focusIndex = hasFocus ? [...oldElement.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement) : -1;
    this.rows.put(id, { notification, element });
    if (focusIndex >= 0) element.querySelectorAll(FOCUSABLE)[focusIndex].focus();
  }

  /** @param {any} notification */
  #createRow(notification) {
    const { id, actor, read, created_at } = notification;
    const path = `notifications/${id}`;
    const setRead = (/** @type {boolean} */ isRead) => this.context.api.patch(path, { read: isRead });
    // Following the link marks the notification as read. When that fails, it stays unread.
    const onVisit = () => read || setRead(true).catch(() => {});
    const linkAttributes = { href: notificationUrl(notification), click: onVisit };
    const subject = isAboutModeration(notification) ? null : h("strong", {}, h("bdi", {}, shownName(actor)), " ");
    const link = h("a", { ...linkAttributes, class: "text", dir: "auto" }, subject, notificationText(notification));
    const title = h("p", {}, !read && h("span", { class: "visually-hidden" }, "Unread: "), link);
    const text = h("div", { class: "item-text" }, title, h("p", { class: "dim" }, timeElement(created_at)));
    const menu = menuButton(`Actions: ${notificationSentence(notification)}`, () => [
      { label: read ? "Mark as unread" : "Mark as read", run: () => runAction(menu, this.errorElement, () => setRead(!read)) },
      { label: "Delete", run: () => runAction(menu, this.errorElement, () => this.context.api.delete(path)), isDangerous: true },
    ]);
    const attributes = { class: read ? "notification" : "notification unread", "data-id": id };
    return h("li", attributes, avatar(actor), text, menu);
  }

  /** @param {import("../api.js").ApiResponse} response */
  showPage(response) {
    this.#unreadCount = response.data.unread_count;
    super.showPage(response);
  }

  onItemsChanged() {
    super.onItemsChanged();
    this.markAllButton.hidden = this.#unreadCount === 0;
  }

  /** @param {import("../mysocial.js").ServerEvent} event */
  applyEvent({ type, data }) {
    const isHidden = type === "user.hidden" && data.what === "all";
    this.#unreadCount = data.unread_count ?? this.#unreadCount;
    if (type === "notification.created") this.putItem(data.notification);
    else if (type === "notification.updated") this.#setRead(data);
    else if (type === "notification.deleted") this.removeItem(data.id);
    else if (type === "block.created" || type === "mute.created" || isHidden) this.#removeByActor(data.user_id);
    else if (type === "user.deleted") this.#removeByActor(data.id);
    else if (type === "post.deleted") this.#removeWhere(({ post_id }) => post_id === data.id);
    else if (["block.deleted", "mute.deleted", "user.shown", "user.hidden"].includes(type)) this.scheduleLoad();
    else if (type === "follow.created" && data.follower_id === this.context.currentUser.id) this.scheduleLoad();
    this.onItemsChanged();
  }

  /** @param {{ ids: string[], up_to: string | null, read: boolean }} change */
  #setRead({ ids, up_to, read }) {
    for (const { notification } of this.rows.items) {
      const isMarked = ids.includes(notification.id) || notification.id <= (up_to ?? "");
      if (isMarked && notification.read !== read) this.putItem({ ...notification, read });
    }
  }

  /** @param {string} userId */
  #removeByActor(userId) {
    this.#removeWhere(({ actor }) => actor.id === userId);
  }

  /** @param {(notification: any) => boolean} predicate */
  #removeWhere(predicate) {
    for (const { notification } of this.rows.items) if (predicate(notification)) this.removeItem(notification.id);
  }
}

/** @param {import("../context.js").ViewContext} context @returns {import("../context.js").View} */
export function notificationsView(context) {
  const list = new NotificationList(context);
  return { title: "Notifications", element: list.element, components: [list], scrollList: list };
}
