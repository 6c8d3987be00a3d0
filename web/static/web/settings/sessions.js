/** The devices on which the user is signed in, and the recent sign-ins. */

import { askingButton } from "../dialog.js";
import { h, runAction, timeElement } from "../dom.js";
import { PagedList } from "../paged-list.js";
import { deviceName } from "./device-name.js";

/** @typedef {import("../context.js").ViewContext} ViewContext */

const PAGE_LIMIT = 10;

export class SessionList extends PagedList {
  /** @param {ViewContext} context */
  constructor(context) {
    const list = h("ul", { class: "device-list", "aria-label": "Devices on which you are signed in" });
    super(context, list, { path: "accounts/me/sessions", itemsKey: "sessions", limit: PAGE_LIMIT, loadsByButtonOnly: true });
    const endAll = () => context.endSessionBy(() => context.api.delete("accounts/me/sessions"), "You are signed out on all devices.");
    const question = {
      title: "Sign out everywhere?",
      text: "You are signed out on all devices, this one included. Do this when you have lost a device.",
      confirmLabel: "Sign out everywhere",
      action: endAll,
    };
    const footer = h("div", { class: "row" }, askingButton("Sign out everywhere", question));
    this.element = h("section", { class: "card fields" }, h("h2", {}, "Devices"), this.errorElement, list, this.moreButton, footer);
  }

  /** @param {any} session */
  putItem({ id, user_agent, address, created_at, last_used_at, current }) {
    const chip = current && h("span", { class: "chip good" }, "This device");
    const details = h("p", { class: "dim" }, address && `${address} · `, "active ", timeElement(last_used_at), " · signed in ", timeElement(created_at));
    const text = h("div", { class: "item-text" }, h("p", {}, h("strong", {}, deviceName(user_agent)), chip), details);
    const end = () => runAction(button, this.errorElement, async () => {
      await this.context.api.delete(`accounts/me/sessions/${id}`);
      this.removeItem(id);
    });
    const button = h("button", { type: "button", class: "soft", "aria-label": `Sign out ${deviceName(user_agent)}`, click: end }, "Sign out");
    this.rows.put(id, { element: h("li", { class: "user-row", "data-id": id }, text, current ? "" : button) }, created_at);
  }
}

export class SignInList extends PagedList {
  /** @param {ViewContext} context */
  constructor(context) {
    const list = h("ul", { class: "device-list", "aria-label": "Recent sign-ins" });
    super(context, list, { path: "accounts/me/sign-ins", itemsKey: "sign_ins", limit: PAGE_LIMIT, loadsByButtonOnly: true });
    const note = h("p", { class: "dim" }, "If you do not know one of them, change your password.");
    this.element = h("section", { class: "card fields" }, h("h2", {}, "Recent sign-ins"), note, this.errorElement, list, this.moreButton);
  }

  /** @param {any} signIn */
  putItem({ id, user_agent, network, created_at }) {
    const text = h("div", { class: "item-text" }, h("p", {}, deviceName(user_agent)), h("p", { class: "dim" }, network && `${network} · `, timeElement(created_at)));
    this.rows.put(id, { element: h("li", { class: "user-row" }, text) }, id);
  }
}
