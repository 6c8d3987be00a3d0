/** Names of devices. */

// The first that matches: most browsers also name others.
/** @type {[RegExp, string][]} */
const BROWSERS = [
  [/Edg[A-Z]?[a-z]*\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
];
/** @type {[RegExp, string][]} */
const SYSTEMS = [
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/Linux|X11/, "Linux"],
];

/** Returns the browser and the system that a `User-Agent` names; another program names itself. @param {string} userAgent */
export function deviceName(userAgent) {
  const find = (/** @type {[RegExp, string][]} */ names) => names.find(([pattern]) => pattern.test(userAgent))?.[1];
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  if (browser && system) return `${browser} on ${system}`;
  return userAgent.split(/[ /]/)[0] || "Unknown device";
}
