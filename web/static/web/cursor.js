/**
 * Returns whether an event comes after a cursor, so that a state read at the cursor may lack it.
 * @param {string | undefined} eventId @param {string} cursor
 */
export function isAfterCursor(eventId, cursor) {
  if (!eventId || !cursor) return true;
  const [eventEpoch, eventOffset] = eventId.split(":");
  const [cursorEpoch, cursorOffset] = cursor.split(":");
  return eventEpoch !== cursorEpoch || Number(eventOffset) > Number(cursorOffset);
}
