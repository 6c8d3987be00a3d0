/** The poll of a post: options to choose, the results as bars, and the end. */

import { serverNow } from "../clock.js";
import { h, runAction } from "../dom.js";

const UNITS_IN_MS = /** @type {[Intl.RelativeTimeFormatUnit, number][]} */ ([
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
]);
const relativeTimeFormat = new Intl.RelativeTimeFormat("en");
const titleFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

/** What a poll without votes is to the current user. @param {any} poll or null */
const newState = (poll) => poll && { choices: [], results: poll.hide_results ? null : { votes: poll.options.map(() => 0), voters_count: 0 } };

/**
 * Returns what a changed post is to the current user; events do not have it. A poll that was changed has no votes.
 * @param {any} post as it was shown @param {any} changed
 */
export function keepViewer(post, changed) {
  const isSamePoll = JSON.stringify(post.poll) === JSON.stringify(changed.poll);
  return isSamePoll ? post.viewer : { ...post.viewer, poll: newState(changed.poll) };
}

/** Returns the post after an event about its poll. @param {any} post @param {import("../mysocial.js").ServerEvent} event */
export function applyPollEvent(post, { type, data }) {
  const poll = type === "poll.voted" ? data.poll : { ...(post.viewer.poll ?? newState(post.poll)), results: data.results };
  return { ...post, viewer: { ...post.viewer, poll } };
}

/** @param {string} endsAt */
function formatEnd(endsAt) {
  const ms = Date.parse(endsAt) - serverNow();
  if (ms <= 0) return "Ended";
  for (const [unit, unitMs] of UNITS_IN_MS) {
    if (ms >= unitMs) return `Ends ${relativeTimeFormat.format(Math.round(ms / unitMs), unit)}`;
  }
  return "Ends within a minute";
}

export class PollCard {
  #isChanging = false;
  /** @type {any} */ #poll = null;
  /** @type {any} */ #state = null;
  #formKey = ""; // of the poll whose form is shown: what is chosen there stays when others vote

  /** @param {string} postId @param {import("../api.js").Api} api @param {HTMLElement} errorElement */
  constructor(postId, api, errorElement) {
    this.path = `posts/${postId}/poll/vote`;
    this.api = api;
    this.errorElement = errorElement;
    this.content = h("div", {});
    this.footer = h("div", { class: "row dim poll-footer" });
    this.element = h("div", { class: "poll", hidden: true }, this.content, this.footer);
  }

  /** @param {any} post */
  update({ poll, viewer }) {
    this.#poll = poll;
    this.#state = viewer.poll ?? newState(poll);
    this.element.hidden = !poll;
    if (poll) this.#render();
  }

  get #isEnded() {
    return Date.parse(this.#poll.ends_at) <= serverNow();
  }

  #render() {
    const hasVoted = this.#state.choices.length > 0;
    const isOpen = !this.#isEnded;
    if (!isOpen || !hasVoted) this.#isChanging = false;
    const showsForm = isOpen && (!hasVoted || this.#isChanging);
    const formKey = showsForm ? JSON.stringify([this.#poll, this.#isChanging]) : "";
    if (!showsForm) this.content.replaceChildren(this.#createResults());
    else if (formKey !== this.#formKey) this.content.replaceChildren(this.#createForm());
    this.#formKey = formKey;
    this.#renderFooter(isOpen && hasVoted && this.#poll.may_change_vote && !this.#isChanging);
  }

  /** @param {boolean} mayChange */
  #renderFooter(mayChange) {
    const count = this.#state.results?.voters_count;
    const voters = count === undefined ? "Results after your vote" : count === 1 ? "1 voter" : `${count} voters`;
    const end = h("span", { title: titleFormat.format(new Date(this.#poll.ends_at)) }, formatEnd(this.#poll.ends_at));
    this.footer.replaceChildren(h("span", {}, `${voters} · `, end));
    if (!mayChange) return;
    const change = () => {
      this.#isChanging = true;
      this.#render();
      this.content.querySelector("input")?.focus();
    };
    const withdraw = (/** @type {Event} */ event) => this.#send(event.currentTarget, () => this.api.delete(this.path));
    this.footer.append(
      h("button", { type: "button", class: "quiet", click: change }, "Change vote"),
      h("button", { type: "button", class: "quiet", click: withdraw }, "Withdraw vote"),
    );
  }

  #createForm() {
    const { options, multiple } = this.#poll;
    const type = multiple ? "checkbox" : "radio";
    const choices = options.map((/** @type {string} */ text, /** @type {number} */ number) => {
      const input = h("input", { type, name: "choice", value: number, checked: this.#state.choices.includes(number) });
      return h("label", { class: "poll-choice" }, input, h("bdi", {}, text));
    });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const chosen = new FormData(form).getAll("choice").map(Number);
      if (chosen.length) this.#send(form, () => this.api.put(this.path, { choices: chosen }));
    };
    const legend = h("legend", { class: "visually-hidden" }, multiple ? "Choose one or more" : "Choose one");
    const form = h("form", { submit }, h("fieldset", {}, legend, ...choices), h("button", { type: "submit" }, "Vote"));
    return form;
  }

  #createResults() {
    const { options } = this.#poll;
    const { choices, results } = this.#state;
    const items = options.map((/** @type {string} */ text, /** @type {number} */ number) => {
      const share = results?.voters_count ? results.votes[number] / results.voters_count : 0;
      const bar = h("span", { class: "poll-bar", "aria-hidden": "true" });
      bar.style.inlineSize = `${share * 100}%`;
      const isOwn = choices.includes(number);
      const own = isOwn && h("span", { class: "poll-own" }, "Your vote");
      const count = results && h("span", { class: "poll-count" }, `${results.votes[number]} (${Math.round(share * 100)}%)`);
      return h("li", { class: "poll-result", "data-own": isOwn }, bar, h("bdi", {}, text), own, count);
    });
    return h("ul", { class: "poll-results" }, ...items);
  }

  /** @param {any} element @param {() => Promise<import("../api.js").ApiResponse>} request */
  #send(element, request) {
    return runAction(element, this.errorElement, async () => {
      const { data } = await request();
      this.#isChanging = false;
      this.#state = data.poll;
      this.#render();
    });
  }
}
