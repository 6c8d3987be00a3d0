/** Texts and links of notifications. */

/** @type {Record<string, string>} */
const TEXTS_BY_TYPE = {
  comment: "commented on your post",
  reaction: "reacted to your post",
  follow: "started following you",
  follow_request: "asked to follow you",
  message: "sent you a message",
  mention: "mentioned you",
};
const UNKNOWN_TYPE_TEXT = "did something"; // the server may add types

/** @param {{ type: string }} notification */
export const notificationText = ({ type }) => TEXTS_BY_TYPE[type] ?? UNKNOWN_TYPE_TEXT;

/** @param {{ type: string, post_id: string | null, actor: { id: string } }} notification */
export function notificationUrl({ type, post_id, actor }) {
  if (post_id) return `#/posts/${post_id}`;
  if (type === "message") return `#/chat/${actor.id}`;
  return type === "follow_request" ? "#/requests" : `#/people/${actor.id}`;
}
