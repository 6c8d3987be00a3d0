/** Header of a profile: the user's details, the relationship to them, and its actions. */

import { askBefore } from "../dialog.js";
import { avatar, h, icon, runAction, shownName } from "../dom.js";
import { LiveComponent } from "../live-component.js";
import { menuButton } from "../menu.js";
import { isAfterCursor } from "../mysocial.js";
import { openReport } from "../report.js";
import { ComponentTopics } from "../topic-set.js";
import { showToast } from "../toast.js";
import { FollowButton } from "./user-row.js";

const LINK_FIELDS = ["facebook", "instagram", "twitter", "youtube"];
const DETAIL_FIELDS = ["work", "school", "location"];
const ONLINE = "Online";

/**
 * @typedef {import("../context.js").ViewContext} ViewContext
 * @typedef {import("../mysocial.js").ServerEvent} ServerEvent
 */

/** A link of the member's own, marked if its page links back. @param {{ label: string, url: string, verified_at: string | null }} link */
function linkRow({ label, url, verified_at }) {
  const rel = "me noopener nofollow ugc";
  const link = h("a", { href: url, rel, target: "_blank", dir: "auto" }, label || url.replace(/^https:\/\//, ""));
  const title = "This page links to this profile.";
  return h("li", {}, link, verified_at && h("span", { class: "chip good", title }, "✓ Verified"));
}

/** Links to the pages of the current user; those that the main navigation of a phone has no place for. */
function ownLinks() {
  return [
    h("a", { class: "button quiet", href: "/bookmarks", "aria-label": "Bookmarks" }, icon("bookmark")),
    h("a", { class: "button soft", href: "/settings" }, "Edit profile"),
  ];
}

export class ProfileHeader extends LiveComponent {
  /** @type {any} */ profile = null;
  #cursor = ""; // at which the profile was read

  /**
   * @param {ViewContext} context @param {string} userId
   * @param {(profile: any) => void} onChange called with null when the profile is not visible
   */
  constructor(context, userId, onChange) {
    super(h("header", { class: "card profile", hidden: true }), context.signal);
    this.context = context;
    this.userId = userId;
    this.onChange = onChange;
    this.user = { id: userId, username: "" };
    this.isOwnProfile = userId === context.currentUser.id;
    this.topics = new ComponentTopics(context);
    this.unavailable = h("div", { class: "card unavailable", hidden: true });
    this.element = h("div", {}, this.errorElement, this.container, this.unavailable);
    this.cover = h("div", { class: "cover" });
    this.avatarSlot = h("div", {});
    this.name = h("h1", { tabindex: -1 }, "Profile");
    this.handle = h("p", { class: "dim" });
    this.bio = h("p", { class: "text bio", dir: "auto" });
    this.chips = h("p", { class: "chips", role: "status" });
    this.quote = h("p", { class: "text quote", dir: "auto" });
    this.details = h("ul", { class: "profile-details" });
    const row = h("div", { class: "row profile-row" }, this.avatarSlot, h("div", { class: "row actions" }, ...this.#createActions()));
    this.container.append(this.cover, row, this.name, this.handle, this.chips, this.bio, this.quote, this.details);
    const renderRelation = () => this.#renderRelation();
    context.relationships.addEventListener(userId, renderRelation, { signal: context.signal });
    context.presence.addEventListener(userId, renderRelation, { signal: context.signal });
  }

  async load() {
    const { cache, relationships } = this.context;
    const path = `users/${this.userId}`;
    const cached = this.profile ? undefined : cache.peek(path);
    if (cached) this.#showProfile(cached.data, cached.cursor);
    await this.runLoad(async () => {
      const { data, cursor } = await cache.get(path).catch((error) => this.#throwWithRelationship(error));
      relationships.putFrom(data, cursor);
      this.#showProfile(data, cursor);
      this.topics.add(`user:${this.userId}`, cursor, () => this.scheduleLoad());
      if (!this.isOwnProfile) await this.context.presence.watch([this.userId]);
    });
  }

  /** Loads the relationship to a user who has no profile here: they may be blocked. @param {any} error @returns {Promise<never>} */
  async #throwWithRelationship(error) {
    if (error.status === 404) await this.context.relationships.load([this.userId]);
    throw error;
  }

  /** @param {any} error */
  handleLoadError(error) {
    if (error.status === 404) this.#hideProfile();
    else super.handleLoadError(error);
  }

  /** @param {ServerEvent} event */
  applyEvent({ id = "", type, data }) {
    if (type === "user.updated" && data.id === this.userId) return isAfterCursor(id, this.#cursor) && this.#showProfile(data, id);
    if (type === "user.deleted" && data.id === this.userId) return this.#hideProfile();
    const isHidden = (type === "user.hidden" && data.what === "all") || type === "block.created";
    if (isHidden) return data.user_id === this.userId && this.#hideProfile();
    // No event contains the counts of the profile. These events may change them, so it is loaded again.
    const involvesUser = [data.user_id, data.follower_id, data.followee_id].includes(this.userId);
    const isRelationEvent = type.startsWith("follow.") || type === "user.shown" || type === "block.deleted";
    const isPostEvent = type === "post.deleted" || (["post.created", "post.updated"].includes(type) && data.author.id === this.userId);
    if ((isRelationEvent && involvesUser) || isPostEvent) this.scheduleLoad();
  }

  #hideProfile() {
    this.profile = null;
    this.container.hidden = true;
    this.unavailable.hidden = false;
    const isBlocked = this.context.relationships.get(this.userId)?.blocking;
    const text = isBlocked
      ? "You have blocked this member. You cannot see each other."
      : "This member does not exist, or you do not have access to their profile.";
    this.unavailable.replaceChildren(h("p", {}, text));
    if (isBlocked) {
      const unblock = () => runAction(button, this.errorElement, () => this.context.relationships.set(this.userId, "block", false));
      const button = h("button", { type: "button", click: unblock }, "Unblock");
      this.unavailable.append(button);
    }
    this.onChange(null);
  }

  // Rendering -----------------------------------------------------------------------------------

  /** An event contains a part of the profile. @param {any} changes @param {string} cursor */
  #showProfile(changes, cursor) {
    const profile = { ...this.profile, ...changes };
    this.profile = profile;
    this.#cursor = cursor;
    const { username, background_url, quote } = profile;
    this.cover.replaceChildren(background_url ? h("img", { src: background_url, alt: "" }) : "");
    this.avatarSlot.replaceChildren(avatar(profile, "large"));
    this.name.replaceChildren(h("bdi", {}, shownName(profile)));
    this.handle.replaceChildren(`@${username}`, profile.pronouns && h("bdi", {}, ` · ${profile.pronouns}`));
    this.bio.textContent = profile.bio;
    this.quote.textContent = quote;
    this.details.replaceChildren(...this.#createDetails());
    this.container.hidden = false;
    this.unavailable.hidden = true;
    this.user.username = username;
    this.followButton?.render();
    this.#renderRelation();
    this.onChange(profile);
  }

  #createDetails() {
    const isFilled = (/** @type {string} */ field) => this.profile[field];
    const details = DETAIL_FIELDS.filter(isFilled).map((field) => {
      return h("li", {}, icon(field), h("span", { class: "visually-hidden" }, `${field}: `), h("span", { class: "text", dir: "auto" }, this.profile[field]));
    });
    const links = LINK_FIELDS.filter(isFilled).map((field) => {
      return h("li", {}, h("a", { href: this.profile[field], rel: "noopener nofollow ugc", target: "_blank" }, field));
    });
    const ownLinks = (this.profile.links ?? []).map(linkRow);
    return [...details, ...links, ...ownLinks];
  }

  #createActions() {
    if (this.isOwnProfile) return ownLinks();
    this.followButton = new FollowButton(this.user, this.context, this.errorElement);
    const messageLink = h("a", { class: "button soft", href: `/chat/${this.userId}` }, "Message");
    return [this.followButton.element, messageLink, menuButton("More actions", () => this.#createMenuItems())];
  }

  #createMenuItems() {
    const { relationships, api } = this.context;
    const name = shownName(this.profile);
    const isMuted = relationships.get(this.userId)?.muting;
    const setMuted = (/** @type {boolean} */ isOn) => relationships.set(this.userId, "mute", isOn);
    const toggleMute = () => runAction(this.container, this.errorElement, async () => {
      await setMuted(!isMuted);
      showToast(isMuted ? `You see posts by ${name} again.` : `You no longer see posts by ${name} in your feeds.`, () => setMuted(!!isMuted));
    });
    const block = () => askBefore({
      title: `Block ${name}?`,
      text: "You no longer see each other's profiles, posts and messages, and no longer follow each other. They get no notification.",
      confirmLabel: "Block",
      action: () => relationships.set(this.userId, "block", true),
    });
    return [
      { label: isMuted ? "Unmute" : "Mute", run: toggleMute },
      { label: "Report", run: () => openReport(api, "user", this.userId) },
      { label: "Block", run: block, isDangerous: true },
    ];
  }

  #renderRelation() {
    if (!this.profile) return;
    const relation = this.context.relationships.get(this.userId);
    const labels = [
      this.profile.is_private && "Private account",
      relation?.followed_by && "Follows you",
      relation?.muting && "Muted",
      this.context.presence.isOnline(this.userId) && ONLINE,
    ].filter((label) => label);
    this.chips.replaceChildren(...labels.map((label) => h("span", { class: label === ONLINE ? "chip good" : "chip" }, label)));
  }
}
