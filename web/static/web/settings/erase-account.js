/** Erasing the account, which needs the password. */

import { showDialog } from "../dialog.js";
import { h, runAction } from "../dom.js";
import { LiveComponent } from "../live-component.js";

export class EraseAccount extends LiveComponent {
  /** @param {import("../context.js").ViewContext} context */
  constructor(context) {
    const open = () => openQuestion(context);
    const button = h("button", { type: "button", class: "danger", click: open }, "Delete your account…");
    const text = "Your profile, posts, comments, reactions, messages and pictures are deleted for everybody, for good.";
    super(h("section", { class: "card fields" }, h("h2", {}, "Delete your account"), h("p", {}, text), h("div", { class: "row" }, button)), context.signal);
    this.element = this.container;
  }
}

/** @param {import("../context.js").ViewContext} context */
function openQuestion({ api, endSessionBy }) {
  const password = h("input", { id: "erase-password", type: "password", autocomplete: "current-password", required: true });
  const errorElement = h("p", { class: "error", role: "alert" });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const erase = () => api.delete("accounts/me", { password: password.value });
    runAction(form, errorElement, () => endSessionBy(erase, "Your account is deleted."));
  };
  const cancel = h("button", { type: "button", class: "soft", click: () => dialog.close() }, "Cancel");
  const form = h(
    "form",
    { class: "fields", submit },
    h("h2", {}, "Delete your account?"),
    h("p", {}, "This cannot be undone, and nobody can restore it. You may want to request a copy of your data before."),
    h("div", {}, h("label", { for: password.id }, "Your password"), password),
    errorElement,
    h("div", { class: "row dialog-buttons" }, cancel, h("button", { type: "submit", class: "danger" }, "Delete for good")),
  );
  const dialog = showDialog(form, { label: "Delete your account?" });
  password.focus();
}
