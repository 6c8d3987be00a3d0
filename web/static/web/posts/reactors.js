/** Who has reacted to a post or comment: a dialog with a filter by type. */

import { openDialogList } from "../dialog-list.js";
import { h } from "../dom.js";
import { PagedList } from "../paged-list.js";
import { userRow } from "../users/user-row.js";
import { REACTION_LABELS, REACTION_TYPES, reactionIcon } from "./reactions.js";

class ReactorList extends PagedList {
  /** @param {import("../context.js").ViewContext} context @param {string} path */
  constructor(context, path) {
    const list = h("ul", { class: "user-list", "aria-label": "Members who reacted" });
    super(context, list, { path, itemsKey: "reactions", emptyText: "No reactions that you can see." });
    this.element = h("section", { class: "user-list-section" }, this.errorElement, this.list, this.emptyElement, this.moreButton);
  }

  /** @param {any} reaction */
  getItemId({ author }) {
    return author.id;
  }

  /** @param {any} reaction */
  putItem({ author, type, created_at }) {
    const element = userRow(author, this.context, this.errorElement, [reactionIcon(type)]);
    this.rows.put(author.id, { element }, created_at);
  }

  /** Shows the reactions of one type, or of all. @param {string} type empty for all */
  filter(type) {
    for (const id of this.rows.ids) this.removeItem(id);
    this.options.query = type ? { type } : {};
    return this.load();
  }
}

/** @param {import("../context.js").ViewContext} context @param {{ path: string, totals: Record<string, number> }} options */
export function openReactors(context, { path, totals }) {
  openDialogList(context, "Reactions", (listContext) => {
    const list = new ReactorList(listContext, path);
    const select = (/** @type {string} */ type) => {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.reaction === type));
      return list.filter(type);
    };
    const types = REACTION_TYPES.filter((type) => totals[type]);
    /** @param {string} type @param {(Node | string)[]} content @param {string} label */
    const createButton = (type, content, label) =>
      h("button", { type: "button", class: "reaction", "data-reaction": type, "aria-pressed": String(!type), "aria-label": label, click: () => select(type) }, ...content);
    const buttons = [
      createButton("", ["All"], "All"),
      ...types.map((type) => createButton(type, [reactionIcon(type), String(totals[type])], `${REACTION_LABELS[type]}: ${totals[type]}`)),
    ];
    return { list, header: h("div", { class: "row", role: "group", "aria-label": "Type of reaction" }, ...buttons) };
  });
}
