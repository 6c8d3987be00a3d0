/** Texts of messages. */

/** Returns the short text of a message for lists and screen readers. @param {any} message @param {string} currentUserId */
export function messagePreview(message, currentUserId) {
  if (!message) return "No messages";
  const text = message.is_deleted ? "Deleted message" : message.text || (message.gif_url ? "GIF" : "Picture");
  return message.sender_id === currentUserId ? `You: ${text}` : text;
}
