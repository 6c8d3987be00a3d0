/** Settings of the account: the username and the e-mail address. */

import { h, runAction } from "../dom.js";
import { createForm } from "../form.js";
import { LiveComponent } from "../live-component.js";

/** @typedef {import("../context.js").ViewContext} ViewContext */

const HOW_TO_RESUME = "So you get no e-mail from us. Choose another address, or confirm this one again";
/** @type {Record<string, string>} */
const FAILURES = {
  bounce: `our e-mail to it came back. ${HOW_TO_RESUME}`,
  complaint: `our e-mail to it was reported as spam. ${HOW_TO_RESUME}`,
};

export class UsernameForm extends LiveComponent {
  /** @param {ViewContext} context */
  constructor({ api, signal }) {
    const username = h("input", { id: "username", autocomplete: "username", autocapitalize: "none", spellcheck: "false", minlength: 3, maxlength: 30, required: true });
    const change = () => api.put("users/me/username", { username: username.value.trim() });
    const fields = [
      h("p", { class: "dim" }, "For 30 days, your former name leads to you, and nobody else can have it."),
      h("div", {}, h("label", { for: username.id }, "Username"), username),
    ];
    super(createForm("Username", fields, change, "Change the username", "Changed."), signal);
    this.api = api;
    this.username = username;
    this.element = h("div", {}, this.errorElement, this.container);
  }

  async load() {
    await this.runLoad(async () => {
      const { data } = await this.api.get("users/me");
      this.username.value ||= data.username; // unless something was typed meanwhile
    });
  }
}

export class AccountSettings extends LiveComponent {
  /** @param {ViewContext} context */
  constructor({ api, signal }) {
    const email = h("input", { id: "new-email", type: "email", autocomplete: "email", maxlength: 254, required: true });
    const password = h("input", { id: "email-password", type: "password", autocomplete: "current-password", required: true });
    const status = h("p", { id: "email-status", role: "status" });
    const resend = h("button", { type: "button", class: "quiet", hidden: true }, "Send the e-mail again");
    const changeEmail = async () => {
      const { data } = await api.put("accounts/me/email", { email: email.value.trim(), password: password.value });
      email.value = password.value = "";
      this.#show(data.user);
    };
    const fields = [
      status,
      resend,
      h("div", {}, h("label", { for: email.id }, "New e-mail address"), email),
      h("div", {}, h("label", { for: password.id }, "Your password"), password),
    ];
    const success = "Open the link in the e-mail that we have sent to the new address.";
    super(createForm("E-mail address", fields, changeEmail, "Change the address", success), signal);
    this.api = api;
    this.status = status;
    this.resend = resend;
    resend.addEventListener("click", () => runAction(resend, this.errorElement, async () => {
      await api.post("accounts/me/verify-email", {});
      status.textContent = "We have sent you an e-mail.";
    }));
    this.element = h("div", {}, this.errorElement, this.container);
  }

  async load() {
    await this.runLoad(async () => {
      const { data } = await this.api.get("accounts/me");
      this.#show(data);
    });
  }

  /** @param {any} account */
  #show({ email, email_verified, email_failure, pending_email }) {
    const state = email_failure ? `, but ${FAILURES[email_failure] ?? FAILURES.bounce}`
      : email_verified ? "" : ", which you have not confirmed yet";
    const pending = pending_email ? ` It becomes ${pending_email} when you open the link in the e-mail to it.` : "";
    this.status.textContent = `Your address is ${email}${state}.${pending}`;
    this.resend.hidden = email_verified && !email_failure && !pending_email;
  }
}
