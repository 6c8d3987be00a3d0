/** Sign-in page: sign in, sign up, or sign in as a demo user with one click. */

import { byId, runAction } from "./dom.js";

/** @param {import("./api.js").Api} api @param {(user: any) => void} onSignedIn */
export function setUpSignIn(api, onSignedIn) {
  const errorElement = byId("signin-error");
  /** @param {any} element @param {string} path @param {() => object} getBody */
  const authenticate = (element, path, getBody) =>
    runAction(element, errorElement, async () => onSignedIn(await api.authenticate(path, getBody())));

  for (const element of document.querySelectorAll("form[data-endpoint]")) {
    const form = /** @type {HTMLFormElement} */ (element);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      authenticate(form, form.dataset.endpoint ?? "", () => Object.fromEntries(new FormData(form)));
    });
  }
  for (const button of document.querySelectorAll("button[data-username]")) {
    const { username, password } = /** @type {HTMLElement} */ (button).dataset;
    button.addEventListener("click", () => authenticate(button, "signin", () => ({ username, password })));
  }
  const [toggle, signInForm, signUpForm] = ["signin-toggle", "signin", "signup"].map(byId);
  toggle.addEventListener("click", () => {
    signInForm.hidden = !signInForm.hidden;
    signUpForm.hidden = !signInForm.hidden;
    toggle.textContent = signInForm.hidden ? "I already have an account" : "Create an account";
    errorElement.textContent = "";
    (signInForm.hidden ? signUpForm : signInForm).querySelector("input").focus();
  });
}
