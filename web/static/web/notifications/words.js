/** What a notification says, and where it leads. */

/** @type {Record<string, string>} */
const SAYINGS = {
  comment: "commented on your post",
  reaction: "reacted to your post",
  follow: "follows you",
  follow_request: "asks to follow you",
  message: "wrote to you",
  mention: "mentioned you",
};

/** @param {{ type: string }} notification */
export const saying = ({ type }) => SAYINGS[type] ?? "did something"; // kinds may come that we do not know

/** @param {{ type: string, post_id: string | null, actor: { id: string } }} notification */
export function placeOf({ type, post_id, actor }) {
  if (post_id) return `#/posts/${post_id}`;
  if (type === "message") return `#/chat/${actor.id}`;
  return type === "follow_request" ? "#/requests" : `#/people/${actor.id}`;
}
