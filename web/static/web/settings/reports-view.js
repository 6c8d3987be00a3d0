/** The user's reports to the moderators, and what became of them. */

import { backHeading } from "../back-heading.js";
import { h, timeElement } from "../dom.js";
import { PagedList } from "../paged-list.js";
import { REASONS } from "../report.js";

/** @type {Record<string, string>} */
const STATES = { open: "Open", resolved: "The moderators have acted", declined: "Nothing was done" };
/** @type {Record<string, string>} */
const TARGETS = { user: "A member", post: "A post", comment: "A comment", message: "A message" };

class ReportList extends PagedList {
  /** @param {import("../context.js").ViewContext} context */
  constructor(context) {
    const emptyText = "You have not reported anything. Each post, comment, message and profile has a menu with Report.";
    super(context, h("ul", { "aria-label": "Your reports" }), { path: "reports", itemsKey: "reports", emptyText });
    this.element = h("section", { class: "card" }, this.errorElement, this.list, this.emptyElement, this.moreButton);
  }

  /** @param {any} report */
  putItem({ id, target_type, target_id, reason, note, state, created_at }) {
    const label = TARGETS[target_type] ?? target_type;
    const paths = /** @type {Record<string, string>} */ ({ user: "/people/", post: "/posts/" });
    const target = paths[target_type] ? h("a", { href: paths[target_type] + target_id }, label) : label;
    const chip = h("span", { class: state === "resolved" ? "chip good" : "chip" }, STATES[state] ?? state);
    const text = h("div", { class: "item-text" }, h("p", {}, h("span", {}, target, ": ", REASONS[reason] ?? reason), chip), note && h("p", { dir: "auto" }, note), h("p", { class: "dim" }, timeElement(created_at)));
    this.rows.put(id, { element: h("li", { class: "user-row" }, text) });
  }

  /** @param {import("../mysocial.js").ServerEvent} event */
  applyEvent({ type, data }) {
    if (type === "notification.created" && data.notification.type === "report") this.scheduleLoad();
  }
}

/** @param {import("../context.js").ViewContext} context @returns {import("../context.js").View} */
export function reportsView(context) {
  const list = new ReportList(context);
  const element = h("div", { class: "column" }, backHeading("Your reports", "/settings/privacy"), list.element);
  return { title: "Your reports", element, components: [list], scrollList: list };
}
