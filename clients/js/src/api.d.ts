// Generated from the OpenAPI document by `make clients`.

import type * as models from "./models.js";
import { type ApiResponse, type Options, Transport } from "./transport.js";

/** The operations of the API; `Transport` describes how requests are sent. */
export class Api extends Transport {
  /** Get your profile and contact details. Return your profile with your e-mail address. */
  getAccount(options?: Options): Promise<ApiResponse<models.Account>>;

  /** Erase your account and all your data. Erase your account. This cannot be undone. */
  eraseAccount(body: models.EraseAccountInput, options?: Options): Promise<ApiResponse<models.Message>>;

  /** Change your e-mail address. The new address is `pending_email` until the link in an e-mail to it is opened. The former address, if it was confirmed, gets an e-mail that revokes the change for a week. Send your current address to cancel a change that is pending. */
  changeEmail(body: models.ChangeEmailInput, options?: Options): Promise<ApiResponse<models.AccountResponse>>;

  /** Get the status of your export. Return your latest export, or null if there is none. */
  getExportStatus(options?: Options): Promise<ApiResponse<models.ExportState>>;

  /** Request an export of your data. Needs your password. One export at a time, three a day. The event `export.ready` and an e-mail tell you when it is ready. */
  requestExport(body: models.ExportInput, options?: Options): Promise<ApiResponse<models.ExportResponse>>;

  /** Download your export. A ZIP archive with JSON files, HTML pages and your media files. */
  downloadExport(options?: Options): Promise<ApiResponse<Blob>>;

  /** Change your password. Change your password and end all other sessions. */
  changePassword(body: models.ChangePasswordInput, options?: Options): Promise<ApiResponse<models.Message>>;

  /** List your sessions, newest first. Return a page of the sessions in which you are signed in. */
  listSessions(options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.SessionPage>>;

  /** End all your sessions. Sign out all devices, including the one that sends this request. */
  endAllSessions(options?: Options): Promise<ApiResponse<models.Message>>;

  /** End one of your sessions. Sign out the device of this session. */
  endSession(id: string, options?: Options): Promise<ApiResponse<models.Message>>;

  /** List your sign-ins, newest first. Of the last 90 days, or as many as `SECURITY_LOG_DAYS` says. `network` is a part of the address. */
  listSignIns(options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.SignInPage>>;

  /** Send the confirmation e-mail again. Send another link to confirm your e-mail address, or your new one. */
  sendVerificationEmail(options?: Options): Promise<ApiResponse<models.Message>>;

  /** List your conversations. The conversation with the newest message comes first. */
  listConversations(options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.ConversationPage>>;

  /** List messages with a user. */
  listMessages(id: string, options?: Options & { cursor?: string; limit?: number; order?: "newest" | "oldest" }): Promise<ApiResponse<models.MessagePage>>;

  /** Mark the messages from a user as read. */
  markConversationRead(id: string, options?: Options): Promise<ApiResponse<models.ConversationResponse>>;

  /** Send a message. */
  sendMessage(body: models.MessageInput | FormData, options?: Options): Promise<ApiResponse<models.MessageResponse>>;

  /** Get a message. */
  getMessage(id: string, options?: Options): Promise<ApiResponse<models.ChatMessage>>;

  /** Edit your message. */
  updateMessage(id: string, body: models.EditInput, options?: Options): Promise<ApiResponse<models.MessageResponse>>;

  /** Delete a message for yourself, or your own for everyone. */
  deleteMessage(id: string, options: Options & { for: "everyone" | "me" }): Promise<ApiResponse<models.Message>>;

  /** Set your reaction to a message. */
  setMessageReaction(id: string, body: models.MessageReactionInput, options?: Options): Promise<ApiResponse<models.MessageResponse>>;

  /** Remove your reaction to a message. */
  removeMessageReaction(id: string, options?: Options): Promise<ApiResponse<models.MessageResponse>>;

  /** Count your unread messages. */
  countUnreadMessages(options?: Options): Promise<ApiResponse<models.Unread>>;

  /** List your open chats. The members that you keep a chat open with. The newest chat comes first. */
  listOpenChats(options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.OpenChatPage>>;

  /** Open a chat with a user. */
  openChat(id: string, options?: Options): Promise<ApiResponse<models.Message>>;

  /** Close a chat with a user. */
  closeChat(id: string, options?: Options): Promise<ApiResponse<models.Message>>;

  /** Get a comment. */
  getComment(id: string, options?: Options): Promise<ApiResponse<models.Comment>>;

  /** Update one of your comments. */
  updateComment(id: string, body: models.PatchedCommentInput, options?: Options): Promise<ApiResponse<models.CommentResponse>>;

  /** Delete a comment. You can delete your comments, and all comments on your posts. */
  deleteComment(id: string, options?: Options): Promise<ApiResponse<models.Message>>;

  /** Set your reaction to a comment. */
  setCommentReaction(id: string, body: models.CommentReactionInput, options?: Options): Promise<ApiResponse<models.CommentReactionResponse>>;

  /** Remove your reaction to a comment. */
  removeCommentReaction(id: string, options?: Options): Promise<ApiResponse<models.CommentReactionResponse>>;

  /** List the reactions to a comment. Newest first. */
  listCommentReactions(id: string, options?: Options & { cursor?: string; limit?: number; type?: "angry" | "happy" | "like" | "love" | "sad" | "wow" }): Promise<ApiResponse<models.CommentReactionPage>>;

  /** List the replies to a comment. The replies to a top-level comment and to its replies, in one list. */
  listReplies(id: string, options?: Options & { cursor?: string; limit?: number; order?: "newest" | "oldest" }): Promise<ApiResponse<models.CommentPage>>;

  /** Request an e-mail to reset your password. Send a link to set a new password, if the address belongs to an account. */
  requestPasswordReset(body: models.EmailInput, options?: Options): Promise<ApiResponse<models.Message>>;

  /** List your notifications. The newest come first. Notifications from members that you mute or block, or that block you, are hidden, and so are notifications about posts that you may not see. `unread_count` includes notifications that a mute or a change of privacy hides. */
  listNotifications(options?: Options & { cursor?: string; limit?: number; type?: "comment" | "comment_reaction" | "follow" | "follow_accepted" | "follow_request" | "mention" | "message" | "poll" | "reaction" | "reply" | "report" | "warning" }): Promise<ApiResponse<models.NotificationPage>>;

  /** Mark all notifications as read. */
  markAllNotificationsRead(options?: Options): Promise<ApiResponse<models.UnreadCount>>;

  /** Unsubscribe from e-mails of one type, or of all, with the token from an e-mail. */
  unsubscribeFromEmails(token: string, options?: Options): Promise<ApiResponse<models.Message>>;

  /** Mark a notification as read or unread. */
  updateNotification(id: string, body: models.NotificationInput, options?: Options): Promise<ApiResponse<models.NotificationResponse>>;

  /** Delete a notification. */
  deleteNotification(id: string, options?: Options): Promise<ApiResponse<models.Message>>;

  /** List the posts of the global feed. Newest first. */
  listPosts(options?: Options & { anchor?: string; cursor?: string; limit?: number; media?: "images" | "videos"; page?: number }): Promise<ApiResponse<models.FeedPage>>;

  /** Create a post. */
  createPost(body: models.PostInput | FormData, options?: Options): Promise<ApiResponse<models.PostResponse>>;

  /** List the posts of your home feed. Your own posts and those of the users that you follow, newest first. */
  listHomePosts(options?: Options & { cursor?: string; limit?: number; media?: "images" | "videos" }): Promise<ApiResponse<models.PostPage>>;

  /** Get a post. */
  getPost(id: string, options?: Options): Promise<ApiResponse<models.Post>>;

  /** Update one of your posts. */
  updatePost(id: string, body: models.PatchedPostInput | FormData, options?: Options): Promise<ApiResponse<models.PostResponse>>;

  /** Delete one of your posts. */
  deletePost(id: string, options?: Options): Promise<ApiResponse<models.Message>>;

  /** Bookmark a post. Only you can see your bookmarks. */
  createBookmark(id: string, options?: Options): Promise<ApiResponse<models.Message>>;

  /** Remove your bookmark of a post. */
  deleteBookmark(id: string, options?: Options): Promise<ApiResponse<models.Message>>;

  /** List the comments on a post. Without the replies to comments. */
  listComments(id: string, options?: Options & { cursor?: string; limit?: number; order?: "newest" | "oldest" }): Promise<ApiResponse<models.CommentPage>>;

  /** Comment on a post, or reply to a comment. */
  createComment(id: string, body: models.NewCommentInput, options?: Options): Promise<ApiResponse<models.CommentResponse>>;

  /** List the latest commenters on a post. The number of comments, and the username of each of the latest commenters. */
  listCommenters(id: string, options?: Options & { limit?: number }): Promise<ApiResponse<models.Commenters>>;

  /** Pin one of your posts to your profile. The post becomes the first of your pinned posts. You can pin 5 posts. */
  pinPost(id: string, options?: Options): Promise<ApiResponse<models.PostResponse>>;

  /** Unpin one of your posts. */
  unpinPost(id: string, options?: Options): Promise<ApiResponse<models.PostResponse>>;

  /** Vote in the poll of a post. Replaces your earlier vote, if the poll permits changes. Nobody else can see what you vote for. */
  setPollVote(id: string, body: models.PollVoteInput, options?: Options): Promise<ApiResponse<models.PollVoteResponse>>;

  /** Withdraw your vote in the poll of a post. Only if the poll permits changes. */
  deletePollVote(id: string, options?: Options): Promise<ApiResponse<models.PollVoteResponse>>;

  /** Set your reaction to a post. */
  setPostReaction(id: string, body: models.ReactionInput, options?: Options): Promise<ApiResponse<models.ReactionResponse>>;

  /** Remove your reaction to a post. */
  removePostReaction(id: string, options?: Options): Promise<ApiResponse<models.ReactionResponse>>;

  /** List the reactions to a post. Newest first. */
  listPostReactions(id: string, options?: Options & { cursor?: string; limit?: number; type?: "angry" | "happy" | "like" | "love" | "sad" | "wow" }): Promise<ApiResponse<models.ReactionPage>>;

  /** Get your reaction to a post. */
  getOwnPostReaction(id: string, options?: Options): Promise<ApiResponse<models.OwnReaction>>;

  /** List the earlier versions of a post. The content before each edit, newest first. */
  listPostVersions(id: string, options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.VersionPage>>;

  /** List your reports, newest first. */
  listReports(options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.ReportPage>>;

  /** Report a user, post, comment or message. You can report what you can see, except your own content. 409 while your earlier report of the same content is open. */
  createReport(body: models.ReportInput, options?: Options): Promise<ApiResponse<models.ReportResponse>>;

  /** Set a new password with the link of an e-mail. Set a new password and end all sessions. */
  resetPassword(token: string, body: models.NewPasswordInput, options?: Options): Promise<ApiResponse<models.Message>>;

  /** Restore your former e-mail address with the link of an e-mail. The e-mail goes to the former address; its link is valid for a week. */
  revokeEmailChange(token: string, body: models.NewPasswordInput, options?: Options): Promise<ApiResponse<models.Message>>;

  /** Sign in with a username or e-mail address. Open a session and return its tokens. */
  signIn(body: models.SignInInput, options?: Options): Promise<ApiResponse<models.SignedIn>>;

  /** Request an e-mail with a link to sign in. The e-mail is sent to confirmed addresses only. Its link is valid for 15 minutes, works once, and becomes invalid with the next sign-in. 404 if the site does not send such links. */
  requestSignInLink(body: models.EmailInput, options?: Options): Promise<ApiResponse<models.Message>>;

  /** Sign in with the link of an e-mail. Open a session with the token of the link, and return its tokens. */
  signInWithLink(token: string, body: models.SignInLinkInput, options?: Options): Promise<ApiResponse<models.SignedIn>>;

  /** Sign out. End the session of this request. */
  signOut(options?: Options): Promise<ApiResponse<models.Message>>;

  /** Get what a sign-up needs. Return who may sign up, and which fields the sign-up needs. */
  getSignUpOptions(options?: Options): Promise<ApiResponse<models.SignUpOptions>>;

  /** Sign up. `GET signup` says what the site needs. The response is 202, without tokens, if staff must approve the sign-up. */
  signUp(body: models.SignUpInput | FormData, options?: Options): Promise<ApiResponse<models.SignedIn | models.Message>>;

  /** Get a challenge to solve for a sign-up. A proof of work of ALTCHA, which its widgets solve. It is valid for 20 minutes and one sign-up. 404 if the site needs none. */
  getSignUpChallenge(options?: Options): Promise<ApiResponse<models.Challenge>>;

  /** Refresh your access token. Return a new access token, and a refresh token that replaces the one sent. */
  refreshTokens(body: models.RefreshInput, options?: Options): Promise<ApiResponse<models.Tokens>>;

  /** List all users, newest first. Return a page of all users that you may interact with. */
  listMembers(options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.UserPage>>;

  /** Get the first users of a leaderboard. Private accounts, users who have opted out (`shows_in_leaderboards`) and users that you may not interact with are left out. */
  getLeaderboard(options?: Options & { kind?: "followers" | "active"; limit?: number }): Promise<ApiResponse<models.Leaderboard>>;

  /** Get the profile with a username. Return the profile that a mention of this name leads to. */
  lookUpMember(options: Options & { username: string }): Promise<ApiResponse<models.Profile>>;

  /** Get your profile. Return your own profile. */
  getOwnProfile(options?: Options): Promise<ApiResponse<models.Profile>>;

  /** Update your profile. Change the given fields of your profile. */
  updateOwnProfile(body: models.PatchedProfileInput, options?: Options): Promise<ApiResponse<models.UserResponse>>;

  /** List the users that you block, newest first. Return a page of the users that you block. */
  listBlockedMembers(options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.PeoplePage>>;

  /** List the posts that you have bookmarked. Newest bookmark first. A post that you may no longer see is left out. It is listed again when you may see it again. */
  listBookmarkedPosts(options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.PostPage>>;

  /** List requests to follow you, newest first. Return a page of the users that requested to follow you. */
  listFollowRequests(options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.PeoplePage>>;

  /** Accept a follow request. Let the user follow you. */
  acceptFollowRequest(id: string, options?: Options): Promise<ApiResponse<models.RelationResponse>>;

  /** Decline a follow request. Decline the user's request to follow you. */
  declineFollowRequest(id: string, options?: Options): Promise<ApiResponse<models.RelationResponse>>;

  /** Remove a follower. Remove one of your followers. */
  removeFollower(id: string, options?: Options): Promise<ApiResponse<models.RelationResponse>>;

  /** Set the background of your profile. A JPEG, PNG, GIF, WebP, HEIC, AVIF or BMP: the field `image` of a form or a data URL; or `image_id`, the id of one of your images. A new image is shown when it is processed, which `user.updated` announces. */
  setBackgroundImage(body: models.ImageInput | FormData, options?: Options): Promise<ApiResponse<models.ImageResponse>>;

  /** Remove the background of your profile. */
  removeBackgroundImage(id: string, options?: Options): Promise<ApiResponse<models.Message>>;

  /** Set your profile picture. A JPEG, PNG, GIF, WebP, HEIC, AVIF or BMP: the field `image` of a form or a data URL; or `image_id`, the id of one of your images. A new image is shown when it is processed, which `user.updated` announces. */
  setProfileImage(body: models.ImageInput | FormData, options?: Options): Promise<ApiResponse<models.ImageResponse>>;

  /** Delete one of your images. The image is removed wherever it is shown. */
  deleteImage(id: string, options?: Options): Promise<ApiResponse<models.Message>>;

  /** List the users that you mute, newest first. Return a page of the users that you mute. */
  listMutedMembers(options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.PeoplePage>>;

  /** Get your settings. Return your settings. */
  getSettings(options?: Options): Promise<ApiResponse<models.Settings>>;

  /** Update your settings. Following a private account needs a request, and its posts are visible to its followers only. Making an account public accepts the requests that wait, in the background, unless `pending_requests` is `keep`. If you turn off `shows_presence`, you appear offline to everybody. In `notifications`, omitted values stay unchanged. */
  updateSettings(body: models.PatchedSettingsInput, options?: Options): Promise<ApiResponse<models.SettingsResponse>>;

  /** Change your username. Three times in 30 days. For 30 days, nobody else can have your former name, and mentions of it and `users/lookup` lead to you. You can take it back. */
  changeUsername(body: models.UsernameInput, options?: Options): Promise<ApiResponse<models.UserResponse>>;

  /** List which users are online. Considers users that you follow and that follow you, and users that you have a conversation with, if they show their presence. All others are omitted. */
  listOnlineMembers(options: Options & { id: (string)[] }): Promise<ApiResponse<models.Online>>;

  /** Get your relationships to several users. Return your relationship to each of the given users. */
  listRelationships(options: Options & { id: (string)[] }): Promise<ApiResponse<models.Relations>>;

  /** Search users by name. Usernames that start with the text come first, then those that contain it. */
  searchMembers(options: Options & { q: string; cursor?: string; limit?: number }): Promise<ApiResponse<models.UserPage>>;

  /** Suggest up to ten users to follow. Users that are followed by those you follow come first, then the users with the most followers. */
  listSuggestions(options?: Options): Promise<ApiResponse<models.PeoplePage>>;

  /** Get a user's profile. Return the profile of a user who has not blocked you. */
  getMember(id: string, options?: Options): Promise<ApiResponse<models.Profile>>;

  /** Block a user. Block a user: neither of you sees or can contact the other. */
  blockMember(id: string, options?: Options): Promise<ApiResponse<models.RelationResponse>>;

  /** Unblock a user. Unblock a user. */
  unblockMember(id: string, options?: Options): Promise<ApiResponse<models.RelationResponse>>;

  /** Follow a user, or request to follow a private account. Follow a user. A private account gets a request, which it can accept or decline. */
  followMember(id: string, options?: Options): Promise<ApiResponse<models.RelationResponse>>;

  /** Unfollow a user, or withdraw your request. Unfollow a user, or withdraw the request to follow them. */
  unfollowMember(id: string, options?: Options): Promise<ApiResponse<models.RelationResponse>>;

  /** List a user's followers, newest first. Return a page of a user's followers. */
  listFollowers(id: string, options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.PeoplePage>>;

  /** List the users that a user follows, newest first. Return a page of the users that a user follows. */
  listFollowing(id: string, options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.PeoplePage>>;

  /** List a user's images. Newest first. */
  listMemberImages(id: string, options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.ImagePage>>;

  /** Mute a user. Mute a user: you see less of them, and they are not informed. */
  muteMember(id: string, options?: Options): Promise<ApiResponse<models.RelationResponse>>;

  /** Unmute a user. Unmute a user. */
  unmuteMember(id: string, options?: Options): Promise<ApiResponse<models.RelationResponse>>;

  /** List the posts that a user has pinned. The last pinned post first. */
  listPinnedPosts(id: string, options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.PostPage>>;

  /** List a user's posts. Newest first. */
  listMemberPosts(id: string, options?: Options & { cursor?: string; limit?: number; media?: "images" | "videos" }): Promise<ApiResponse<models.PostPage>>;

  /** List a user's reactions with their posts. Newest first. Only reactions to posts that you may see are listed. */
  listMemberReactions(id: string, options?: Options & { cursor?: string; limit?: number }): Promise<ApiResponse<models.MemberReactionPage>>;

  /** Confirm your e-mail address with the link of an e-mail. Mark the address of your account as confirmed; a new address replaces the former one. */
  verifyEmail(token: string, options?: Options): Promise<ApiResponse<models.Message>>;
}
