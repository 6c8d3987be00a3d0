/** Reports of posts, comments, messages and members to the moderators. */

import { showDialog } from "./dialog.js";
import { h, runAction } from "./dom.js";
import { TextField } from "./text-field.js";
import { showToast } from "./toast.js";

const MAX_CHARACTERS = 1_000;
/** @type {Record<string, string>} */
export const REASONS = {
  spam: "Spam or a scam",
  harassment: "Harassment or bullying",
  hate: "Hate against a group",
  violence: "Violence or threats",
  sexual: "Sexual content",
  self_harm: "Self-harm",
  impersonation: "Somebody pretends to be another person",
  other: "Something else",
};

/** Asks for the reason and sends the report. @param {import("./api.js").Api} api @param {string} target_type @param {string} target_id */
export function openReport(api, target_type, target_id) {
  const reason = h("select", { id: "report-reason" }, ...Object.entries(REASONS).map(([value, text]) => h("option", { value }, text)));
  const field = h("textarea", { id: "report-note", rows: 3 });
  const note = new TextField(field, { maxCharacters: MAX_CHARACTERS });
  const errorElement = h("p", { class: "error", role: "alert" });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    runAction(form, errorElement, async () => {
      note.requireLength();
      await api.post("reports", { target_type, target_id, reason: reason.value, note: field.value });
      dialog.close();
      showToast("Thank you. A moderator will look at it.");
    });
  };
  const buttons = h("div", { class: "row dialog-buttons" }, h("button", { type: "button", class: "soft", click: () => dialog.close() }, "Cancel"), h("button", { type: "submit" }, "Report"));
  const form = h(
    "form",
    { class: "fields", submit },
    h("h2", {}, "Report to the moderators"),
    h("p", { class: "dim" }, "Only moderators see your report. You are notified when they have closed it."),
    h("div", {}, h("label", { for: reason.id }, "What is wrong?"), reason),
    h("div", {}, h("label", { for: field.id }, "What should they know? (optional)"), field, note.counter),
    errorElement,
    buttons,
  );
  const dialog = showDialog(form, { label: "Report to the moderators" });
  reason.focus();
}
