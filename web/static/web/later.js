/** Views that the first load does not need. They are loaded after the first view, or when one of them is opened. */

import { chatView } from "./chat/view.js";
import { notificationsView } from "./notifications/view.js";
import { bookmarksView } from "./posts/post-pages.js";
import { reportsView } from "./settings/reports-view.js";
import { settingsView } from "./settings/settings-view.js";
import { blockedView, mutedView, requestsView, searchView } from "./users/list-views.js";
import { lookupView } from "./users/lookup-view.js";
import { profileView } from "./users/profile-view.js";

/** @type {Record<string, (context: import("./context.js").ViewContext, ...args: string[]) => import("./context.js").View>} */
export const LATER_VIEWS = {
  people: profileView,
  search: searchView,
  notifications: notificationsView,
  chat: chatView,
  settings: settingsView,
  bookmarks: bookmarksView,
  reports: reportsView,
  requests: requestsView,
  blocked: blockedView,
  muted: mutedView,
  "@": lookupView,
};
