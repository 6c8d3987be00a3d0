/** What one was told, newest first: read one, read all, delete. */

import { avatar, doing, h, icon, time } from "../dom.js";
import { Pages } from "../pages.js";
import { placeOf, saying } from "./words.js";

class Notifications extends Pages {
  #unread = 0;

  /** @param {import("../context.js").Context} context */
  constructor(context) {
    super(context, h("ol", { class: "told", "aria-label": "Notifications" }), { path: "notifications", noun: "notifications", empty: "Nothing has happened yet." });
    this.all = h("button", { type: "button", class: "quiet", click: () => doing(this.all, this.said, () => context.api.post("notifications/read-all")) }, "Read all");
    const requests = context.me.is_private && h("a", { href: "#/requests" }, "Follow requests");
    const head = h("div", { class: "line between" }, h("h1", { tabindex: -1 }, "Notifications"), requests, this.all);
    this.element = h("div", { class: "column" }, head, h("div", { class: "card" }, this.said, this.list, this.empty, this.more));
  }

  /** @param {any} notification */
  put(notification) {
    const { id, actor, read, created_at } = notification;
    const path = `notifications/${id}`;
    const mark = (/** @type {boolean} */ on) => this.context.api.patch(path, { read: on });
    // Who goes where it leads has read it; should that not be told, it stays unread.
    const visit = () => read || mark(true).catch(() => {});
    const link = h("a", { href: placeOf(notification), click: visit }, h("strong", {}, actor.username), ` ${saying(notification)}`);
    const words = h("div", { class: "who" }, h("p", {}, !read && h("span", { class: "hidden" }, "Unread: "), link), h("p", { class: "dim" }, time(created_at)));
    const toggle = h("button", { type: "button", class: "quiet", click: () => doing(toggle, this.said, () => mark(!read)) }, read ? "Mark as unread" : "Mark as read");
    const remove = h("button", { type: "button", class: "quiet", "aria-label": "Delete this notification", click: () => doing(remove, this.said, () => this.context.api.delete(path)) }, icon("close"));
    const element = h("li", { class: read ? "notice" : "notice unread", "data-id": id }, avatar(actor), words, toggle, remove);
    const had = this.rows.get(id)?.element;
    const place = had?.contains(document.activeElement) ? [...had.querySelectorAll("a, button")].indexOf(document.activeElement) : -1;
    this.rows.put(id, { notification, element });
    if (place >= 0) element.querySelectorAll("a, button")[place].focus();
  }

  /** @param {import("../api.js").Answer} found */
  show(found) {
    this.#unread = found.data.unread_count;
    super.show(found);
  }

  settle() {
    super.settle();
    this.all.hidden = this.#unread === 0;
  }

  /** @param {import("../mysocial.js").Happening} event */
  apply({ type, data }) {
    this.#unread = data.unread_count ?? this.#unread;
    if (type === "notification.created") this.put(data.notification);
    else if (type === "notification.updated") this.#mark(data.ids, data.read);
    else if (type === "notification.deleted") this.remove(data.id);
    else if (type === "block.created" || type === "mute.created" || (type === "user.hidden" && data.what === "all")) this.#drop((one) => one.actor.id === data.user_id);
    else if (type === "user.deleted") this.#drop((one) => one.actor.id === data.id);
    else if (type === "post.deleted") this.#drop((one) => one.post_id === data.id);
    else if (["block.deleted", "mute.deleted", "user.shown", "user.hidden"].includes(type)) this.again();
    else if (type === "follow.created" && data.follower_id === this.context.me.id) this.again();
    this.settle();
  }

  /** @param {string[]} ids @param {boolean} read */
  #mark(ids, read) {
    for (const id of ids) {
      const known = this.rows.get(id);
      if (known) this.put({ ...known.notification, read });
    }
  }

  /** @param {(notification: any) => boolean} unwanted */
  #drop(unwanted) {
    for (const { notification } of this.rows.lines) if (unwanted(notification)) this.remove(notification.id);
  }
}

/** @param {import("../context.js").Context} context @returns {import("../context.js").View} */
export function notificationsView(context) {
  const list = new Notifications(context);
  return { title: "Notifications", element: list.element, parts: [list], scrolled: list };
}
