/** Form that changes the password. */

import { h } from "../dom.js";
import { createForm } from "../form.js";
import { LiveComponent } from "../live-component.js";

const MIN_CHARACTERS = 8;

export class PasswordForm extends LiveComponent {
  /** @param {import("../context.js").ViewContext} context */
  constructor({ api, currentUser, signal }) {
    const current = h("input", { id: "current-password", type: "password", autocomplete: "current-password", required: true });
    const chosen = h("input", { id: "new-password", type: "password", autocomplete: "new-password", minlength: MIN_CHARACTERS, required: true });
    const change = async () => {
      await api.put("accounts/me/password", { current_password: current.value, new_password: chosen.value });
      current.value = chosen.value = "";
    };
    const fields = [
      h("p", { class: "dim" }, "All other devices are signed out."),
      // Password managers store the new password for this name.
      h("input", { class: "visually-hidden", autocomplete: "username", value: currentUser.username, tabindex: -1, "aria-hidden": "true", readonly: true }),
      h("div", {}, h("label", { for: current.id }, "Current password"), current),
      h("div", {}, h("label", { for: chosen.id }, "New password"), chosen),
    ];
    super(createForm("Password", fields, change, "Change the password", "Changed. Other devices are signed out."), signal);
    this.element = this.container;
  }
}
