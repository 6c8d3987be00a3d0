/** Form for the links of the current user's profile. */

import { h } from "../dom.js";
import { createForm } from "../form.js";
import { LiveComponent } from "../live-component.js";
import { TextField } from "../text-field.js";

const MAX_LINKS = 4;
const [MAX_LABEL_CHARACTERS, MAX_URL_CHARACTERS] = [40, 200];

/** @typedef {{ label: string, url: string, verified_at: string | null }} ProfileLink */

export class ProfileLinks extends LiveComponent {
  /** @type {string} */ #saved = "[]"; // as JSON
  /** @type {{ label: any, url: any, status: any }[]} */ #rows;

  /** @param {import("../context.js").ViewContext} context */
  constructor({ api, signal, currentUser }) {
    const rows = Array.from({ length: MAX_LINKS }, (_, index) => createRow(index + 1));
    const code = `<a rel="me" href="${location.origin}/people/${currentUser.id}">`;
    const note = h("p", { class: "dim" }, "A link is marked as verified when its page links to your profile: ", h("code", {}, code));
    const save = async () => this.#fill((await api.patch("users/me", { links: this.#links() })).data.user.links, true);
    const elements = rows.flatMap(({ elements }) => elements);
    super(createForm("Links", [note, ...elements], save, "Save the links", "Saved. The pages are checked."), signal);
    this.api = api;
    this.#rows = rows;
    this.element = h("div", {}, this.errorElement, this.container);
  }

  async load() {
    await this.runLoad(async () => this.#fill((await this.api.get("users/me")).data.links));
  }

  /** @param {import("../mysocial.js").ServerEvent} event */
  applyEvent({ type, data }) {
    if (type === "user.updated" && data.links) this.#fill(data.links);
  }

  /** The links of the fields, without empty rows. */
  #links() {
    return this.#rows.map(({ label, url }) => ({ label: label.value.trim(), url: url.value.trim() })).filter(({ url, label }) => url || label);
  }

  /** Fills the fields, unless they have unsaved changes. @param {ProfileLink[]} links @param {boolean} [isSaved] */
  #fill(links, isSaved = false) {
    if (isSaved || JSON.stringify(this.#links()) === this.#saved) {
      this.#rows.forEach(({ label, url }, index) => {
        label.value = links[index]?.label ?? "";
        url.value = links[index]?.url ?? "";
      });
      this.#saved = JSON.stringify(this.#links());
    }
    this.#rows.forEach(({ url, status }) => {
      const link = links.find((stored) => stored.url === url.value);
      status.textContent = link ? (link.verified_at ? "✓ Verified" : "Not verified") : "";
    });
  }
}

/** @param {number} number */
function createRow(number) {
  const label = h("input", { id: `link-label-${number}`, name: `link-label-${number}` });
  const url = h("input", { id: `link-url-${number}`, name: `link-url-${number}`, inputmode: "url" });
  const status = h("p", { class: "dim", id: `link-status-${number}` });
  const labelField = new TextField(label, { maxCharacters: MAX_LABEL_CHARACTERS });
  const urlField = new TextField(url, { maxCharacters: MAX_URL_CHARACTERS });
  const elements = [
    h("div", {}, h("label", { for: label.id }, `Link ${number}: name`), label, labelField.counter),
    h("div", {}, h("label", { for: url.id }, `Link ${number}: address`), url, urlField.counter, status),
  ];
  return { label, url, status, elements };
}
