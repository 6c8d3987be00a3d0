// Generated from the OpenAPI document by `make clients`.

import { Transport } from "./transport.js";

/** The operations of the API; `Transport` describes how requests are sent. */
export class Api extends Transport {
  /** Get your profile and contact details. Return your profile with your e-mail address. */
  getAccount(options = {}) {
    return this.request("GET", "/accounts/me", options);
  }

  /** Erase your account and all your data. Erase your account. This cannot be undone. */
  eraseAccount(body, options = {}) {
    return this.request("DELETE", "/accounts/me", options, { body });
  }

  /** Change your e-mail address. The new address is `pending_email` until the link in an e-mail to it is opened. The former address, if it was confirmed, gets an e-mail that revokes the change for a week. Send your current address to cancel a change that is pending. */
  changeEmail(body, options = {}) {
    return this.request("PUT", "/accounts/me/email", options, { body });
  }

  /** Get the status of your export. Return your latest export, or null if there is none. */
  getExportStatus(options = {}) {
    return this.request("GET", "/accounts/me/export", options);
  }

  /** Request an export of your data. Needs your password. One export at a time, three a day. The event `export.ready` and an e-mail tell you when it is ready. */
  requestExport(body, options = {}) {
    return this.request("POST", "/accounts/me/export", options, { body });
  }

  /** Download your export. A ZIP archive with JSON files, HTML pages and your media files. */
  downloadExport(options = {}) {
    return this.request("GET", "/accounts/me/export/file", options, { isFile: true });
  }

  /** Change your password. Change your password and end all other sessions. */
  changePassword(body, options = {}) {
    return this.request("PUT", "/accounts/me/password", options, { body });
  }

  /** List your sessions, newest first. Return a page of the sessions in which you are signed in. */
  listSessions(options = {}) {
    return this.request("GET", "/accounts/me/sessions", options, { queryNames: ["cursor", "limit"] });
  }

  /** End all your sessions. Sign out all devices, including the one that sends this request. */
  endAllSessions(options = {}) {
    return this.request("DELETE", "/accounts/me/sessions", options);
  }

  /** End one of your sessions. Sign out the device of this session. */
  endSession(id, options = {}) {
    return this.request("DELETE", `/accounts/me/sessions/${encodeURIComponent(id)}`, options);
  }

  /** List your sign-ins, newest first. Of the last 90 days, or as many as `SECURITY_LOG_DAYS` says. `network` is a part of the address. */
  listSignIns(options = {}) {
    return this.request("GET", "/accounts/me/sign-ins", options, { queryNames: ["cursor", "limit"] });
  }

  /** Send the confirmation e-mail again. Send another link to confirm your e-mail address, or your new one. */
  sendVerificationEmail(options = {}) {
    return this.request("POST", "/accounts/me/verify-email", options);
  }

  /** List your conversations. The conversation with the newest message comes first. */
  listConversations(options = {}) {
    return this.request("GET", "/chat/conversations", options, { queryNames: ["cursor", "limit"] });
  }

  /** List messages with a user. */
  listMessages(id, options = {}) {
    return this.request("GET", `/chat/conversations/${encodeURIComponent(id)}/messages`, options, { queryNames: ["cursor", "limit", "order"] });
  }

  /** Mark the messages from a user as read. */
  markConversationRead(id, options = {}) {
    return this.request("PUT", `/chat/conversations/${encodeURIComponent(id)}/read`, options);
  }

  /** Send a message. */
  sendMessage(body, options = {}) {
    return this.request("POST", "/chat/messages", options, { body });
  }

  /** Get a message. */
  getMessage(id, options = {}) {
    return this.request("GET", `/chat/messages/${encodeURIComponent(id)}`, options);
  }

  /** Edit your message. */
  updateMessage(id, body, options = {}) {
    return this.request("PATCH", `/chat/messages/${encodeURIComponent(id)}`, options, { body });
  }

  /** Delete a message for yourself, or your own for everyone. */
  deleteMessage(id, options = {}) {
    return this.request("DELETE", `/chat/messages/${encodeURIComponent(id)}`, options, { queryNames: ["for"] });
  }

  /** Set your reaction to a message. */
  setMessageReaction(id, body, options = {}) {
    return this.request("PUT", `/chat/messages/${encodeURIComponent(id)}/reaction`, options, { body });
  }

  /** Remove your reaction to a message. */
  removeMessageReaction(id, options = {}) {
    return this.request("DELETE", `/chat/messages/${encodeURIComponent(id)}/reaction`, options);
  }

  /** Count your unread messages. */
  countUnreadMessages(options = {}) {
    return this.request("GET", "/chat/unread", options);
  }

  /** List your open chats. The members that you keep a chat open with. The newest chat comes first. */
  listOpenChats(options = {}) {
    return this.request("GET", "/chat/users", options, { queryNames: ["cursor", "limit"] });
  }

  /** Open a chat with a user. */
  openChat(id, options = {}) {
    return this.request("PUT", `/chat/users/${encodeURIComponent(id)}`, options);
  }

  /** Close a chat with a user. */
  closeChat(id, options = {}) {
    return this.request("DELETE", `/chat/users/${encodeURIComponent(id)}`, options);
  }

  /** Get a comment. */
  getComment(id, options = {}) {
    return this.request("GET", `/comments/${encodeURIComponent(id)}`, options);
  }

  /** Update one of your comments. */
  updateComment(id, body, options = {}) {
    return this.request("PATCH", `/comments/${encodeURIComponent(id)}`, options, { body });
  }

  /** Delete a comment. You can delete your comments, and all comments on your posts. */
  deleteComment(id, options = {}) {
    return this.request("DELETE", `/comments/${encodeURIComponent(id)}`, options);
  }

  /** Set your reaction to a comment. */
  setCommentReaction(id, body, options = {}) {
    return this.request("PUT", `/comments/${encodeURIComponent(id)}/reaction`, options, { body });
  }

  /** Remove your reaction to a comment. */
  removeCommentReaction(id, options = {}) {
    return this.request("DELETE", `/comments/${encodeURIComponent(id)}/reaction`, options);
  }

  /** List the reactions to a comment. Newest first. */
  listCommentReactions(id, options = {}) {
    return this.request("GET", `/comments/${encodeURIComponent(id)}/reactions`, options, { queryNames: ["cursor", "limit", "type"] });
  }

  /** List the replies to a comment. The replies to a top-level comment and to its replies, in one list. */
  listReplies(id, options = {}) {
    return this.request("GET", `/comments/${encodeURIComponent(id)}/replies`, options, { queryNames: ["cursor", "limit", "order"] });
  }

  /** Request an e-mail to reset your password. Send a link to set a new password, if the address belongs to an account. */
  requestPasswordReset(body, options = {}) {
    return this.request("POST", "/forgot-password", options, { body });
  }

  /** List your notifications. The newest come first. Notifications from members that you mute or block, or that block you, are hidden, and so are notifications about posts that you may not see. `unread_count` includes notifications that a mute or a change of privacy hides. */
  listNotifications(options = {}) {
    return this.request("GET", "/notifications", options, { queryNames: ["cursor", "limit", "type"] });
  }

  /** Mark all notifications as read. */
  markAllNotificationsRead(options = {}) {
    return this.request("POST", "/notifications/read-all", options);
  }

  /** Unsubscribe from e-mails of one type, or of all, with the token from an e-mail. */
  unsubscribeFromEmails(token, options = {}) {
    return this.request("POST", `/notifications/unsubscribe/${encodeURIComponent(token)}`, options);
  }

  /** Mark a notification as read or unread. */
  updateNotification(id, body, options = {}) {
    return this.request("PATCH", `/notifications/${encodeURIComponent(id)}`, options, { body });
  }

  /** Delete a notification. */
  deleteNotification(id, options = {}) {
    return this.request("DELETE", `/notifications/${encodeURIComponent(id)}`, options);
  }

  /** List the posts of the global feed. Newest first. */
  listPosts(options = {}) {
    return this.request("GET", "/posts", options, { queryNames: ["anchor", "cursor", "limit", "media", "page"] });
  }

  /** Create a post. */
  createPost(body, options = {}) {
    return this.request("POST", "/posts", options, { body });
  }

  /** List the posts of your home feed. Your own posts and those of the users that you follow, newest first. */
  listHomePosts(options = {}) {
    return this.request("GET", "/posts/home", options, { queryNames: ["cursor", "limit", "media"] });
  }

  /** Get a post. */
  getPost(id, options = {}) {
    return this.request("GET", `/posts/${encodeURIComponent(id)}`, options);
  }

  /** Update one of your posts. */
  updatePost(id, body, options = {}) {
    return this.request("PATCH", `/posts/${encodeURIComponent(id)}`, options, { body });
  }

  /** Delete one of your posts. */
  deletePost(id, options = {}) {
    return this.request("DELETE", `/posts/${encodeURIComponent(id)}`, options);
  }

  /** Bookmark a post. Only you can see your bookmarks. */
  createBookmark(id, options = {}) {
    return this.request("PUT", `/posts/${encodeURIComponent(id)}/bookmark`, options);
  }

  /** Remove your bookmark of a post. */
  deleteBookmark(id, options = {}) {
    return this.request("DELETE", `/posts/${encodeURIComponent(id)}/bookmark`, options);
  }

  /** List the comments on a post. Without the replies to comments. */
  listComments(id, options = {}) {
    return this.request("GET", `/posts/${encodeURIComponent(id)}/comments`, options, { queryNames: ["cursor", "limit", "order"] });
  }

  /** Comment on a post, or reply to a comment. */
  createComment(id, body, options = {}) {
    return this.request("POST", `/posts/${encodeURIComponent(id)}/comments`, options, { body });
  }

  /** List the latest commenters on a post. The number of comments, and the username of each of the latest commenters. */
  listCommenters(id, options = {}) {
    return this.request("GET", `/posts/${encodeURIComponent(id)}/comments/names`, options, { queryNames: ["limit"] });
  }

  /** Pin one of your posts to your profile. The post becomes the first of your pinned posts. You can pin 5 posts. */
  pinPost(id, options = {}) {
    return this.request("PUT", `/posts/${encodeURIComponent(id)}/pin`, options);
  }

  /** Unpin one of your posts. */
  unpinPost(id, options = {}) {
    return this.request("DELETE", `/posts/${encodeURIComponent(id)}/pin`, options);
  }

  /** Vote in the poll of a post. Replaces your earlier vote, if the poll permits changes. Nobody else can see what you vote for. */
  setPollVote(id, body, options = {}) {
    return this.request("PUT", `/posts/${encodeURIComponent(id)}/poll/vote`, options, { body });
  }

  /** Withdraw your vote in the poll of a post. Only if the poll permits changes. */
  deletePollVote(id, options = {}) {
    return this.request("DELETE", `/posts/${encodeURIComponent(id)}/poll/vote`, options);
  }

  /** Set your reaction to a post. */
  setPostReaction(id, body, options = {}) {
    return this.request("PUT", `/posts/${encodeURIComponent(id)}/reaction`, options, { body });
  }

  /** Remove your reaction to a post. */
  removePostReaction(id, options = {}) {
    return this.request("DELETE", `/posts/${encodeURIComponent(id)}/reaction`, options);
  }

  /** List the reactions to a post. Newest first. */
  listPostReactions(id, options = {}) {
    return this.request("GET", `/posts/${encodeURIComponent(id)}/reactions`, options, { queryNames: ["cursor", "limit", "type"] });
  }

  /** Get your reaction to a post. */
  getOwnPostReaction(id, options = {}) {
    return this.request("GET", `/posts/${encodeURIComponent(id)}/reactions/mine`, options);
  }

  /** List the earlier versions of a post. The content before each edit, newest first. */
  listPostVersions(id, options = {}) {
    return this.request("GET", `/posts/${encodeURIComponent(id)}/versions`, options, { queryNames: ["cursor", "limit"] });
  }

  /** List your reports, newest first. */
  listReports(options = {}) {
    return this.request("GET", "/reports", options, { queryNames: ["cursor", "limit"] });
  }

  /** Report a user, post, comment or message. You can report what you can see, except your own content. 409 while your earlier report of the same content is open. */
  createReport(body, options = {}) {
    return this.request("POST", "/reports", options, { body });
  }

  /** Set a new password with the link of an e-mail. Set a new password and end all sessions. */
  resetPassword(token, body, options = {}) {
    return this.request("POST", `/reset-password/${encodeURIComponent(token)}`, options, { body });
  }

  /** Restore your former e-mail address with the link of an e-mail. The e-mail goes to the former address; its link is valid for a week. */
  revokeEmailChange(token, body, options = {}) {
    return this.request("POST", `/revoke-email-change/${encodeURIComponent(token)}`, options, { body });
  }

  /** Sign in with a username or e-mail address. Open a session and return its tokens. */
  signIn(body, options = {}) {
    return this.request("POST", "/signin", options, { body });
  }

  /** Request an e-mail with a link to sign in. The e-mail is sent to confirmed addresses only. Its link is valid for 15 minutes, works once, and becomes invalid with the next sign-in. 404 if the site does not send such links. */
  requestSignInLink(body, options = {}) {
    return this.request("POST", "/signin/link", options, { body });
  }

  /** Sign in with the link of an e-mail. Open a session with the token of the link, and return its tokens. */
  signInWithLink(token, body, options = {}) {
    return this.request("POST", `/signin/link/${encodeURIComponent(token)}`, options, { body });
  }

  /** Sign out. End the session of this request. */
  signOut(options = {}) {
    return this.request("POST", "/signout", options);
  }

  /** Get what a sign-up needs. Return who may sign up, and which fields the sign-up needs. */
  getSignUpOptions(options = {}) {
    return this.request("GET", "/signup", options);
  }

  /** Sign up. `GET signup` says what the site needs. The response is 202, without tokens, if staff must approve the sign-up. */
  signUp(body, options = {}) {
    return this.request("POST", "/signup", options, { body });
  }

  /** Get a challenge to solve for a sign-up. A proof of work of ALTCHA, which its widgets solve. It is valid for 20 minutes and one sign-up. 404 if the site needs none. */
  getSignUpChallenge(options = {}) {
    return this.request("GET", "/signup/challenge", options);
  }

  /** Refresh your access token. Return a new access token, and a refresh token that replaces the one sent. */
  refreshTokens(body, options = {}) {
    return this.request("POST", "/token/refresh", options, { body });
  }

  /** List all users, newest first. Return a page of all users that you may interact with. */
  listMembers(options = {}) {
    return this.request("GET", "/users", options, { queryNames: ["cursor", "limit"] });
  }

  /** Get the first users of a leaderboard. Private accounts, users who have opted out (`shows_in_leaderboards`) and users that you may not interact with are left out. */
  getLeaderboard(options = {}) {
    return this.request("GET", "/users/leaderboard", options, { queryNames: ["kind", "limit"] });
  }

  /** Get the profile with a username. Return the profile that a mention of this name leads to. */
  lookUpMember(options = {}) {
    return this.request("GET", "/users/lookup", options, { queryNames: ["username"] });
  }

  /** Get your profile. Return your own profile. */
  getOwnProfile(options = {}) {
    return this.request("GET", "/users/me", options);
  }

  /** Update your profile. Change the given fields of your profile. */
  updateOwnProfile(body, options = {}) {
    return this.request("PATCH", "/users/me", options, { body });
  }

  /** List the users that you block, newest first. Return a page of the users that you block. */
  listBlockedMembers(options = {}) {
    return this.request("GET", "/users/me/blocks", options, { queryNames: ["cursor", "limit"] });
  }

  /** List the posts that you have bookmarked. Newest bookmark first. A post that you may no longer see is left out. It is listed again when you may see it again. */
  listBookmarkedPosts(options = {}) {
    return this.request("GET", "/users/me/bookmarks", options, { queryNames: ["cursor", "limit"] });
  }

  /** List requests to follow you, newest first. Return a page of the users that requested to follow you. */
  listFollowRequests(options = {}) {
    return this.request("GET", "/users/me/follow-requests", options, { queryNames: ["cursor", "limit"] });
  }

  /** Accept a follow request. Let the user follow you. */
  acceptFollowRequest(id, options = {}) {
    return this.request("PUT", `/users/me/follow-requests/${encodeURIComponent(id)}`, options);
  }

  /** Decline a follow request. Decline the user's request to follow you. */
  declineFollowRequest(id, options = {}) {
    return this.request("DELETE", `/users/me/follow-requests/${encodeURIComponent(id)}`, options);
  }

  /** Remove a follower. Remove one of your followers. */
  removeFollower(id, options = {}) {
    return this.request("DELETE", `/users/me/followers/${encodeURIComponent(id)}`, options);
  }

  /** Set the background of your profile. A JPEG, PNG, GIF, WebP, HEIC, AVIF or BMP: the field `image` of a form or a data URL; or `image_id`, the id of one of your images. A new image is shown when it is processed, which `user.updated` announces. */
  setBackgroundImage(body, options = {}) {
    return this.request("POST", "/users/me/images/background", options, { body });
  }

  /** Remove the background of your profile. */
  removeBackgroundImage(id, options = {}) {
    return this.request("DELETE", `/users/me/images/background/${encodeURIComponent(id)}`, options);
  }

  /** Set your profile picture. A JPEG, PNG, GIF, WebP, HEIC, AVIF or BMP: the field `image` of a form or a data URL; or `image_id`, the id of one of your images. A new image is shown when it is processed, which `user.updated` announces. */
  setProfileImage(body, options = {}) {
    return this.request("POST", "/users/me/images/profile", options, { body });
  }

  /** Delete one of your images. The image is removed wherever it is shown. */
  deleteImage(id, options = {}) {
    return this.request("DELETE", `/users/me/images/${encodeURIComponent(id)}`, options);
  }

  /** List the users that you mute, newest first. Return a page of the users that you mute. */
  listMutedMembers(options = {}) {
    return this.request("GET", "/users/me/mutes", options, { queryNames: ["cursor", "limit"] });
  }

  /** Get your settings. Return your settings. */
  getSettings(options = {}) {
    return this.request("GET", "/users/me/settings", options);
  }

  /** Update your settings. Following a private account needs a request, and its posts are visible to its followers only. Making an account public accepts the requests that wait, in the background, unless `pending_requests` is `keep`. If you turn off `shows_presence`, you appear offline to everybody. In `notifications`, omitted values stay unchanged. */
  updateSettings(body, options = {}) {
    return this.request("PATCH", "/users/me/settings", options, { body });
  }

  /** Change your username. Three times in 30 days. For 30 days, nobody else can have your former name, and mentions of it and `users/lookup` lead to you. You can take it back. */
  changeUsername(body, options = {}) {
    return this.request("PUT", "/users/me/username", options, { body });
  }

  /** List which users are online. Considers users that you follow and that follow you, and users that you have a conversation with, if they show their presence. All others are omitted. */
  listOnlineMembers(options = {}) {
    return this.request("GET", "/users/online", options, { queryNames: ["id"] });
  }

  /** Get your relationships to several users. Return your relationship to each of the given users. */
  listRelationships(options = {}) {
    return this.request("GET", "/users/relationships", options, { queryNames: ["id"] });
  }

  /** Search users by name. Usernames that start with the text come first, then those that contain it. */
  searchMembers(options = {}) {
    return this.request("GET", "/users/search", options, { queryNames: ["q", "cursor", "limit"] });
  }

  /** Suggest up to ten users to follow. Users that are followed by those you follow come first, then the users with the most followers. */
  listSuggestions(options = {}) {
    return this.request("GET", "/users/suggestions", options);
  }

  /** Get a user's profile. Return the profile of a user who has not blocked you. */
  getMember(id, options = {}) {
    return this.request("GET", `/users/${encodeURIComponent(id)}`, options);
  }

  /** Block a user. Block a user: neither of you sees or can contact the other. */
  blockMember(id, options = {}) {
    return this.request("PUT", `/users/${encodeURIComponent(id)}/block`, options);
  }

  /** Unblock a user. Unblock a user. */
  unblockMember(id, options = {}) {
    return this.request("DELETE", `/users/${encodeURIComponent(id)}/block`, options);
  }

  /** Follow a user, or request to follow a private account. Follow a user. A private account gets a request, which it can accept or decline. */
  followMember(id, options = {}) {
    return this.request("PUT", `/users/${encodeURIComponent(id)}/follow`, options);
  }

  /** Unfollow a user, or withdraw your request. Unfollow a user, or withdraw the request to follow them. */
  unfollowMember(id, options = {}) {
    return this.request("DELETE", `/users/${encodeURIComponent(id)}/follow`, options);
  }

  /** List a user's followers, newest first. Return a page of a user's followers. */
  listFollowers(id, options = {}) {
    return this.request("GET", `/users/${encodeURIComponent(id)}/followers`, options, { queryNames: ["cursor", "limit"] });
  }

  /** List the users that a user follows, newest first. Return a page of the users that a user follows. */
  listFollowing(id, options = {}) {
    return this.request("GET", `/users/${encodeURIComponent(id)}/following`, options, { queryNames: ["cursor", "limit"] });
  }

  /** List a user's images. Newest first. */
  listMemberImages(id, options = {}) {
    return this.request("GET", `/users/${encodeURIComponent(id)}/images`, options, { queryNames: ["cursor", "limit"] });
  }

  /** Mute a user. Mute a user: you see less of them, and they are not informed. */
  muteMember(id, options = {}) {
    return this.request("PUT", `/users/${encodeURIComponent(id)}/mute`, options);
  }

  /** Unmute a user. Unmute a user. */
  unmuteMember(id, options = {}) {
    return this.request("DELETE", `/users/${encodeURIComponent(id)}/mute`, options);
  }

  /** List the posts that a user has pinned. The last pinned post first. */
  listPinnedPosts(id, options = {}) {
    return this.request("GET", `/users/${encodeURIComponent(id)}/pinned`, options, { queryNames: ["cursor", "limit"] });
  }

  /** List a user's posts. Newest first. */
  listMemberPosts(id, options = {}) {
    return this.request("GET", `/users/${encodeURIComponent(id)}/posts`, options, { queryNames: ["cursor", "limit", "media"] });
  }

  /** List a user's reactions with their posts. Newest first. Only reactions to posts that you may see are listed. */
  listMemberReactions(id, options = {}) {
    return this.request("GET", `/users/${encodeURIComponent(id)}/reactions`, options, { queryNames: ["cursor", "limit"] });
  }

  /** Confirm your e-mail address with the link of an e-mail. Mark the address of your account as confirmed; a new address replaces the former one. */
  verifyEmail(token, options = {}) {
    return this.request("POST", `/verify-email/${encodeURIComponent(token)}`, options);
  }
}
