/** Row of a user in a list, and the follow button. */

import { avatar, h, profileUrl, runAction, userLink } from "../dom.js";

/** @typedef {import("../context.js").ViewContext} ViewContext */

/** Button to follow, unfollow, cancel a follow request or unblock, depending on the relationship. */
export class FollowButton {
  /** @param {any} user @param {ViewContext} context @param {HTMLElement} errorElement */
  constructor(user, { relationships, signal, currentUser }, errorElement) {
    this.user = user;
    this.relationships = relationships;
    const click = () => runAction(this.element, errorElement, () => this.#changeRelationship());
    this.element = h("button", { type: "button", hidden: true, click });
    if (user.id === currentUser.id) return;
    relationships.addEventListener(user.id, () => this.render(), { signal });
    this.render();
  }

  render() {
    const relation = this.relationships.get(this.user.id);
    if (!relation) return;
    const { following, requested, blocking } = relation;
    const [text, label] = this.#texts(relation);
    this.element.textContent = text;
    this.element.setAttribute("aria-label", label);
    this.element.className = following || requested || blocking ? "soft" : "";
    this.element.hidden = false;
  }

  /** Returns the visible text and the accessible label. @param {import("./relationships.js").Relation} relation */
  #texts({ following, requested, blocking }) {
    const { username } = this.user;
    if (blocking) return ["Unblock", `Unblock ${username}`];
    if (following) return ["Following", `Following ${username}: unfollow`];
    if (requested) return ["Requested", `Requested to follow ${username}: cancel the request`];
    return ["Follow", `Follow ${username}`];
  }

  #changeRelationship() {
    const { following, requested, blocking } = this.relationships.get(this.user.id) ?? {};
    if (blocking) return this.relationships.set(this.user.id, "block", false);
    return this.relationships.set(this.user.id, "follow", !following && !requested);
  }
}

/**
 * @param {any} user @param {ViewContext} context @param {HTMLElement} errorElement
 * @param {(Node | null)[]} [buttons] replace the follow button
 */
export function userRow(user, context, errorElement, buttons) {
  const avatarLink = h("a", { href: profileUrl(user.id), tabindex: -1, "aria-hidden": "true" }, avatar(user));
  const privateChip = user.is_private && h("span", { class: "chip" }, "Private");
  const followsYouChip = h("span", { class: "chip", hidden: true }, "Follows you");
  const renderChip = () => (followsYouChip.hidden = !context.relationships.get(user.id)?.followed_by);
  context.relationships.addEventListener(user.id, renderChip, { signal: context.signal });
  renderChip();
  const quote = user.quote ? h("p", { class: "dim" }, user.quote) : null;
  const text = h("div", { class: "item-text" }, h("p", {}, userLink(user), privateChip, followsYouChip), quote);
  const rowButtons = buttons ?? [new FollowButton(user, context, errorElement).element];
  return h("li", { class: "user-row", "data-id": user.id }, avatarLink, text, ...rowButtons);
}
