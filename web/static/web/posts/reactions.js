/** Reactions to posts and comments: the totals, and the current user's own reaction. */

import { h, icon, runAction } from "../dom.js";

/** Reaction types of the API. Each has an icon, because not every device has emoji. */
export const REACTION_TYPES = ["like", "love", "happy", "wow", "sad", "angry"];

/** @param {string} type */
export function reactionIcon(type) {
  return h("span", { class: `reaction-icon reaction-icon-${type}`, role: "img", "aria-label": type });
}

/** @type {Record<string, string>} */
export const REACTION_LABELS = { like: "Like", love: "Love", happy: "Happy", wow: "Wow", sad: "Sad", angry: "Angry" };

/**
 * @typedef {object} ReactionActions
 * @property {(type: string) => Promise<any>} set sends the reaction
 * @property {() => Promise<any>} remove
 * @property {(totals: Record<string, number>) => void} showReactors shows who has reacted
 */

/** One button with a picker, and the totals, which show who has reacted. */
export class ReactionBar {
  /** @type {Record<string, any>} */ #totals = {};
  #ownReaction = /** @type {string | null} */ (null);

  /** @param {ReactionActions} actions @param {HTMLElement} errorElement */
  constructor(actions, errorElement) {
    this.actions = actions;
    this.errorElement = errorElement;
    /** @type {Record<string, number>} */ this.counts = {};
    this.button = h("button", { type: "button", class: "reaction-button", "aria-haspopup": "true", "aria-expanded": "false", click: () => this.#toggle() });
    this.picker = h("div", { class: "reaction-picker", role: "group", "aria-label": "Reactions", hidden: true });
    this.totals = h("button", { type: "button", class: "reaction-totals", hidden: true, click: () => actions.showReactors(this.counts) }, h("span", { class: "visually-hidden" }, "See who: "));
    for (const type of REACTION_TYPES) {
      const count = h("span", { class: "count" });
      const total = h("span", { class: "reaction-total", "data-reaction": type, hidden: true }, reactionIcon(type), count);
      this.#totals[type] = { total, count };
      this.totals.append(total);
    }
    this.element = h("div", { class: "reactions" }, this.button, this.picker, this.totals);
    this.element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.#close());
    this.setOwnReaction(null);
  }

  /** @param {Record<string, number>} totals */
  setTotals(totals) {
    this.counts = totals;
    this.totals.hidden = !REACTION_TYPES.some((type) => totals[type]);
    for (const [type, { total, count }] of Object.entries(this.#totals)) {
      total.hidden = !totals[type];
      count.textContent = totals[type] ? String(totals[type]) : "";
    }
  }

  /** @param {string | null} ownType */
  setOwnReaction(ownType) {
    this.#ownReaction = ownType;
    this.button.setAttribute("aria-label", ownType ? `Your reaction: ${REACTION_LABELS[ownType]}. Change it` : "React");
    this.button.classList.toggle("has-reaction", ownType !== null);
    this.button.replaceChildren(ownType ? reactionIcon(ownType) : icon("heart"), h("span", { "aria-hidden": "true" }, ownType ? REACTION_LABELS[ownType] : "React"));
    for (const button of this.picker.children) button.setAttribute("aria-pressed", String(button.dataset.reaction === ownType));
  }

  #toggle() {
    if (!this.picker.hidden) return this.#close();
    if (!this.picker.childElementCount) this.picker.append(...REACTION_TYPES.map((type) => this.#createChoice(type)));
    this.picker.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    (this.picker.querySelector("[aria-pressed=true]") ?? this.picker.firstElementChild).focus();
    this.#closeOnPointer = (event) => this.element.contains(event.target) || this.#close();
    document.addEventListener("pointerdown", this.#closeOnPointer);
  }

  /** @type {(event: any) => any} */ #closeOnPointer = () => {};

  #close() {
    const hadFocus = this.picker.contains(document.activeElement);
    this.picker.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", this.#closeOnPointer);
    if (hadFocus) this.button.focus();
  }

  /** @param {string} type */
  #createChoice(type) {
    const click = () => {
      this.#close();
      runAction(this.button, this.errorElement, () => this.#setReaction(type));
    };
    const pressed = String(type === this.#ownReaction);
    const attributes = { type: "button", class: "reaction", "data-reaction": type, title: REACTION_LABELS[type], "aria-pressed": pressed, click };
    return h("button", attributes, reactionIcon(type));
  }

  /** Sets the reaction, or removes it when it is chosen again. @param {string} type */
  async #setReaction(type) {
    const { data } = await (this.#ownReaction === type ? this.actions.remove() : this.actions.set(type));
    this.setOwnReaction(data.reaction.type);
    // The totals come with an event, in order with the reactions of other users.
  }
}
