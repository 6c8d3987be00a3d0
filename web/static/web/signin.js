/** The door: sign in, sign up, or one click as one of the demo people. */

import { byId, doing } from "./dom.js";

/** @param {import("./api.js").Api} api @param {(user: any) => void} entered */
export function door(api, entered) {
  const said = byId("door-said");
  /** @param {any} element @param {string} path @param {() => object} body */
  const enter = (element, path, body) => doing(element, said, async () => entered(await api.enter(path, body())));

  for (const form of document.querySelectorAll("form[data-enter]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const fields = /** @type {HTMLFormElement} */ (form);
      enter(fields, fields.dataset.enter ?? "", () => Object.fromEntries(new FormData(fields)));
    });
  }
  for (const button of document.querySelectorAll("button[data-username]")) {
    const { username, password } = /** @type {HTMLElement} */ (button).dataset;
    button.addEventListener("click", () => enter(button, "signin", () => ({ username, password })));
  }
  const [swap, signin, signup] = ["swap", "signin", "signup"].map(byId);
  swap.addEventListener("click", () => {
    signin.hidden = !signin.hidden;
    signup.hidden = !signin.hidden;
    swap.textContent = signin.hidden ? "I have an account" : "Make an account";
    said.textContent = "";
    (signin.hidden ? signup : signin).querySelector("input").focus();
  });
}
