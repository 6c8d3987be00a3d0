/** Texts and links of notifications. */

import { shownName } from "../dom.js";

/** @type {Record<string, string>} */
const TEXTS_BY_TYPE = {
  comment: "commented on your post",
  reply: "replied to your comment",
  reaction: "reacted to your post",
  comment_reaction: "reacted to your comment",
  follow: "started following you",
  follow_request: "asked to follow you",
  follow_accepted: "accepted your request to follow",
  message: "sent you a message",
  mention: "mentioned you",
  poll: "asked a question, and the poll has ended",
};
/** Notifications about moderation, which have no actor but the user. @type {Record<string, string>} */
const MODERATION_TEXTS_BY_TYPE = {
  report: "A moderator closed your report",
  warning: "A moderator sent you a warning",
};
const UNKNOWN_TYPE_TEXT = "sent you a notification"; // the server may add types

/** @param {{ type: string }} notification */
export const isAboutModeration = ({ type }) => type in MODERATION_TEXTS_BY_TYPE;

/** The text without the name of the actor. @param {{ type: string, message: string }} notification */
export function notificationText({ type, message }) {
  const text = MODERATION_TEXTS_BY_TYPE[type];
  if (text) return message ? `${text}: ${message}` : text;
  return TEXTS_BY_TYPE[type] ?? UNKNOWN_TYPE_TEXT;
}

/** @param {{ type: string, message: string, actor: { username: string, display_name?: string } }} notification */
export function notificationSentence(notification) {
  const text = notificationText(notification);
  return isAboutModeration(notification) ? text : `${shownName(notification.actor)} ${text}`;
}

/** @param {{ type: string, entity_id: string, post_id: string | null, actor: { id: string } }} notification */
export function notificationUrl({ type, entity_id, post_id, actor }) {
  if (type === "report") return "/reports";
  if (isAboutModeration({ type })) return "/notifications";
  const [entityId] = entity_id.split(":"); // of a reaction, the second part is the member
  const isAboutComment = type === "comment" || type === "reply" || type === "comment_reaction" || (type === "mention" && entityId !== post_id);
  if (post_id) return isAboutComment ? `/posts/${post_id}/comments/${entityId}` : `/posts/${post_id}`;
  if (type === "message") return `/chat/${actor.id}`;
  return type === "follow_request" ? "/requests" : `/people/${actor.id}`;
}
