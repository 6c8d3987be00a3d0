/**
 * Drafts: what the user has begun to write is there when they come back, also after a reload.
 *
 * Each form has a key of its own. Drafts are kept in `localStorage` for a month, and deleted when the
 * text is sent and when the user signs out.
 */

const PREFIX = "mysocial.draft.";
const MAX_DRAFTS = 50;
const MAX_AGE_MS = 30 * 86_400_000;

export class Drafts {
  #prefix;

  /** @param {string} userId */
  constructor(userId) {
    this.#prefix = `${PREFIX}${userId}.`;
  }

  /**
   * Returns a draft; empty if there is none. The draft of an edit is dropped when the text that it
   * changes is no longer the same.
   * @param {string} key @param {string} [original] the text that is edited
   */
  load(key, original = "") {
    const draft = readDraft(this.#prefix + key);
    return draft && draft.original === original ? draft.text : "";
  }

  /** @param {string} key @param {string} text empty deletes the draft @param {string} [original] */
  save(key, text, original = "") {
    const storageKey = this.#prefix + key;
    if (!text || text === original) return localStorage.removeItem(storageKey);
    try {
      localStorage.setItem(storageKey, JSON.stringify({ text, original, savedAtMs: Date.now() }));
    } catch {
      // The storage is full or switched off. The text is still in its form.
    }
    deleteOldDrafts();
  }

  /** Deletes all drafts of the user. */
  clear() {
    for (const key of draftKeys()) if (key.startsWith(this.#prefix)) localStorage.removeItem(key);
  }
}

function draftKeys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}

/** @param {string} key @returns {{ text: string, original: string, savedAtMs: number } | null} */
function readDraft(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** Deletes drafts that are too old, and the oldest beyond the maximum number. */
function deleteOldDrafts() {
  const ages = draftKeys().map((key) => ({ key, savedAtMs: readDraft(key)?.savedAtMs ?? 0 }));
  ages.sort((first, second) => second.savedAtMs - first.savedAtMs);
  ages.forEach(({ key, savedAtMs }, index) => {
    if (index >= MAX_DRAFTS || Date.now() - savedAtMs > MAX_AGE_MS) localStorage.removeItem(key);
  });
}
