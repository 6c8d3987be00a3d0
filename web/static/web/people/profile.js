/** A member's profile: who they are, how one stands to them, what they wrote, whom they know. */

import { avatar, doing, h, icon, risky } from "../dom.js";
import { Live } from "../live.js";
import { isAfter } from "../mysocial.js";
import { Topics } from "../topics.js";
import { FollowButton } from "./person.js";

const LINKS = ["facebook", "instagram", "twitter", "youtube"];
const ABOUT = ["work", "school", "location"];

/**
 * @typedef {import("../context.js").Context} Context
 * @typedef {import("../mysocial.js").Happening} Happening
 */

/** The head of a profile; `changed` is called with the profile, or null when it can't be seen. */
export class Profile extends Live {
  /** @type {any} */ profile = null;
  #asOf = "";

  /** @param {Context} context @param {string} id @param {(profile: any) => void} changed */
  constructor(context, id, changed) {
    super(h("header", { class: "card profile", hidden: true }), context.signal);
    this.context = context;
    this.id = id;
    this.changed = changed;
    this.person = { id, username: "" };
    this.isMine = id === context.me.id;
    this.topics = new Topics(context.events, context.signal);
    this.gone = h("div", { class: "card gone", hidden: true });
    this.element = h("div", {}, this.said, this.busy, this.gone);
    this.cover = h("div", { class: "cover" });
    this.face = h("div", {});
    this.name = h("h1", { tabindex: -1 }, "Profile");
    this.chips = h("p", { class: "chips", role: "status" });
    this.quote = h("p", { class: "text" });
    this.facts = h("ul", { class: "facts" });
    const line = h("div", { class: "line head" }, this.face, h("div", { class: "line actions" }, ...this.#actions()));
    this.busy.append(this.cover, line, this.name, this.chips, this.quote, this.facts);
    const redraw = () => this.#showRelation();
    context.relations.addEventListener(id, redraw, { signal: context.signal });
    context.presence.addEventListener(id, redraw, { signal: context.signal });
  }

  async read() {
    await this.during(async () => {
      await this.topics.join(`user:${this.id}`);
      await this.context.relations.read([this.id]);
      const { data, cursor } = await this.context.api.get(`users/${this.id}`);
      this.#show(data, cursor);
      if (!this.isMine) await this.context.presence.watch([this.id]);
    });
  }

  /** @param {any} error */
  refused(error) {
    if (error.status === 404) this.#hide();
    else super.refused(error);
  }

  /** @param {Happening} event */
  apply({ id = "", type, data }) {
    if (type === "user.updated" && data.id === this.id) return isAfter(id, this.#asOf) && this.#show(data, id);
    if (type === "user.deleted" && data.id === this.id) return this.#hide();
    if ((type === "user.hidden" && data.what === "all") || type === "block.created") return data.user_id === this.id && this.#hide();
    const ofThem = [data.user_id, data.follower_id, data.followee_id].includes(this.id);
    const counts = type.startsWith("follow.") || type === "user.shown" || type === "block.deleted";
    const wrote = type === "post.deleted" || (type === "post.created" && data.author.id === this.id);
    // How many there are is told by no event; that it may have changed, by these.
    if ((counts && ofThem) || wrote) this.again();
  }

  #hide() {
    this.profile = null;
    this.busy.hidden = true;
    this.gone.hidden = false;
    const isBlocked = this.context.relations.get(this.id)?.blocking;
    const text = isBlocked ? "You have blocked this member. Neither of you sees the other." : "There is no such member, or you may not see them.";
    this.gone.replaceChildren(h("p", {}, text));
    if (isBlocked) {
      const end = () => this.context.relations.set(this.id, "block", false);
      const button = h("button", { type: "button", click: () => doing(button, this.said, end) }, "Unblock");
      this.gone.append(button);
    }
    this.changed(null);
  }

  // What it looks like --------------------------------------------------------------------------

  /** @param {any} profile @param {string} asOf */
  #show(profile, asOf) {
    this.profile = profile;
    this.#asOf = asOf;
    const { username, background_url, quote } = profile;
    const facts = ABOUT.filter((name) => profile[name]).map((name) => h("li", {}, icon(name), h("span", { class: "hidden" }, `${name}: `), profile[name]));
    const links = LINKS.filter((name) => profile[name]).map((name) => h("li", {}, h("a", { href: profile[name], rel: "noopener nofollow ugc", target: "_blank" }, name)));
    this.cover.replaceChildren(background_url ? h("img", { src: background_url, alt: "" }) : "");
    this.face.replaceChildren(avatar(profile, "large"));
    this.name.textContent = username;
    this.quote.textContent = quote;
    this.facts.replaceChildren(...facts, ...links);
    this.busy.hidden = false;
    this.gone.hidden = true;
    this.person.username = username;
    this.follow?.draw();
    this.#showRelation();
    this.changed(profile);
  }

  #actions() {
    if (this.isMine) return [h("a", { class: "button soft", href: "#/settings" }, "Edit profile")];
    const { relations } = this.context;
    this.follow = new FollowButton(this.person, this.context, this.said);
    const write = h("a", { class: "button soft", href: `#/chat/${this.id}` }, "Message");
    this.mute = h("button", { type: "button", class: "quiet", click: () => doing(this.mute, this.said, () => relations.set(this.id, "mute", !relations.get(this.id)?.muting)) }, "Mute");
    this.block = risky("Block", this.said, () => relations.set(this.id, "block", true));
    return [this.follow.element, write, this.mute, this.block];
  }

  #showRelation() {
    if (!this.profile) return;
    const relation = this.context.relations.get(this.id);
    const chips = [
      this.profile.is_private && "Private account",
      relation?.followed_by && "Follows you",
      relation?.muting && "Muted",
      this.context.presence.isOnline(this.id) && "Online",
    ].filter((one) => one);
    this.chips.replaceChildren(...chips.map((one) => h("span", { class: one === "Online" ? "chip good" : "chip" }, one)));
    if (this.mute) this.mute.textContent = relation?.muting ? "Unmute" : "Mute";
  }
}
