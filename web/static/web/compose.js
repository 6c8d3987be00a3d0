/** Writing a post. */

import { byId, doing } from "./dom.js";

/** @param {import("./api.js").Api} api @param {(post: any) => void} written */
export function compose(api, written) {
  const [form, field, privacy, left, said] = ["compose", "text", "privacy", "left", "compose-said"].map(byId);
  const most = field.maxLength;
  const count = () => (left.textContent = field.value.length > most - 500 ? `${most - field.value.length} left` : "");
  field.addEventListener("input", count);
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    doing(form, said, async () => {
      const { data } = await api.post("posts", { text: field.value, privacy: privacy.value });
      field.value = "";
      count();
      written(data.post);
    });
  });
}
