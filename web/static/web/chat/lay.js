/** What an event of chat makes of a message that is shown, wherever it is. */

const EMPTY = { text: "", gif_url: "", media: null, reactions: {}, edited_at: null, is_deleted: true };

/**
 * Returns the message as it is after an event that is about it; null when it is gone for oneself.
 * @param {any} message @param {import("../mysocial.js").Happening} event
 */
export function laidOver(message, { type, data }) {
  if (type === "message.created" || type === "message.updated") return data;
  if (type === "message.deleted") return data.for === "me" ? null : { ...message, ...EMPTY };
  const reactions = { ...message.reactions };
  delete reactions[data.user_id];
  if (data.type) reactions[data.user_id] = data.type;
  return { ...message, reactions };
}

/** Returns the id of the message that an event is about. @param {import("../mysocial.js").Happening} event @returns {string | undefined} */
export function messageOf({ type, data }) {
  if (!type.startsWith("message.") || type === "message.read") return undefined;
  return data.message_id ?? data.id;
}
