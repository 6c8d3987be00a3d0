/** Effects of chat events on a message. */

const DELETED_FIELDS = { text: "", facets: [], gif_url: "", media: null, reactions: {}, edited_at: null, is_deleted: true };

/**
 * Returns the message after an event about it; null when it was deleted for the current user.
 * @param {any} message @param {import("../mysocial.js").ServerEvent} event
 */
export function applyEventToMessage(message, { type, data }) {
  if (type === "message.created" || type === "message.updated") return data;
  if (type === "message.deleted") return data.for === "me" ? null : { ...message, ...DELETED_FIELDS };
  const reactions = { ...message.reactions };
  delete reactions[data.user_id];
  if (data.type) reactions[data.user_id] = data.type;
  return { ...message, reactions };
}

/**
 * Returns the id of the message that an event is about.
 * @param {import("../mysocial.js").ServerEvent} event @returns {string | undefined}
 */
export function messageIdOf({ type, data }) {
  if (!type.startsWith("message.") || type === "message.read") return undefined;
  return data.message_id ?? data.id;
}
