/** Background color of a text, with a readable text color. */

const MAX_DARK_LUMINANCE = 140; // of 255
const [LIGHT_TEXT, DARK_TEXT] = ["#fff", "#111"];

/** @param {HTMLElement} element @param {string} color as `#rrggbb`; empty for none */
export function setBackgroundColor(element, color) {
  const [red, green, blue] = [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16));
  const isDark = red * 0.299 + green * 0.587 + blue * 0.114 < MAX_DARK_LUMINANCE;
  Object.assign(element.style, { background: color, color: color && (isDark ? LIGHT_TEXT : DARK_TEXT) });
}
