/** The time of the server: the clock of a device may be hours wrong. */

const HALF_SECOND_MS = 500; // a `Date` header has whole seconds

let offsetMs = 0;

/** Sets the clock by the `Date` header of a response. @param {string} date */
export function setServerTime(date) {
  const serverMs = Date.parse(date);
  if (!Number.isNaN(serverMs)) offsetMs = serverMs + HALF_SECOND_MS - Date.now();
}

/** Returns the time of the server in ms since 1970. */
export const serverNow = () => Date.now() + offsetMs;
