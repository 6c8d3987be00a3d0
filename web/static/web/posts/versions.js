/** Edit history of a post: a dialog with its earlier versions. */

import { openDialogList } from "../dialog-list.js";
import { h, timeElement } from "../dom.js";
import { textElement } from "../facets.js";
import { mediaElements } from "../media.js";
import { PagedList } from "../paged-list.js";

class VersionList extends PagedList {
  /** @param {import("../context.js").ViewContext} context @param {string} postId */
  constructor(context, postId) {
    const list = h("ol", { class: "versions", "aria-label": "Versions, newest first" });
    super(context, list, { path: `posts/${postId}/versions`, itemsKey: "versions", emptyText: "This post was not edited." });
    this.element = h("section", { class: "fields" }, this.errorElement, this.list, this.emptyElement, this.moreButton);
  }

  /** @param {any} version */
  putItem({ id, text, facets, written_at, ...version }) {
    const content = [h("p", { class: "dim" }, timeElement(written_at)), textElement(text, facets), ...mediaElements(version, "Picture in this version")];
    this.rows.put(id, { element: h("li", {}, ...content) }, written_at);
  }
}

/** @param {import("../context.js").ViewContext} context @param {string} postId */
export function openVersions(context, postId) {
  openDialogList(context, "Earlier versions", (listContext) => ({ list: new VersionList(listContext, postId) }));
}
