/** A view whose code is not loaded yet. */

import { h } from "./dom.js";
import { LiveComponent } from "./live-component.js";

/** @typedef {import("./context.js").View} View */

/** Loads the code of a view, and then the view itself. */
class LaterView extends LiveComponent {
  /** @type {View | null} the real view, when its code is loaded */ view = null;

  /** @param {AbortSignal} signal @param {() => Promise<View>} create */
  constructor(signal, create) {
    super(h("div", {}), signal);
    this.create = create;
    this.container.append(this.errorElement);
  }

  /** @param {number} [minItems] */
  async load(minItems) {
    await this.runLoad(async () => {
      const view = await this.create();
      if (this.signal.aborted) return;
      this.view = view;
      this.container.replaceChildren(view.element);
      await Promise.all(view.components.map((component) => component.load(component === view.scrollList ? minItems : 0)));
    });
  }
}

/** Returns a view that shows another one, as soon as its code is loaded. @param {AbortSignal} signal @param {() => Promise<View>} create @returns {View} */
export function laterView(signal, create) {
  const loader = new LaterView(signal, create);
  return {
    get title() {
      return loader.view?.title ?? "Loading…";
    },
    element: loader.container,
    get components() {
      return loader.view?.components ?? [loader];
    },
    get scrollList() {
      return loader.view?.scrollList;
    },
    navigate: (route) => loader.view?.navigate?.(route) ?? false,
  };
}
