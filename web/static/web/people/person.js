/** A member in a list, and the buttons that say and change how one stands to them. */

import { avatar, doing, h, named, profileOf } from "../dom.js";

/** @typedef {import("../context.js").Context} Context */

/** Follow, ask, unfollow, withdraw; or unblock. */
export class FollowButton {
  /** @param {any} person @param {Context} context @param {HTMLElement} said */
  constructor(person, { relations, signal, me }, said) {
    this.person = person;
    this.relations = relations;
    this.element = h("button", { type: "button", hidden: true, click: () => doing(this.element, said, () => this.#change()) });
    if (person.id === me.id) return;
    relations.addEventListener(person.id, () => this.draw(), { signal });
    this.draw();
  }

  draw() {
    const relation = this.relations.get(this.person.id);
    if (!relation) return;
    const { following, requested, blocking } = relation;
    const name = this.person.username;
    const [text, label] = blocking
      ? ["Unblock", `Unblock ${name}`]
      : following
        ? ["Following", `Following ${name}: unfollow`]
        : requested
          ? ["Requested", `Withdraw the request to ${name}`]
          : ["Follow", `Follow ${name}`];
    this.element.textContent = text;
    this.element.setAttribute("aria-label", label);
    this.element.className = following || requested || blocking ? "soft" : "";
    this.element.hidden = false;
  }

  #change() {
    const { following, requested, blocking } = this.relations.get(this.person.id) ?? {};
    if (blocking) return this.relations.set(this.person.id, "block", false);
    return this.relations.set(this.person.id, "follow", !following && !requested);
  }
}

/**
 * One line of a list of members.
 * @param {any} person @param {Context} context @param {HTMLElement} said @param {(Node | null)[]} [extra] in place of the button
 */
export function personLine(person, context, said, extra) {
  const face = h("a", { href: profileOf(person.id), tabindex: -1, "aria-hidden": "true" }, avatar(person));
  const chip = h("span", { class: "chip", hidden: true }, "Follows you");
  const draw = () => (chip.hidden = !context.relations.get(person.id)?.followed_by);
  context.relations.addEventListener(person.id, draw, { signal: context.signal });
  draw();
  const about = person.quote ? h("p", { class: "dim" }, person.quote) : null;
  const who = h("div", { class: "who" }, h("p", {}, named(person), person.is_private && h("span", { class: "chip" }, "Private"), chip), about);
  const buttons = extra ?? [new FollowButton(person, context, said).element];
  return h("li", { class: "person", "data-id": person.id }, face, who, ...buttons);
}
