/** A colour behind a text, which stays readable on it. */

const DARK = 140; // of 255, as bright as it looks

/** @param {HTMLElement} text @param {string} colour as #rrggbb; empty for none */
export function paint(text, colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const isDark = red * 0.299 + green * 0.587 + blue * 0.114 < DARK;
  Object.assign(text.style, { background: colour, color: colour && (isDark ? "#fff" : "#111") });
}
