/** What two wrote to each other: the newest below, older ones as one scrolls up. */

import { h, news } from "../dom.js";
import { Pages } from "../pages.js";
import { laidOver, messageOf } from "./lay.js";
import { MessageView } from "./message.js";
import { inShort } from "./words.js";

const AT_END = 48; // pixels from the end within which one is there

export class Messages extends Pages {
  #readUpTo = ""; // what the other has read
  #seen = ""; // up to where it was told that one has read oneself
  #sticks = true; // whether the end stays in sight

  /** @param {import("../context.js").Context} context @param {string} other */
  constructor(context, other) {
    const list = h("ol", { class: "messages", "aria-label": "Messages" });
    const scroller = h("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "What was written" });
    const what = { path: `chat/messages/${other}`, noun: "messages", more: "Earlier messages", empty: "Nothing was written yet. Say hello.", newestFirst: false, root: scroller, limit: 30 };
    super(context, list, what);
    this.other = other;
    this.scroller = scroller;
    this.newer = h("button", { type: "button", class: "newer", hidden: true, click: () => this.toEnd() }, "New messages");
    scroller.append(this.more, this.empty, list, this.said);
    this.element = h("div", { class: "talk" }, scroller, this.newer);
    scroller.addEventListener("scroll", () => this.#scrolled());
    const grown = new ResizeObserver(() => this.#sticks && this.toEnd());
    for (const one of [list, scroller]) grown.observe(one);
    document.addEventListener("visibilitychange", () => this.#markRead(), { signal: context.signal });
    context.signal.addEventListener("abort", () => grown.disconnect());
  }

  // Reading -------------------------------------------------------------------------------------

  /** Older ones come above, and nothing moves. @param {import("../api.js").Answer} found */
  show(found) {
    const { scroller } = this;
    const fromEnd = scroller.scrollHeight - scroller.scrollTop;
    super.show(found);
    this.#readUpTo = found.data.read_up_to > this.#readUpTo ? found.data.read_up_to : this.#readUpTo;
    if (this.#sticks) this.toEnd();
    else scroller.scrollTop = scroller.scrollHeight - fromEnd;
  }

  /** @param {any} message */
  put(message) {
    const known = this.rows.get(message.id);
    if (known) known.update(message);
    else this.rows.put(message.id, new MessageView(message, this.context));
  }

  settle() {
    super.settle();
    this.#drawReceipts();
    this.#markRead();
  }

  /** @param {any} error */
  refused(error) {
    if (error.status === 404) this.#hide();
    else super.refused(error);
  }

  toEnd() {
    this.#sticks = true;
    this.newer.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.#sticks = scrollHeight - scrollTop - clientHeight < AT_END;
    if (this.#sticks) this.newer.hidden = true;
    this.#markRead();
  }

  get #newest() {
    return /** @type {HTMLElement} */ (this.list.lastElementChild)?.dataset.key ?? "";
  }

  /** Says to the other that one has read, when one looks at the end. */
  #markRead() {
    const views = /** @type {MessageView[]} */ (this.rows.lines);
    const last = views.filter((one) => !one.isMine).reduce((id, one) => (one.message.id > id ? one.message.id : id), "");
    if (document.hidden || !this.#sticks || last <= this.#seen || this.signal.aborted) return;
    const before = this.#seen;
    this.#seen = last;
    // What could not be told is told with the next message, or when one comes back.
    this.context.api.put("chat/messages/read", { user_id: this.other }).catch(() => (this.#seen = before));
  }

  #drawReceipts() {
    const mine = /** @type {MessageView[]} */ (this.rows.lines).filter((one) => one.isMine);
    const read = mine.filter((one) => one.message.id <= this.#readUpTo);
    const last = read.reduce((id, one) => (one.message.id > id ? one.message.id : id), "");
    for (const one of mine) one.showRead(one.message.id === last);
  }

  // Events --------------------------------------------------------------------------------------

  /** @param {import("../mysocial.js").Happening} event */
  apply(event) {
    const { type, data } = event;
    const id = messageOf(event);
    const isOther = data.user_id === this.other || data.id === this.other;
    if (id && this.rows.get(id)) this.#layOver(id, event);
    else if (type === "message.created" || type === "message.updated") this.#arrived(data, type === "message.created");
    else if (type === "message.deleted" && data.for === "everyone" && id && id > this.#oldest) this.#refresh();
    else if (type === "message.read" && isOther) this.#readUpTo = data.read_up_to;
    else if (type === "user.hidden" || type === "block.created" || type === "user.deleted") isOther && data.what !== "posts" && this.#hide();
    else if (type === "user.shown" || type === "block.deleted") isOther && this.again();
    this.settle();
  }

  get #oldest() {
    return this.isWhole ? "" : /** @type {HTMLElement} */ (this.list.firstElementChild)?.dataset.key ?? "";
  }

  /** @param {string} id @param {import("../mysocial.js").Happening} event */
  #layOver(id, event) {
    const view = this.rows.get(id);
    const message = laidOver(view.message, event);
    if (message) view.update(message);
    else this.remove(id);
  }

  /** @param {any} message @param {boolean} isNew */
  #arrived(message, isNew) {
    const isTheirs = message.sender_id === this.other;
    if (!isTheirs && message.receiver_id !== this.other) return;
    if (!isNew && message.id < this.#oldest) return; // it is on a page that was not read yet
    const isLast = message.id > this.#newest;
    this.put(message);
    if (this.#sticks) this.toEnd();
    else if (isTheirs && isLast) this.newer.hidden = false;
    if (isTheirs && isLast) news(inShort(message, ""));
  }

  /** Reads the newest page into what is shown: one was deleted of which no event told. */
  #refresh() {
    return this.during(async () => this.show(await this.fetch(null, () => true)));
  }

  #hide() {
    for (const id of this.rows.ids) this.remove(id);
    this.more.hidden = true;
    this.empty.textContent = "You may not write to this member.";
    this.empty.hidden = false;
  }
}
