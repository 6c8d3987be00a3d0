/** Rows of a list by id, sorted by a key. */

/** @typedef {{ element: HTMLElement }} Row */

/** @template {Row} T */
export class SortedRows {
  /** @type {Map<string, T>} */ #rowsById = new Map();

  /** @param {HTMLElement} container @param {{ newestFirst?: boolean }} [order] */
  constructor(container, { newestFirst = true } = {}) {
    this.container = container;
    this.newestFirst = newestFirst;
  }

  get items() {
    return [...this.#rowsById.values()];
  }

  get ids() {
    return [...this.#rowsById.keys()];
  }

  get size() {
    return this.#rowsById.size;
  }

  /** @param {string} id */
  get(id) {
    return this.#rowsById.get(id);
  }

  /**
   * Adds or replaces a row. By default rows are sorted by id, which means by time.
   * @param {string} id @param {T} row @param {string} [sortKey]
   */
  put(id, row, sortKey = id) {
    const { element } = row;
    const oldElement = this.#rowsById.get(id)?.element;
    if (oldElement && oldElement !== element) oldElement.remove();
    this.#rowsById.set(id, row);
    element.dataset.key = sortKey;
    const comesAfter = (/** @type {any} */ { dataset }) => (this.newestFirst ? dataset.key < sortKey : dataset.key > sortKey);
    const next = [...this.container.children].find((other) => other !== element && comesAfter(other)) ?? null;
    if (element.parentElement && element.nextElementSibling === next) return;
    const focusedElement = element.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
    this.container.insertBefore(element, next);
    focusedElement?.focus({ preventScroll: true }); // moving an element removes the focus
  }

  /** @param {string} id */
  remove(id) {
    this.#rowsById.get(id)?.element.remove();
    return this.#rowsById.delete(id);
  }
}
