/** Placeholders of pictures: a few colors of the picture in 28 characters, a BlurHash. */

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
const SIDE = 32;

/** @param {string} text */
const toNumber = (text) => [...text].reduce((sum, digit) => sum * 83 + DIGITS.indexOf(digit), 0);

/** @param {number} value of sRGB, 0 to 255 */
const toLinear = (value) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);

/** @param {number} value of linear light, 0 to 1 */
function toSrgb(value) {
  const bounded = Math.max(0, Math.min(1, value));
  return Math.round(255 * (bounded <= 0.0031308 ? bounded * 12.92 : 1.055 * bounded ** (1 / 2.4) - 0.055));
}

/** Returns the colors of the waves that the picture is made of. @param {string} hash @param {number} count */
function waveColors(hash, count) {
  const strongest = (toNumber(hash[1]) + 1) / 166;
  const average = toNumber(hash.slice(2, 6));
  const colors = [[average >> 16, (average >> 8) & 255, average & 255].map(toLinear)];
  for (let wave = 1; wave < count; wave++) {
    const value = toNumber(hash.slice(4 + 2 * wave, 6 + 2 * wave));
    const parts = [Math.floor(value / 361), Math.floor(value / 19) % 19, value % 19];
    colors.push(parts.map((part) => Math.sign(part - 9) * ((part - 9) / 9) ** 2 * strongest));
  }
  return colors;
}

/** Returns the pixels of a placeholder, four bytes each. @param {string} hash @param {number} side */
export function decodeBlurhash(hash, side = SIDE) {
  const size = toNumber(hash[0]);
  const columns = (size % 9) + 1;
  const rows = Math.floor(size / 9) + 1;
  if (hash.length !== 4 + 2 * columns * rows) return null;
  const colors = waveColors(hash, columns * rows);
  const pixels = new Uint8ClampedArray(4 * side * side).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const light = [0, 0, 0];
      colors.forEach((color, wave) => {
        const basis = Math.cos((Math.PI * x * (wave % columns)) / side) * Math.cos((Math.PI * y * Math.floor(wave / columns)) / side);
        color.forEach((part, channel) => (light[channel] += part * basis));
      });
      pixels.set(light.map(toSrgb), 4 * (y * side + x));
    }
  }
  return pixels;
}

/** Shows a placeholder behind a picture until it is loaded. @param {HTMLElement} element @param {string} hash */
export function showPlaceholder(element, hash) {
  const pixels = hash ? decodeBlurhash(hash) : null;
  if (!pixels) return;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  canvas.getContext("2d")?.putImageData(new ImageData(pixels, SIDE, SIDE), 0, 0);
  element.style.backgroundImage = `url(${canvas.toDataURL()})`;
  element.style.backgroundSize = "100% 100%";
  element.addEventListener("load", () => (element.style.backgroundImage = ""), { once: true });
}
