/** The lines of a list by id, each at its place. */

/** @typedef {{ element: HTMLElement }} Line */

/** @template {Line} T */
export class Rows {
  /** @type {Map<string, T>} */ #lines = new Map();

  /** @param {HTMLElement} element @param {{ newestFirst?: boolean }} [order] */
  constructor(element, { newestFirst = true } = {}) {
    this.element = element;
    this.newestFirst = newestFirst;
  }

  get lines() {
    return [...this.#lines.values()];
  }

  get ids() {
    return [...this.#lines.keys()];
  }

  get size() {
    return this.#lines.size;
  }

  /** @param {string} id */
  get(id) {
    return this.#lines.get(id);
  }

  /** Shows a line where its key belongs, in place of the one before. Ids sort by time. @param {string} id @param {T} line @param {string} [key] */
  put(id, line, key = id) {
    const { element } = line;
    const known = this.#lines.get(id)?.element;
    if (known && known !== element) known.remove();
    this.#lines.set(id, line);
    element.dataset.key = key;
    const comesAfter = (/** @type {any} */ one) => (this.newestFirst ? one.dataset.key < key : one.dataset.key > key);
    const next = [...this.element.children].find((one) => one !== element && comesAfter(one)) ?? null;
    if (element.parentElement && element.nextElementSibling === next) return;
    const focused = element.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
    this.element.insertBefore(element, next);
    focused?.focus({ preventScroll: true }); // it is lost when an element is moved
  }

  /** @param {string} id */
  remove(id) {
    this.#lines.get(id)?.element.remove();
    return this.#lines.delete(id);
  }
}
