/** Settings view, with a tab for each subject. */

import { h, showCurrentTab } from "../dom.js";
import { AccountSettings, UsernameForm } from "./account-settings.js";
import { DataExport } from "./data-export.js";
import { EraseAccount } from "./erase-account.js";
import { NotificationForm, PrivacyForm } from "./privacy.js";
import { PasswordForm } from "./password-form.js";
import { PictureSettings } from "./pictures.js";
import { ProfileForm } from "./profile-form.js";
import { ProfileLinks } from "./profile-links.js";
import { SessionList, SignInList } from "./sessions.js";

/** @typedef {import("../context.js").ViewContext} ViewContext */
/** @typedef {import("../live-component.js").LiveComponent & { element: HTMLElement }} SettingsComponent */

/** @type {Record<string, { title: string, create: (context: ViewContext) => SettingsComponent[], links?: [string, string][] }>} */
const TABS = {
  "": { title: "Profile", create: (context) => [new PictureSettings(context), new ProfileForm(context), new ProfileLinks(context)] },
  privacy: {
    title: "Privacy",
    create: (context) => [new PrivacyForm(context)],
    links: [["/requests", "Follow requests"], ["/blocked", "Blocked members"], ["/muted", "Muted members"], ["/reports", "Your reports"]],
  },
  notifications: { title: "Notifications", create: (context) => [new NotificationForm(context)] },
  account: {
    title: "Account",
    create: (context) => [new UsernameForm(context), new AccountSettings(context), new DataExport(context), new EraseAccount(context)],
  },
  security: { title: "Security", create: (context) => [new PasswordForm(context), new SessionList(context), new SignInList(context)] },
};

/** @param {ViewContext} context @param {string} [name] of the tab @returns {import("../context.js").View} */
export function settingsView(context, name = "") {
  const tabName = Object.hasOwn(TABS, name) ? name : "";
  const { title, create, links = [] } = TABS[tabName];
  const components = create(context);
  const tabs = h("nav", { class: "tabs", "aria-label": "Settings" });
  for (const [tab, { title: tabTitle }] of Object.entries(TABS)) {
    const link = h("a", { href: `/settings${tab && `/${tab}`}`, "data-tab": tab || "profile" }, tabTitle);
    tabs.append(link);
    if (tab === tabName) showCurrentTab(link);
  }
  const linkList = links.length ? h("nav", { class: "card link-list", "aria-label": "Lists" }, ...links.map(([href, text]) => h("a", { href }, text))) : "";
  const element = h("div", { class: "column" }, h("h1", { tabindex: -1 }, "Settings"), tabs, ...components.map((component) => component.element), linkList);
  return { title: tabName ? `${title} · Settings` : "Settings", element, components };
}
