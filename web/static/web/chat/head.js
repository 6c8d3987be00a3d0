/** With whom one talks, whether they are there, and whether they write. */

import { avatar, h, icon, profileOf } from "../dom.js";
import { Live } from "../live.js";
import { isAfter } from "../mysocial.js";
import { Topics } from "../topics.js";

const FORGOTTEN = 6_000; // ms after which somebody does not write any more: that they stopped may be lost

export class Head extends Live {
  #asOf = "";
  #writes = false;
  #timer = 0;

  /** @param {import("../context.js").Context} context @param {string} other */
  constructor(context, other) {
    super(h("header", { class: "line with" }), context.signal);
    this.context = context;
    this.other = other;
    this.topics = new Topics(context.events, context.signal);
    this.link = h("a", { class: "line name", href: profileOf(other) });
    this.state = h("span", { class: "dim presence", role: "status" });
    const back = h("a", { class: "button quiet back", href: "#/chat", "aria-label": "All conversations" }, icon("back"));
    this.busy.append(back, this.link, this.state, this.said);
    this.element = this.busy;
    context.presence.addEventListener(other, () => this.#draw(), { signal: context.signal });
  }

  async read() {
    await this.during(async () => {
      await this.topics.join(`user:${this.other}`);
      const { data, cursor } = await this.context.api.get(`users/${this.other}`);
      this.#show(data, cursor);
      await this.context.presence.watch([this.other]);
    });
  }

  /** @param {any} error */
  refused(error) {
    if (error.status === 404) this.#hide();
    else super.refused(error);
  }

  /** @param {import("../mysocial.js").Happening} event */
  apply({ id = "", type, data }) {
    if (type === "user.updated" && data.id === this.other && isAfter(id, this.#asOf)) this.#show(data, id);
    if (type === "user.deleted" && data.id === this.other) this.#hide();
    if (type === "message.created" && data.sender_id === this.other) this.#write(false);
    if (data.user_id !== this.other) return;
    if (type === "typing.started" || type === "typing.stopped") this.#write(type === "typing.started");
    else if (type === "block.created" || (type === "user.hidden" && data.what === "all")) this.#hide();
    else if (type === "block.deleted" || type === "user.shown") this.again();
  }

  /** @param {boolean} on */
  #write(on) {
    clearTimeout(this.#timer);
    this.#writes = on;
    if (on) this.#timer = setTimeout(() => this.#write(false), FORGOTTEN);
    this.#draw();
  }

  /** @param {any} profile @param {string} asOf */
  #show(profile, asOf) {
    this.#asOf = asOf;
    this.link.replaceChildren(avatar(profile, "small"), h("h2", { tabindex: -1 }, profile.username));
    this.#draw();
  }

  #hide() {
    this.link.replaceChildren(h("h2", {}, "Nobody"));
    this.#write(false);
    this.state.textContent = "";
  }

  #draw() {
    const isOnline = this.context.presence.isOnline(this.other);
    this.state.textContent = this.#writes ? "is writing …" : isOnline ? "Online" : "";
    this.state.classList.toggle("good", isOnline && !this.#writes);
  }
}
