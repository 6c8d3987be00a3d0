/** The copy of the current user's data, in the settings view. */

import { h, runAction } from "../dom.js";
import { createForm } from "../form.js";
import { LiveComponent } from "../live-component.js";

/** @typedef {import("../context.js").ViewContext} ViewContext */

/** Requests a copy of the current user's data, which needs the password, and links to it. */
export class DataExport extends LiveComponent {
  /** @param {ViewContext} context */
  constructor({ api, signal }) {
    const password = h("input", { id: "export-password", type: "password", autocomplete: "current-password", required: true });
    const status = h("p", { class: "dim", role: "status" });
    const fields = [
      h("p", {}, "You get an archive with everything you have posted, written and uploaded."),
      h("div", {}, h("label", { for: password.id }, "Your password"), password),
      status,
    ];
    const request = async () => {
      const { data } = await api.post("accounts/me/export", { password: password.value });
      password.value = "";
      this.#showStatus(data.export);
    };
    super(createForm("Your data", fields, request, "Request a copy", "Requested."), signal);
    this.api = api;
    this.status = status;
    this.element = h("div", {}, this.errorElement, this.container);
  }

  async load() {
    await this.runLoad(async () => {
      const { data } = await this.api.get("accounts/me/export");
      this.#showStatus(data.export);
    });
  }

  /** @param {import("../mysocial.js").ServerEvent} event */
  applyEvent({ type }) {
    if (type === "export.ready") this.load();
  }

  /** @param {{ status: string, requested_at: string } | null} dataExport */
  #showStatus(dataExport) {
    const texts = /** @type {Record<string, string>} */ ({
      queued: "Your copy is being created. We send you an e-mail when it is ready.",
      ready: "Your copy is ready. ",
      failed: "Your copy could not be created. Request it again.",
    });
    const download = h("button", { type: "button", class: "soft", click: () => this.#download() }, "Download");
    this.status.replaceChildren(texts[dataExport?.status ?? ""] ?? "", dataExport?.status === "ready" ? download : "");
  }

  async #download() {
    await runAction(this.status, this.errorElement, async () => {
      const url = URL.createObjectURL(await this.api.download("accounts/me/export/file"));
      h("a", { href: url, download: "mysocial.zip" }).click();
      URL.revokeObjectURL(url);
    });
  }
}
