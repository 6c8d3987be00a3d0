/** The pictures of the current user's profile. */

import { askingButton } from "../dialog.js";
import { avatar, h, icon, runAction } from "../dom.js";
import { LiveComponent } from "../live-component.js";
import { buildRequestBody, MediaInput } from "../media.js";

/** @typedef {import("../context.js").ViewContext} ViewContext */

const MAX_IMAGES = 100; // of one request

export class PictureSettings extends LiveComponent {
  /** @param {ViewContext} context */
  constructor({ api, signal, currentUser }) {
    super(h("section", { class: "card fields" }), signal);
    this.api = api;
    this.currentUser = currentUser;
    this.pictures = h("div", { class: "profile-pictures" });
    this.status = h("p", { class: "dim", role: "status" });
    const uploads = [this.#createUpload("profile", "New picture"), this.#createUpload("background", "New background")];
    const removeButtons = [
      this.#createRemoveButton("avatar_url", "Remove picture", (id) => api.delete(`users/me/images/${id}`)),
      this.#createRemoveButton("background_url", "Remove background", (id) => api.delete(`users/me/images/background/${id}`)),
    ];
    const row = h("div", { class: "row picture-buttons" }, ...uploads, ...removeButtons);
    this.container.append(h("h2", {}, "Pictures"), this.pictures, row, this.status, this.errorElement);
    this.element = this.container;
  }

  /** @param {"profile" | "background"} purpose @param {string} label */
  #createUpload(purpose, label) {
    const upload = () => runAction(input.button, this.errorElement, async () => {
      await this.api.post(`users/me/images/${purpose}`, buildRequestBody(input.fields));
      input.clear();
      this.status.textContent = "Your picture will appear when it has been processed.";
    });
    const input = new MediaInput({ label, onChange: () => input.file && upload() });
    input.button.replaceChildren(icon("picture"), label, input.input);
    return input.button;
  }

  /** @param {"avatar_url" | "background_url"} urlField @param {string} label @param {(imageId: string) => Promise<any>} removeImage */
  #createRemoveButton(urlField, label, removeImage) {
    const remove = async () => {
      const { data } = await this.api.get(`users/${this.currentUser.id}/images`, { limit: MAX_IMAGES });
      const image = data.images.find((/** @type {any} */ { url }) => url === this.profile?.[urlField]);
      if (image) await removeImage(image.id);
    };
    return askingButton(label, { title: `${label}?`, text: "The picture is deleted for good.", confirmLabel: "Remove", action: remove });
  }

  async load() {
    await this.runLoad(async () => {
      const { data } = await this.api.get("users/me");
      this.#showProfile(data);
    });
  }

  /** @param {import("../mysocial.js").ServerEvent} event */
  applyEvent({ type, data }) {
    if (type === "image.failed") this.status.textContent = data.error;
    if (type !== "user.updated") return;
    const hasNewPicture = data.avatar_url !== this.profile?.avatar_url || data.background_url !== this.profile?.background_url;
    if (hasNewPicture) this.status.textContent = "";
    this.#showProfile(data);
  }

  /** @param {any} profile */
  #showProfile(profile) {
    this.profile = profile;
    const background = profile.background_url && h("img", { class: "background", src: profile.background_url, alt: "Your background" });
    this.pictures.replaceChildren(background || "", avatar(profile, "large"));
  }
}
