/** Form for the texts of the current user's profile. */

import { h } from "../dom.js";
import { createForm } from "../form.js";
import { LiveComponent } from "../live-component.js";
import { TextField } from "../text-field.js";

/** @typedef {import("../context.js").ViewContext} ViewContext */

/** @type {Record<string, [string, string, number]>} label, type and maximum number of characters by field */
const PROFILE_FIELDS = {
  display_name: ["Name", "text", 40],
  pronouns: ["Pronouns", "text", 40],
  bio: ["About you", "textarea", 500],
  quote: ["Quote", "textarea", 300],
  work: ["Work", "text", 100],
  school: ["School", "text", 100],
  location: ["Location", "text", 100],
  facebook: ["Facebook", "link", 200],
  instagram: ["Instagram", "link", 200],
  twitter: ["Twitter", "link", 200],
  youtube: ["YouTube", "link", 200],
};
const PROFILE_FIELD_NAMES = Object.keys(PROFILE_FIELDS);

export class ProfileForm extends LiveComponent {
  /** @type {Record<string, string>} */ #savedValues = Object.fromEntries(PROFILE_FIELD_NAMES.map((name) => [name, ""]));

  /** @param {ViewContext} context */
  constructor({ api, signal }) {
    /** @type {Record<string, any>} */ const fields = {};
    const textFields = /** @type {TextField[]} */ ([]);
    for (const [name, [, type, maxCharacters]] of Object.entries(PROFILE_FIELDS)) {
      const attributes = { id: `profile-${name}`, name };
      // Not of type `url`: the server adds the scheme to an address without one.
      const inputmode = type === "link" ? "url" : null;
      fields[name] = type === "textarea" ? h("textarea", { ...attributes, rows: 3 }) : h("input", { ...attributes, inputmode });
      textFields.push(new TextField(fields[name], { maxCharacters }));
    }
    const labeledFields = textFields.map(({ field, counter }) => {
      return h("div", {}, h("label", { for: field.id }, PROFILE_FIELDS[field.name][0]), field, counter);
    });
    const save = () => api.patch("users/me", Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value.trim()])));
    super(createForm("Profile", labeledFields, save), signal);
    this.api = api;
    this.fields = fields;
    this.element = h("div", {}, this.errorElement, this.container);
  }

  async load() {
    await this.runLoad(async () => {
      const { data } = await this.api.get("users/me");
      this.#fill(data);
    });
  }

  /** Another device may change the profile as well. @param {import("../mysocial.js").ServerEvent} event */
  applyEvent({ type, data }) {
    if (type === "user.updated") this.#fill(data);
  }

  /** Fills the fields, except those with unsaved changes. @param {any} profile */
  #fill(profile) {
    for (const [name, field] of Object.entries(this.fields)) {
      if (field.value === this.#savedValues[name]) field.value = profile[name];
    }
    this.#savedValues = Object.fromEntries(PROFILE_FIELD_NAMES.map((name) => [name, profile[name]]));
  }
}
