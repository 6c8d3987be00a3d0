/** The view of `/@name`, which leads to the profile of the member with this username. */

import { h } from "../dom.js";
import { LiveComponent } from "../live-component.js";

class Lookup extends LiveComponent {
  /** @param {import("../context.js").ViewContext} context @param {string} username */
  constructor(context, username) {
    super(h("div", {}), context.signal);
    this.api = context.api;
    this.username = username;
    this.element = h("div", { class: "card unavailable" }, this.errorElement);
  }

  async load() {
    await this.runLoad(async () => {
      const { data } = await this.api.get("users/lookup", { username: this.username });
      if (this.signal.aborted) return;
      history.replaceState(null, "", `/people/${data.id}`);
      dispatchEvent(new PopStateEvent("popstate")); // shows the profile
    });
  }

  /** @param {any} error */
  handleLoadError(error) {
    if (error.status !== 404) return super.handleLoadError(error);
    this.element.replaceChildren(h("p", {}, "Nobody has this name, or you do not have access to their profile."), h("a", { class: "button soft", href: "/search" }, "Search"));
  }
}

/** @param {import("../context.js").ViewContext} context @param {string} username @returns {import("../context.js").View} */
export function lookupView(context, username) {
  const lookup = new Lookup(context, username);
  const heading = h("h1", { tabindex: -1 }, h("bdi", {}, `@${username}`));
  return { title: `@${username}`, element: h("div", { class: "column" }, heading, lookup.element), components: [lookup] };
}
