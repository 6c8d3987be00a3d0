/** A message in a few words, for lists and for those who hear it read. @param {any} message @param {string} me */
export function inShort(message, me) {
  if (!message) return "No messages";
  const text = message.is_deleted ? "Deleted message" : message.text || (message.gif_url ? "A GIF" : "A picture");
  return message.sender_id === me ? `You: ${text}` : text;
}
