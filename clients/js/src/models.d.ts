// Generated from the OpenAPI document by `make clients`.

/** Your own profile with the contact details. */
export interface Account {
  /** The id of the member. */
  id: string;
  /** The unique name of the member. */
  username: string;
  /** The name to show, in any script; empty if the member has chosen none. */
  display_name: string;
  /** The color of the generated avatar, as `#rrggbb`. */
  avatar_color: string;
  /** The URL of the profile picture or of the generated avatar. */
  avatar_url: string;
  /** When the member signed up. */
  created_at: string;
  /** The URL of the background image; empty if there is none. */
  background_url: string;
  /** A text about the member; empty if there is none. */
  bio: string;
  /** The pronouns; empty if they are not given. */
  pronouns: string;
  /** A quote; empty if there is none. */
  quote: string;
  /** The place of work; empty if it is not given. */
  work: string;
  /** The school; empty if it is not given. */
  school: string;
  /** The place; empty if it is not given. */
  location: string;
  /** The URL of the Facebook profile; empty if it is not given. */
  facebook: string;
  /** The URL of the Instagram profile; empty if it is not given. */
  instagram: string;
  /** The URL of the Twitter profile; empty if it is not given. */
  twitter: string;
  /** The URL of the YouTube channel; empty if it is not given. */
  youtube: string;
  /** The links, in the order of the member. */
  links: (ProfileLink)[];
  /** Whether following the member needs a request. */
  is_private: boolean;
  /** The number of posts that you may see. */
  posts_count: number;
  /** The number of followers. */
  followers_count: number;
  /** The number of members that the member follows. */
  following_count: number;
  /** The e-mail address, which only its owner sees. */
  email: string;
  /** Whether the e-mail address is confirmed. */
  email_verified: boolean;
  /** The new e-mail address until it is confirmed; empty if there is none. */
  pending_email: string;
  /** Why no e-mail is sent to the address: it bounced, or was reported as spam. Empty if it can be reached. Confirming the address again, or another one, ends this. */
  email_failure: EmailFailureEnum | BlankEnum;
  /** Since when no e-mail is sent; null if it is sent. */
  email_failed_at: string | null;
}

/** The response to a change of your account. */
export interface AccountResponse {
  /** What was done, for people. */
  message: string;
  user: Account;
}

/** An author, as shown next to their content. */
export interface Author {
  /** The id of the member. */
  id: string;
  /** The unique name of the member. */
  username: string;
  /** The name to show, in any script; empty if the member has chosen none. */
  display_name: string;
  /** The color of the generated avatar, as `#rrggbb`. */
  avatar_color: string;
  /** The URL of the profile picture or of the generated avatar. */
  avatar_url: string;
}

export type BlankEnum = "";

/** * `off` - No challenge * `altcha` - A proof of work */
export type CaptchaEnum = "off" | "altcha";

/** An ALTCHA challenge (version 1). */
export interface Challenge {
  /** The hash function, `SHA-256`. */
  algorithm: string;
  /** The hash of the salt and the number, in hex. */
  challenge: string;
  /** The highest possible number. */
  maxNumber: number;
  /** The salt, which contains the expiry. */
  salt: string;
  /** The signature, which the payload repeats. */
  signature: string;
}

/** The new address, and the password: an unlocked device alone must not take the account. */
export interface ChangeEmailInput {
  /** The new e-mail address; the current one cancels a pending change. */
  email: string;
  /** The current password. */
  password: string;
}

/** The current password and the new one. */
export interface ChangePasswordInput {
  /** The current password. */
  current_password: string;
  /** The new password. */
  new_password: string;
}

/** The channels of one type of notification. */
export interface Channels {
  /** Whether such notifications appear in the list and as events. */
  in_app: boolean;
  /** Whether such notifications are sent by e-mail. */
  email: boolean;
}

/** The channels of one type of notification. */
export interface ChannelsInput {
  /** Whether such notifications appear in the list and as events. */
  in_app?: boolean;
  /** Whether such notifications are sent by e-mail. */
  email?: boolean;
}

/** A message. */
export interface ChatMessage {
  /** The id of the message. */
  id: string;
  /** When the message was sent. */
  created_at: string;
  /** The text; empty if there is none. */
  text: string;
  /** The links, mentions and hashtags of the text, in order. */
  facets: (Facet)[];
  /** The URL of a GIF; empty if there is none. */
  gif_url: string;
  /** The reaction of each member, by the member's id. */
  reactions: Record<string, "like" | "love" | "happy" | "wow" | "sad" | "angry">;
  /** When the message was last edited; null if it never was. */
  edited_at: string | null;
  /** Whether the message was deleted for everyone. Its content is then empty. */
  is_deleted: boolean;
  /** The id of the sender. */
  sender_id: string;
  /** The id of the receiver. */
  receiver_id: string;
  /** The image of the message. */
  media: Media | null;
}

/** A comment, and what it is to you. */
export interface Comment {
  /** The id of the comment. */
  id: string;
  /** When the comment was created. */
  created_at: string;
  /** The text. */
  text: string;
  /** The links, mentions and hashtags of the text, in order. */
  facets: (Facet)[];
  /** When the comment was last edited; null if it never was. */
  edited_at: string | null;
  /** The id of the post. */
  post_id: string;
  /** The comment that this one answers, which may be deleted; null if it answers the post. */
  parent_id: string | null;
  /** The top-level comment of the thread; null for a top-level comment. */
  thread_id: string | null;
  /** The number of replies in the thread, at any depth; 0 for a reply. */
  replies_count: number;
  /** The number of reactions by type. */
  reactions: Totals;
  /** The author. */
  author: Author;
  /** What the comment is to you. Events do not have it. */
  viewer: CommentViewer;
}

/** A page of comments. */
export interface CommentPage {
  /** The comments of this page. */
  comments: (Comment)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** A reaction to a comment, with its author. */
export interface CommentReaction {
  /** The type of the reaction. */
  type: ReactionEnum;
  /** When the reaction was set. */
  created_at: string;
  /** The member who reacted. */
  author: Author;
}

/** The reaction to set. */
export interface CommentReactionInput {
  /** The type of the reaction. */
  type: ReactionEnum;
}

/** A page of the reactions to a comment. */
export interface CommentReactionPage {
  /** The reactions of this page. */
  reactions: (CommentReaction)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** The response to a change of your reaction, with the comment's totals after it. */
export interface CommentReactionResponse {
  /** What was done, for people. */
  message: string;
  /** Your reaction after the change. */
  reaction: OwnCommentReaction;
  /** The number of reactions to the comment by type; null if you may not see the comment. */
  reactions: Totals | null;
}

/** The response to a change of a comment. */
export interface CommentResponse {
  /** What was done, for people. */
  message: string;
  comment: Comment;
}

/** What a comment is to you. */
export interface CommentViewer {
  /** Your reaction; null if there is none. */
  reaction: ReactionEnum | NullEnum;
  /** Whether you follow the author. */
  follows_author: boolean;
  /** Whether you mute the author. */
  muted: boolean;
  /** Whether you can change the comment. */
  can_edit: boolean;
  /** Whether you can delete the comment. */
  can_delete: boolean;
}

/** The number of comments on a post, and the usernames of the latest commenters. */
export interface Commenters {
  /** The number of comments on the post. */
  count: number;
  /** The usernames of the latest commenters, each once, latest first. */
  names: (string)[];
}

/** A conversation, as one of its two members sees it. */
export interface Conversation {
  /** The other member. */
  user: Author;
  /** The number of messages that you have not read. */
  unread: number;
  /** Null if you have deleted every message. */
  last_message: ChatMessage | null;
}

/** A page of conversations. */
export interface ConversationPage {
  /** The conversations of this page. */
  conversations: (Conversation)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** The response to a change of a conversation. */
export interface ConversationResponse {
  /** What was done, for people. */
  message: string;
  conversation: Conversation;
}

/** The new text of a message. */
export interface EditInput {
  /** The new text. At most 10,000 characters, as a person counts them, and 60,000 bytes. */
  text: string;
}

/** * `` - None * `bounce` - The mailbox does not exist or refuses e-mail * `complaint` - The recipient reported an e-mail as spam */
export type EmailFailureEnum = "bounce" | "complaint";

/** An e-mail address. */
export interface EmailInput {
  /** The e-mail address of the account. */
  email: string;
}

/** The password, so that an unlocked device alone is not enough to erase the account. */
export interface EraseAccountInput {
  /** The current password. */
  password: string;
}

/** An export of your data: its status, and until when it is kept. */
export interface Export {
  /** When the export was requested. */
  requested_at: string;
  /** When the archive was ready; null before. */
  ready_at: string | null;
  /** When the archive is deleted; null before it is ready. */
  expires_at: string | null;
  /** The size of the archive in bytes; null before it is ready. */
  size: number | null;
  /** The state of the export. */
  status: StatusEnum;
}

/** The password, so that an unlocked device alone is not enough to copy all data. */
export interface ExportInput {
  /** The current password. */
  password: string;
}

/** The response to a request for an export. */
export interface ExportResponse {
  /** What was done, for people. */
  message: string;
  export: Export;
}

/** Your export, or null if there is none. */
export interface ExportState {
  /** The latest export; null if there is none. */
  export: Export | null;
}

/** A link, a mention or a hashtag in a text. */
export interface Facet {
  /** The kind of the facet; more kinds may be added. */
  type: FacetTypeEnum;
  /** Where it starts, in code points. */
  start: number;
  /** Where it ends, in code points. */
  end: number;
  /** Where it starts, in bytes of UTF-8. */
  byte_start: number;
  /** Where it ends, in bytes of UTF-8. */
  byte_end: number;
  /** Of a link: the URL, with an http, https or mailto scheme. */
  url?: string;
  /** Of a mention: the id of the member. */
  mentioned_id?: string;
  /** Of a hashtag: the text without its sign. */
  tag?: string;
}

/** * `link` - Link * `mention` - Mention * `hashtag` - Hashtag */
export type FacetTypeEnum = "link" | "mention" | "hashtag";

/** A page of the global feed. */
export interface FeedPage {
  /** The posts of this page. */
  posts: (Post)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
  /** The number of public posts by accounts that are not private. It may differ from the number of posts that you see. */
  total_posts: number;
  /** With `page` only: the `anchor` for further pages; null in an empty feed. */
  anchor?: string | null;
}

/** * `` - - * `happy` - Happy * `excited` - Excited * `blessed` - Blessed * `loved` - Loved * `sad` - Sad * `angry` - Angry */
export type FeelingsEnum = "happy" | "excited" | "blessed" | "loved" | "sad" | "angry";

/** The error of one field. */
export interface FieldProblem {
  /** The name of the field, with dots inside of objects. */
  field: string;
  /** The name of the error, for programs. */
  code: string;
  /** The explanation, for people. */
  detail: string;
}

/** An image of a gallery. `post_id` is empty if it is not in a post. */
export interface Image {
  /** The id of the image or video. */
  id: string;
  /** Whether it is an image or a video. */
  kind: KindEnum;
  /** The state of the processing. */
  state: StateEnum;
  /** Why the processing has failed; null if it has not. */
  error: string | null;
  /** The URL of the file; null until it is ready. */
  url: string | null;
  /** The width in pixels; null until it is ready. */
  width: number | null;
  /** The height in pixels; null until it is ready. */
  height: number | null;
  /** The duration of a video or an animation in seconds; null for a still image. */
  duration: number | null;
  /** A BlurHash to show until the file is loaded; empty until it is ready. */
  blurhash: string;
  /** Smaller sizes, by name; empty until it is ready. */
  sizes: Sizes;
  /** When the image was uploaded. */
  created_at: string;
  /** What the image was uploaded for. */
  purpose: PurposeEnum;
  /** The id of the post that shows the image; empty if there is none. */
  post_id: string;
}

/** An image for your profile: a file, or the id of one of your images. */
export interface ImageInput {
  /** A new image: a file of a form, or a data URL. */
  image?: string;
  /** The id of one of your images. */
  image_id?: string;
}

/** A page of a gallery. */
export interface ImagePage {
  /** The images of this page. */
  images: (Image)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** The response to a new image. */
export interface ImageResponse {
  /** What was done, for people. */
  message: string;
  image: Media;
}

/** * `image` - Image * `video` - Video */
export type KindEnum = "image" | "video";

/** The first members of a leaderboard. */
export interface Leaderboard {
  /** The members, the first first. */
  users: (Profile)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
  /** When the members were ranked: usually within the last minute (`followers`) or five minutes (`active`). */
  ranked_at: string;
}

/** An image or a video. */
export interface Media {
  /** The id of the image or video. */
  id: string;
  /** Whether it is an image or a video. */
  kind: KindEnum;
  /** The state of the processing. */
  state: StateEnum;
  /** Why the processing has failed; null if it has not. */
  error: string | null;
  /** The URL of the file; null until it is ready. */
  url: string | null;
  /** The width in pixels; null until it is ready. */
  width: number | null;
  /** The height in pixels; null until it is ready. */
  height: number | null;
  /** The duration of a video or an animation in seconds; null for a still image. */
  duration: number | null;
  /** A BlurHash to show until the file is loaded; empty until it is ready. */
  blurhash: string;
  /** Smaller sizes, by name; empty until it is ready. */
  sizes: Sizes;
}

/** A page of a member's reactions. */
export interface MemberReactionPage {
  /** The reactions of this page. */
  reactions: (ReactionOnPost)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** The result of an action. */
export interface Message {
  /** What was done, for people. */
  message: string;
}

/** A new message: a text, an image or a GIF, or a text with one of these. */
export interface MessageInput {
  /** The id of the receiver. */
  receiver_id: string;
  /** The text; required without an image or a GIF. At most 10,000 characters, as a person counts them, and 60,000 bytes. */
  text?: string;
  /** The URL of a GIF at an allowed host. */
  gif_url?: string;
  /** An image: a file of a form, or a data URL. */
  image?: string;
}

/** A page of the messages of a conversation. */
export interface MessagePage {
  /** The messages of this page. */
  messages: (ChatMessage)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
  /** The id of the newest message that the other member has read; empty if none. */
  read_up_to: string;
}

/** A reaction to a message. */
export interface MessageReactionInput {
  /** The type of the reaction. */
  type: ReactionEnum;
}

/** The response to a change of a message. */
export interface MessageResponse {
  /** What was done, for people. */
  message: string;
  chat_message: ChatMessage;
}

/** * `open` - Everybody may sign up * `invite` - An invite code is needed * `approval` - Staff approve each sign-up * `closed` - Nobody may sign up */
export type ModeEnum = "open" | "invite" | "approval" | "closed";

/** A new comment, or a reply to a comment. */
export interface NewCommentInput {
  /** The text. At most 2,000 characters, as a person counts them, and 12,000 bytes. */
  text: string;
  /** The comment on the same post that this one answers. */
  parent_id?: string;
}

/** A new password. */
export interface NewPasswordInput {
  /** The new password. */
  password: string;
}

/** * `comment` - comment * `reply` - reply * `reaction` - reaction * `comment_reaction` - comment_reaction * `follow` - follow * `follow_request` - follow_request * `follow_accepted` - follow_accepted * `message` - message * `mention` - mention * `poll` - poll * `report` - report * `warning` - warning */
export type NoticeEnum = "comment" | "reply" | "reaction" | "comment_reaction" | "follow" | "follow_request" | "follow_accepted" | "message" | "mention" | "poll" | "report" | "warning";

/** A notification. */
export interface Notification {
  /** The id of the notification. */
  id: string;
  /** When the notification was created. */
  created_at: string;
  /** The type of the notification. */
  type: NoticeEnum;
  /** Whether the notification is marked as read. */
  read: boolean;
  /** The moderator's message, for a warning; otherwise empty. */
  message: string;
  /** The id of what the notification is about: the comment or reply, or for a mention in its text and the end of a poll the post; the reaction (`<post>:<member>` or `<comment>:<member>`); the follow or follow request (`<follower>:<followed>`); the conversation (`<recipient>:<sender>`); the closed report; or the warning. For a report, a warning and the end of your own poll, the actor is you. */
  entity_id: string;
  /** The post that the notification belongs to, if any. */
  post_id: string | null;
  /** The member who caused the notification. */
  actor: Author;
}

/** The fields of a notification that its recipient may change. */
export interface NotificationInput {
  /** Whether the notification is read. */
  read: boolean;
}

/** A page of notifications, and the number of all unread notifications. */
export interface NotificationPage {
  /** The notifications of this page. */
  notifications: (Notification)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
  /** The number of all unread notifications. */
  unread_count: number;
}

/** Notification preferences by type. */
export interface NotificationPreferences {
  comment: Channels;
  reply: Channels;
  reaction: Channels;
  comment_reaction: Channels;
  follow: Channels;
  follow_request: Channels;
  follow_accepted: Channels;
  message: Channels;
  mention: Channels;
  poll: Channels;
  report: Channels;
  warning: Channels;
}

/** Notification preferences by type; omitted ones stay unchanged. */
export interface NotificationPreferencesInput {
  comment?: ChannelsInput;
  reply?: ChannelsInput;
  reaction?: ChannelsInput;
  comment_reaction?: ChannelsInput;
  follow?: ChannelsInput;
  follow_request?: ChannelsInput;
  follow_accepted?: ChannelsInput;
  message?: ChannelsInput;
  mention?: ChannelsInput;
  poll?: ChannelsInput;
  report?: ChannelsInput;
  warning?: ChannelsInput;
}

/** The response to a change of a notification. */
export interface NotificationResponse {
  /** What was done, for people. */
  message: string;
  /** The number of unread notifications after the change. */
  unread_count: number;
  notification: Notification;
}

export type NullEnum = null;

/** The ids of the requested members that are online. */
export interface Online {
  /** The ids of the requested members that are online. */
  users: (string)[];
}

/** A page of the members that you keep a chat open with. */
export interface OpenChatPage {
  /** The members of this page. */
  users: (Person)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** Your reaction to a comment; `type` is null if there is none. */
export interface OwnCommentReaction {
  /** The type of your reaction; null if there is none. */
  type: ReactionEnum | NullEnum;
}

/** Your reaction to a post; `type` is null if there is none. */
export interface OwnReaction {
  /** The type of your reaction; null if there is none. */
  type: ReactionEnum | NullEnum;
}

/** Changes to a comment. */
export interface PatchedCommentInput {
  /** The text. At most 2,000 characters, as a person counts them, and 12,000 bytes. */
  text?: string;
}

/** A new post, or changes to one. */
export interface PatchedPostInput {
  /** The text; required in a new post without media. At most 5,000 characters, as a person counts them, and 30,000 bytes. */
  text?: string;
  /** Who may see the post; `public` by default. */
  privacy?: PrivacyEnum;
  /** Who may comment on the post, of those who see it, besides you: `everyone` by default. */
  who_may_comment?: WhoMayCommentEnum;
  /** The background color, as `#rrggbb`. */
  bg_color?: string;
  /** Your feeling, shown with the post. */
  feelings?: FeelingsEnum | BlankEnum;
  /** An image: a file of a form, or a data URL. Null removes it. */
  image?: string | null;
  /** A video: a file of a form, or a data URL. Null removes it. */
  video?: string | null;
  /** The URL of a GIF at an allowed host. Null removes it. */
  gif_url?: string | null;
  /** A poll. A poll that has no votes and has not ended can be replaced; null removes it. */
  poll?: PollInput | null;
}

/** The fields of the profile that a member can change. */
export interface PatchedProfileInput {
  /** The name to show, in any script, without `@`. Hidden characters are removed. Empty shows the username. At most 40 characters, as a person counts them, and 160 bytes. */
  display_name?: string;
  /** A text about you; empty removes it. At most 500 characters, as a person counts them, and 3,000 bytes. */
  bio?: string;
  /** Pronouns; empty removes them. At most 40 characters, as a person counts them, and 240 bytes. */
  pronouns?: string;
  /** A quote; empty removes it. At most 300 characters, as a person counts them, and 1,800 bytes. */
  quote?: string;
  /** The place of work; empty removes it. At most 100 characters, as a person counts them, and 600 bytes. */
  work?: string;
  /** The school; empty removes it. At most 100 characters, as a person counts them, and 600 bytes. */
  school?: string;
  /** The place; empty removes it. At most 100 characters, as a person counts them, and 600 bytes. */
  location?: string;
  /** The URL of the Facebook profile; empty removes it. At most 200 characters, as a person counts them, and 800 bytes. */
  facebook?: string;
  /** The URL of the Instagram profile; empty removes it. At most 200 characters, as a person counts them, and 800 bytes. */
  instagram?: string;
  /** The URL of the Twitter profile; empty removes it. At most 200 characters, as a person counts them, and 800 bytes. */
  twitter?: string;
  /** The URL of the YouTube channel; empty removes it. At most 200 characters, as a person counts them, and 800 bytes. */
  youtube?: string;
  /** At most four links; they replace all former ones. A page is marked as verified when it links to `/people/{id}` of this site, with your id, with `rel=me`. Links that are not verified are checked again, even if they are the same. */
  links?: (ProfileLinkInput)[];
}

/** The settings that a member can change. */
export interface PatchedSettingsInput {
  /** Whether following you needs a request, and only followers see your posts. */
  is_private?: boolean;
  /** What happens to the requests to follow you when your account becomes public, or is: `accept` makes them follows, `keep` leaves them to you. By default, opening an account accepts them. */
  pending_requests?: PendingRequestsEnum;
  /** The members who may start a conversation with you. */
  who_may_message?: WhoMayMessageEnum;
  /** Whether other members see that you are online. */
  shows_presence?: boolean;
  /** Whether leaderboards may show you. */
  shows_in_leaderboards?: boolean;
  /** The channels of each type of notification; omitted ones stay unchanged. */
  notifications?: NotificationPreferencesInput;
  /** Your birth date, which nobody else sees; null removes it. */
  birth_date?: string | null;
}

/** * `accept` - Accept all of them * `keep` - Keep them waiting */
export type PendingRequestsEnum = "accept" | "keep";

/** A page of people. */
export interface PeoplePage {
  /** The members of this page. */
  users: (RelatedPerson)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** A member, as shown in a list of people. */
export interface Person {
  /** The id of the member. */
  id: string;
  /** The unique name of the member. */
  username: string;
  /** The name to show, in any script; empty if the member has chosen none. */
  display_name: string;
  /** The color of the generated avatar, as `#rrggbb`. */
  avatar_color: string;
  /** The URL of the profile picture or of the generated avatar. */
  avatar_url: string;
  /** Whether following the member needs a request. */
  is_private: boolean;
}

/** A poll, as all viewers of its post see it. */
export interface Poll {
  /** The texts of the options. A vote names them by their numbers, from 0. */
  options: (string)[];
  /** Whether a vote may have several choices. */
  multiple: boolean;
  /** Whether only members who have voted see the results before the end. */
  hide_results: boolean;
  /** Whether members may change and withdraw their votes before the end. */
  may_change_vote: boolean;
  /** When the poll ends, by the server's clock. */
  ends_at: string;
}

/** The poll of a post. In a form, it is JSON text. */
export interface PollInput {
  /** The texts of the options, all different. Each has at most 100 characters, as a person counts them. */
  options: (string)[];
  /** Whether a vote may have several choices; false by default. */
  multiple?: boolean;
  /** Whether only members who have voted see the results before the end; false by default. */
  hide_results?: boolean;
  /** Whether members may change and withdraw their votes before the end; false by default. */
  may_change_vote?: boolean;
  /** When the poll ends: in 5 minutes to 30 days. Give this or `duration_seconds`. */
  ends_at?: string;
  /** After how many seconds the poll ends. */
  duration_seconds?: number;
}

/** The results of a poll. */
export interface PollResults {
  /** The number of votes for each option. */
  votes: (number)[];
  /** The number of members who have voted. */
  voters_count: number;
}

/** What a poll is to you. */
export interface PollViewer {
  /** The numbers of the options that you have voted for; empty without a vote. */
  choices: (number)[];
  /** The results; null as long as you may not see them: see `hide_results`. */
  results: PollResults | null;
}

/** A vote in a poll. */
export interface PollVoteInput {
  /** The numbers of the options, from 0; one, unless the poll permits several. */
  choices: (number)[];
}

/** The response to a change of your vote. */
export interface PollVoteResponse {
  /** What was done, for people. */
  message: string;
  /** What the poll is to you after the change. */
  poll: PollViewer;
}

/** A post, and what it is to you. */
export interface Post {
  /** The id of the post. */
  id: string;
  /** When the post was created. */
  created_at: string;
  /** The text; empty if the post has only media. */
  text: string;
  /** The links, mentions and hashtags of the text, in order. */
  facets: (Facet)[];
  /** The background color, as `#rrggbb`; empty if there is none. */
  bg_color: string;
  /** The feeling of the author; empty if there is none. */
  feelings: string;
  /** The URL of a GIF; empty if there is none. */
  gif_url: string;
  /** When the post was last edited; null if it never was. */
  edited_at: string | null;
  /** When the author pinned the post to their profile; null if it is not pinned. */
  pinned_at: string | null;
  /** Who may see the post. */
  privacy: PrivacyEnum;
  /** Who may comment on the post, besides the author. */
  who_may_comment: WhoMayCommentEnum;
  /** The number of comments. */
  comments_count: number;
  /** The number of reactions by type. */
  reactions: Totals;
  /** The image or video; null if there is none. */
  media: Media | null;
  /** The poll; null if there is none. */
  poll: Poll | null;
  /** The author. */
  author: Author;
  /** What the post is to you. Events do not have it. */
  viewer: PostViewer;
}

/** A new post, or changes to one. */
export interface PostInput {
  /** The text; required in a new post without media. At most 5,000 characters, as a person counts them, and 30,000 bytes. */
  text?: string;
  /** Who may see the post; `public` by default. */
  privacy?: PrivacyEnum;
  /** Who may comment on the post, of those who see it, besides you: `everyone` by default. */
  who_may_comment?: WhoMayCommentEnum;
  /** The background color, as `#rrggbb`. */
  bg_color?: string;
  /** Your feeling, shown with the post. */
  feelings?: FeelingsEnum | BlankEnum;
  /** An image: a file of a form, or a data URL. Null removes it. */
  image?: string | null;
  /** A video: a file of a form, or a data URL. Null removes it. */
  video?: string | null;
  /** The URL of a GIF at an allowed host. Null removes it. */
  gif_url?: string | null;
  /** A poll. A poll that has no votes and has not ended can be replaced; null removes it. */
  poll?: PollInput | null;
}

/** A page of posts. */
export interface PostPage {
  /** The posts of this page. */
  posts: (Post)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** The response to a change of a post. */
export interface PostResponse {
  /** What was done, for people. */
  message: string;
  post: Post;
}

/** The content of a post before an edit. */
export interface PostVersion {
  /** The id of the version. */
  id: string;
  /** When this content was written. */
  written_at: string;
  /** The text; empty if the post had only media. */
  text: string;
  /** The links, mentions and hashtags of the text, in order. */
  facets: (Facet)[];
  /** The background color, as `#rrggbb`; empty if there was none. */
  bg_color: string;
  /** The feeling of the author; empty if there was none. */
  feelings: string;
  /** The URL of a GIF; empty if there was none. */
  gif_url: string;
  /** The image or video; null if there was none. */
  media: Media | null;
}

/** What a post is to you. */
export interface PostViewer {
  /** Your reaction; null if there is none. */
  reaction: ReactionEnum | NullEnum;
  /** Whether you have bookmarked the post. */
  bookmarked: boolean;
  /** Whether you follow the author. */
  follows_author: boolean;
  /** Whether you mute the author. */
  muted: boolean;
  /** Whether you can change and delete the post. */
  can_edit: boolean;
  /** Whether you can comment on the post. */
  can_comment: boolean;
  /** What the poll of the post is to you; null if there is none. */
  poll: PollViewer | null;
}

/** * `public` - Everyone * `followers` - Followers * `private` - Only me */
export type PrivacyEnum = "public" | "followers" | "private";

/** An error (RFC 9457). */
export interface Problem {
  /** The URL of the explanation of the error. */
  type: string;
  /** The summary of the kind of error. */
  title: string;
  /** The status of the response. */
  status: number;
  /** The explanation of this error, for people. */
  detail: string;
  /** The name of the error, for programs. */
  code: string;
  /** The errors of single fields; empty for other errors. */
  errors: (FieldProblem)[];
  /** When the restriction ends. */
  until?: string;
}

/** A member's profile as you may see it, and what the member is to you. */
export interface Profile {
  /** The id of the member. */
  id: string;
  /** The unique name of the member. */
  username: string;
  /** The name to show, in any script; empty if the member has chosen none. */
  display_name: string;
  /** The color of the generated avatar, as `#rrggbb`. */
  avatar_color: string;
  /** The URL of the profile picture or of the generated avatar. */
  avatar_url: string;
  /** When the member signed up. */
  created_at: string;
  /** The URL of the background image; empty if there is none. */
  background_url: string;
  /** A text about the member; empty if there is none. */
  bio: string;
  /** The pronouns; empty if they are not given. */
  pronouns: string;
  /** A quote; empty if there is none. */
  quote: string;
  /** The place of work; empty if it is not given. */
  work: string;
  /** The school; empty if it is not given. */
  school: string;
  /** The place; empty if it is not given. */
  location: string;
  /** The URL of the Facebook profile; empty if it is not given. */
  facebook: string;
  /** The URL of the Instagram profile; empty if it is not given. */
  instagram: string;
  /** The URL of the Twitter profile; empty if it is not given. */
  twitter: string;
  /** The URL of the YouTube channel; empty if it is not given. */
  youtube: string;
  /** The links, in the order of the member. */
  links: (ProfileLink)[];
  /** Whether following the member needs a request. */
  is_private: boolean;
  /** The number of posts that you may see. */
  posts_count: number;
  /** The number of followers. */
  followers_count: number;
  /** The number of members that the member follows. */
  following_count: number;
  /** What the member is to you. Events do not have it. */
  viewer: ProfileViewer;
}

/** A link of a profile. */
export interface ProfileLink {
  /** What the link is, in the words of the member; may be empty. */
  label: string;
  /** The https URL. */
  url: string;
  /** Since when the page is known to link to this profile with `rel=me`; else null. */
  verified_at: string | null;
}

/** A link of the profile. */
export interface ProfileLinkInput {
  /** What the link is. At most 40 characters, as a person counts them, and 160 bytes. */
  label?: string;
  /** The https URL. At most 200 characters, as a person counts them, and 800 bytes. */
  url: string;
}

/** What a member is to you. */
export interface ProfileViewer {
  /** Whether you follow the member. */
  following: boolean;
  /** Whether the member follows you. */
  followed_by: boolean;
  /** Whether you block the member. */
  blocking: boolean;
  /** Whether you mute the member. */
  muting: boolean;
  /** Whether your request to follow the member is pending. */
  requested: boolean;
  /** Whether the profile is yours. */
  can_edit: boolean;
}

/** * `profile` - Profile picture * `background` - Background of a profile * `post` - Post */
export type PurposeEnum = "profile" | "background" | "post";

/** A reaction to a post, with its author. */
export interface Reaction {
  /** The type of the reaction. */
  type: ReactionEnum;
  /** When the reaction was set. */
  created_at: string;
  /** The member who reacted. */
  author: Author;
}

/** * `like` - Like * `love` - Love * `happy` - Happy * `wow` - Wow * `sad` - Sad * `angry` - Angry */
export type ReactionEnum = "like" | "love" | "happy" | "wow" | "sad" | "angry";

/** The reaction to set. */
export interface ReactionInput {
  /** The type of the reaction. */
  type: ReactionEnum;
}

/** A member's reaction, with its post. */
export interface ReactionOnPost {
  /** The type of the reaction. */
  type: ReactionEnum;
  /** When the reaction was set. */
  created_at: string;
  /** The post. */
  post: Post;
}

/** A page of the reactions to a post. */
export interface ReactionPage {
  /** The reactions of this page. */
  reactions: (Reaction)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** The response to a change of your reaction, with the post's totals after it. */
export interface ReactionResponse {
  /** What was done, for people. */
  message: string;
  /** Your reaction after the change. */
  reaction: OwnReaction;
  /** The number of reactions to the post by type; null if you may not see the post. */
  reactions: Totals | null;
}

/** * `spam` - Spam * `harassment` - Harassment * `hate` - Hate * `violence` - Violence * `sexual` - Sexual content * `self_harm` - Self-harm * `impersonation` - Impersonation * `other` - Something else */
export type ReasonEnum = "spam" | "harassment" | "hate" | "violence" | "sexual" | "self_harm" | "impersonation" | "other";

/** * `cookie` - In an HttpOnly cookie * `body` - In the body */
export type RefreshInEnum = "cookie" | "body";

/** A refresh token; if it is omitted, that of the cookie is used. */
export interface RefreshInput {
  /** The refresh token; by default, that of the cookie. */
  refresh?: string;
}

/** A user, with your relationship to them. */
export interface RelatedPerson {
  /** The id of the member. */
  id: string;
  /** The unique name of the member. */
  username: string;
  /** The name to show, in any script; empty if the member has chosen none. */
  display_name: string;
  /** The color of the generated avatar, as `#rrggbb`. */
  avatar_color: string;
  /** The URL of the profile picture or of the generated avatar. */
  avatar_url: string;
  /** Whether following the member needs a request. */
  is_private: boolean;
  relation: Relation;
}

/** Your relationship to another user. */
export interface Relation {
  /** The id of the other member. */
  id: string;
  /** Whether you follow the member. */
  following: boolean;
  /** Whether the member follows you. */
  followed_by: boolean;
  /** Whether you block the member. */
  blocking: boolean;
  /** Whether you mute the member. */
  muting: boolean;
  /** Whether your request to follow the member is pending. */
  requested: boolean;
}

/** The response to a change of a relationship. */
export interface RelationResponse {
  /** What was done, for people. */
  message: string;
  relation: Relation;
}

/** Your relationships to several users. */
export interface Relations {
  /** The relationship to each requested member, in the order of the request. */
  relationships: (Relation)[];
}

/** A report as its reporter sees it. */
export interface Report {
  /** The id of the report. */
  id: string;
  /** When you filed the report. */
  created_at: string;
  /** The reason that you chose. */
  reason: ReasonEnum;
  /** Your note to the moderators; empty if there is none. */
  note: string;
  /** When the report was closed; null while it is open. */
  closed_at: string | null;
  /** The kind of the reported content. */
  target_type: TargetTypeEnum;
  /** The id of the reported content. */
  target_id: string;
  /** The state of the report. */
  state: ReportStateEnum;
}

/** The body of a new report. */
export interface ReportInput {
  /** The kind of the reported content. */
  target_type: TargetTypeEnum;
  /** The id of the reported content. */
  target_id: string;
  /** The reason. */
  reason: ReasonEnum;
  /** A note to the moderators. At most 1,000 characters, as a person counts them, and 6,000 bytes. */
  note?: string;
}

/** A page of the current user's reports. */
export interface ReportPage {
  /** The reports of this page. */
  reports: (Report)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** The response to a new report. */
export interface ReportResponse {
  /** What was done, for people. */
  message: string;
  report: Report;
}

/** * `open` - Open * `resolved` - Resolved * `declined` - Declined */
export type ReportStateEnum = "open" | "resolved" | "declined";

/** A session: one sign-in on one device. */
export interface Session {
  /** The id of the session. */
  id: string;
  /** When the member signed in. */
  created_at: string;
  /** When a token of the session was last used. */
  last_used_at: string;
  /** The `User-Agent` header of the device. */
  user_agent: string;
  /** The IP address of the device. */
  address: string;
  /** Whether this request belongs to the session. */
  current: boolean;
}

/** A page of your sessions. */
export interface SessionPage {
  /** The sessions of this page. */
  sessions: (Session)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** A member's settings. */
export interface Settings {
  /** Whether following you needs a request, and only followers see your posts. */
  is_private: boolean;
  /** The members who may start a conversation with you. */
  who_may_message: WhoMayMessageEnum;
  /** Whether other members see that you are online. */
  shows_presence: boolean;
  /** Whether leaderboards may show you. Those of private accounts never do. */
  shows_in_leaderboards: boolean;
  /** The channels of each type of notification. */
  notifications: NotificationPreferences;
  /** The birth date as `YYYY-MM-DD`, or empty; nobody else sees it. */
  birth_date: string;
}

/** The response to a change of settings. */
export interface SettingsResponse {
  /** What was done, for people. */
  message: string;
  settings: Settings;
}

/** A comment, and what it is to you. */
export interface SharedComment {
  /** The id of the comment. */
  id: string;
  /** When the comment was created. */
  created_at: string;
  /** The text. */
  text: string;
  /** The links, mentions and hashtags of the text, in order. */
  facets: (Facet)[];
  /** When the comment was last edited; null if it never was. */
  edited_at: string | null;
  /** The id of the post. */
  post_id: string;
  /** The comment that this one answers, which may be deleted; null if it answers the post. */
  parent_id: string | null;
  /** The top-level comment of the thread; null for a top-level comment. */
  thread_id: string | null;
  /** The number of replies in the thread, at any depth; 0 for a reply. */
  replies_count: number;
  /** The number of reactions by type. */
  reactions: Totals;
  /** The author. */
  author: Author;
}

/** A post, and what it is to you. */
export interface SharedPost {
  /** The id of the post. */
  id: string;
  /** When the post was created. */
  created_at: string;
  /** The text; empty if the post has only media. */
  text: string;
  /** The links, mentions and hashtags of the text, in order. */
  facets: (Facet)[];
  /** The background color, as `#rrggbb`; empty if there is none. */
  bg_color: string;
  /** The feeling of the author; empty if there is none. */
  feelings: string;
  /** The URL of a GIF; empty if there is none. */
  gif_url: string;
  /** When the post was last edited; null if it never was. */
  edited_at: string | null;
  /** When the author pinned the post to their profile; null if it is not pinned. */
  pinned_at: string | null;
  /** Who may see the post. */
  privacy: PrivacyEnum;
  /** Who may comment on the post, besides the author. */
  who_may_comment: WhoMayCommentEnum;
  /** The number of comments. */
  comments_count: number;
  /** The number of reactions by type. */
  reactions: Totals;
  /** The image or video; null if there is none. */
  media: Media | null;
  /** The poll; null if there is none. */
  poll: Poll | null;
  /** The author. */
  author: Author;
}

/** A member's profile as you may see it, and what the member is to you. */
export interface SharedProfile {
  /** The id of the member. */
  id: string;
  /** The unique name of the member. */
  username: string;
  /** The name to show, in any script; empty if the member has chosen none. */
  display_name: string;
  /** The color of the generated avatar, as `#rrggbb`. */
  avatar_color: string;
  /** The URL of the profile picture or of the generated avatar. */
  avatar_url: string;
  /** When the member signed up. */
  created_at: string;
  /** The URL of the background image; empty if there is none. */
  background_url: string;
  /** A text about the member; empty if there is none. */
  bio: string;
  /** The pronouns; empty if they are not given. */
  pronouns: string;
  /** A quote; empty if there is none. */
  quote: string;
  /** The place of work; empty if it is not given. */
  work: string;
  /** The school; empty if it is not given. */
  school: string;
  /** The place; empty if it is not given. */
  location: string;
  /** The URL of the Facebook profile; empty if it is not given. */
  facebook: string;
  /** The URL of the Instagram profile; empty if it is not given. */
  instagram: string;
  /** The URL of the Twitter profile; empty if it is not given. */
  twitter: string;
  /** The URL of the YouTube channel; empty if it is not given. */
  youtube: string;
  /** The links, in the order of the member. */
  links: (ProfileLink)[];
  /** Whether following the member needs a request. */
  is_private: boolean;
  /** The number of followers. */
  followers_count: number;
  /** The number of members that the member follows. */
  following_count: number;
}

/** A sign-in, or the sign-up. */
export interface SignInEvent {
  /** The id of the sign-in. */
  id: string;
  /** When the member signed in. */
  created_at: string;
  /** The network of the device, a part of its address. */
  network: string;
  /** The `User-Agent` header of the device. */
  user_agent: string;
}

/** A username or e-mail address, and the password. */
export interface SignInInput {
  /** The username or the e-mail address, in any case. At most 254 characters, as a person counts them, and 1,524 bytes. */
  username: string;
  /** The password. */
  password: string;
  /** Where the refresh token is returned. Browsers should choose `cookie`. */
  refresh_in?: RefreshInEnum;
}

/** Where the refresh token of the new session is returned. */
export interface SignInLinkInput {
  /** Where the refresh token is returned. Browsers should choose `cookie`. */
  refresh_in?: RefreshInEnum;
}

/** A page of your sign-ins. */
export interface SignInPage {
  /** The sign-ins of this page. */
  sign_ins: (SignInEvent)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** A new account. */
export interface SignUpInput {
  /** 3 to 30 letters, digits or underscores; unique regardless of case. */
  username: string;
  /** An e-mail address, which a link in an e-mail confirms. */
  email: string;
  /** At least 8 characters, and not a common password. */
  password: string;
  /** The color of the generated avatar, as `#rrggbb`; chosen by default. */
  avatar_color?: string;
  /** The profile picture: a file of a form, or a data URL. */
  avatar_image?: string;
  /** The invite code, if the site needs one; in any case, with or without dashes. */
  invite?: string;
  /** The ALTCHA payload (base64) of a solved challenge, if the site needs one. */
  captcha?: string;
  /** Needed if the site has a minimum age; nobody else sees it. */
  birth_date?: string | null;
  /** Where the refresh token is returned. Browsers should choose `cookie`. */
  refresh_in?: RefreshInEnum;
}

/** What a sign-up needs. */
export interface SignUpOptions {
  /** Who may sign up. */
  mode: ModeEnum;
  /** Whether `captcha` is needed: the solved challenge of `GET signup/challenge`. */
  captcha: CaptchaEnum;
  /** The minimum age in years; 0 for none. With it, `birth_date` is needed. */
  minimum_age: number;
}

/** The response to a sign-up or sign-in. `refresh` is null if it was sent as a cookie. */
export interface SignedIn {
  /** What was done, for people. */
  message: string;
  user: Account;
  /** The access token, valid for 15 minutes. */
  access: string;
  /** The refresh token, which works once; null if it was sent as a cookie. */
  refresh: string | null;
}

/** A smaller size of an image, or a picture of a video. */
export interface Size {
  /** The URL of the file, a WebP. */
  url: string;
  /** The width in pixels. */
  width: number;
  /** The height in pixels. */
  height: number;
}

/** The smaller sizes of an image or video. A size that would not be smaller is left out. */
export interface Sizes {
  /** About as many pixels as a square of 160 pixels. */
  thumb?: Size;
  /** About as many pixels as a square of 480 pixels. */
  small?: Size;
  /** About as many pixels as a square of 1280 pixels; still images only. */
  large?: Size;
  /** The first picture of a video or an animation, about as large as `large`. */
  poster?: Size;
}

/** The error of one field. */
export interface SocketFieldProblem {
  field: string;
  detail: string;
}

/** Why the command failed; the codes are those of the REST API. */
export interface SocketProblem {
  status: number;
  code: string;
  detail: string;
  errors: (SocketFieldProblem)[];
}

/** * `processing` - Processing * `ready` - Ready * `failed` - Failed */
export type StateEnum = "processing" | "ready" | "failed";

/** * `queued` - Queued * `ready` - Ready * `failed` - Failed */
export type StatusEnum = "queued" | "ready" | "failed";

/** * `user` - Member * `post` - Post * `comment` - Comment * `message` - Message */
export type TargetTypeEnum = "user" | "post" | "comment" | "message";

/** A new access token, and the refresh token that replaces the one sent. */
export interface Tokens {
  /** What was done, for people. */
  message: string;
  /** The access token, valid for 15 minutes. */
  access: string;
  /** The refresh token, which works once; null if it was sent as a cookie. */
  refresh: string | null;
}

/** The number of reactions to a post or comment by type. */
export interface Totals {
  /** The number of `like` reactions. */
  like: number;
  /** The number of `love` reactions. */
  love: number;
  /** The number of `happy` reactions. */
  happy: number;
  /** The number of `wow` reactions. */
  wow: number;
  /** The number of `sad` reactions. */
  sad: number;
  /** The number of `angry` reactions. */
  angry: number;
}

/** The number of unread messages, and of the conversations that they are in. */
export interface Unread {
  /** The number of unread messages. */
  unread: number;
  /** The number of conversations with unread messages. */
  conversations: number;
}

/** A message, and the number of unread notifications after the change. */
export interface UnreadCount {
  /** What was done, for people. */
  message: string;
  /** The number of unread notifications after the change. */
  unread_count: number;
}

/** A page of members. */
export interface UserPage {
  /** The members of this page. */
  users: (Profile)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** The response to a change of the profile. */
export interface UserResponse {
  /** What was done, for people. */
  message: string;
  user: Profile;
}

/** A new username. */
export interface UsernameInput {
  /** 3 to 30 letters, digits or underscores; unique regardless of case. */
  username: string;
}

/** A page of a post's earlier versions. */
export interface VersionPage {
  /** The versions of this page. */
  versions: (PostVersion)[];
  /** The `cursor` of the next page; null if this is the last one. */
  next: string | null;
}

/** * `everyone` - Everyone * `followers` - Followers * `mentioned` - Members that the text mentions * `nobody` - Only me */
export type WhoMayCommentEnum = "everyone" | "followers" | "mentioned" | "nobody";

/** * `everyone` - Everyone * `following` - Members they follow * `nobody` - Nobody */
export type WhoMayMessageEnum = "everyone" | "following" | "nobody";

/** An event, as docs/events.md lists it. Ephemeral events have no id. */
export type ServerEvent =
  { id: string; type: "block.created"; data: { user_id: string } } |
  { id: string; type: "block.deleted"; data: { user_id: string } } |
  { id: string; type: "bookmark.created"; data: { post_id: string } } |
  { id: string; type: "bookmark.deleted"; data: { post_id: string } } |
  { id: string; type: "chat.users"; data: { user_id: string; is_open: boolean } } |
  { id: string; type: "comment.created"; data: { comment: SharedComment; comments_count: number; thread_replies_count: number | null } } |
  { id: string; type: "comment.deleted"; data: { id: string; post_id: string; thread_id: string | null; comments_count: number; thread_replies_count: number | null } } |
  { id: string; type: "comment.reaction"; data: { comment_id: string; post_id: string; thread_id: string | null; user_id: string; type: "like" | "love" | "happy" | "wow" | "sad" | "angry" | null; reactions: Totals } } |
  { id: string; type: "comment.updated"; data: SharedComment } |
  { id: string; type: "conversation.updated"; data: Conversation } |
  { type: "export.ready"; data: { size: number } } |
  { id: string; type: "follow.created"; data: { follower_id: string; followee_id: string } } |
  { id: string; type: "follow.deleted"; data: { follower_id: string; followee_id: string } } |
  { id: string; type: "follow.requested"; data: { follower_id: string; followee_id: string } } |
  { id: string; type: "follow.unrequested"; data: { follower_id: string; followee_id: string } } |
  { id: string; type: "image.deleted"; data: { id: string } } |
  { id: string; type: "image.failed"; data: { id: string; purpose: "profile" | "background"; error: string } } |
  { id: string; type: "message.created"; data: ChatMessage } |
  { id: string; type: "message.deleted"; data: { id: string; for: "everyone" | "me" } } |
  { id: string; type: "message.reaction"; data: { message_id: string; user_id: string; type: "like" | "love" | "happy" | "wow" | "sad" | "angry" | null } } |
  { id: string; type: "message.read"; data: { user_id: string; other_id: string; read_up_to: string } } |
  { id: string; type: "message.updated"; data: ChatMessage } |
  { id: string; type: "mute.created"; data: { user_id: string } } |
  { id: string; type: "mute.deleted"; data: { user_id: string } } |
  { id: string; type: "notification.created"; data: { notification: Notification; unread_count: number } } |
  { id: string; type: "notification.deleted"; data: { id: string; unread_count: number } } |
  { id: string; type: "notification.updated"; data: { ids: (string)[]; up_to: string | null; read: boolean; unread_count: number } } |
  { id: string; type: "poll.ended"; data: { post_id: string; results: PollResults } } |
  { id: string; type: "poll.updated"; data: { post_id: string; results: PollResults } } |
  { id: string; type: "poll.voted"; data: { post_id: string; poll: PollViewer } } |
  { id: string; type: "post.created"; data: SharedPost } |
  { id: string; type: "post.deleted"; data: { id: string } } |
  { id: string; type: "post.updated"; data: SharedPost } |
  { type: "presence.changed"; data: { user_id: string; online: boolean } } |
  { id: string; type: "reaction.changed"; data: { post_id: string; user_id: string; type: "like" | "love" | "happy" | "wow" | "sad" | "angry" | null; reactions: Totals } } |
  { id: string; type: "session.ended"; data: { id: string } } |
  { type: "typing.started"; data: { user_id: string } } |
  { type: "typing.stopped"; data: { user_id: string } } |
  { id: string; type: "user.deleted"; data: { id: string } } |
  { id: string; type: "user.hidden"; data: { user_id: string; what: "all" | "posts" } } |
  { id: string; type: "user.shown"; data: { user_id: string; what: "all" | "posts" } } |
  { id: string; type: "user.updated"; data: SharedProfile };
