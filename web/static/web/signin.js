/** Sign-in page: sign in, sign up, or sign in as a demo user with one click. */

import { solveChallenge } from "./captcha.js";
import { byId, errorText, runAction } from "./dom.js";
import { isForAnotherPerson } from "./session.js";

const AWAITS_APPROVAL = "Your sign-up waits for an approval. You get an e-mail when you can sign in.";
/** @type {Record<string, string>} */
const NOTES = { approval: "Our staff approve each sign-up.", closed: "This site does not accept new members." };

let needsCaptcha = false;

/** @param {string} text */
function showNote(text) {
  byId("signup-note").textContent = text;
  byId("signup-note").hidden = !text;
}

/** Shows the fields that the site needs. @param {import("./api.js").Api} api */
async function showSignUpFields(api) {
  const { data } = await api.get("signup");
  const isNeeded = { "signup-invite": data.mode === "invite", "signup-birth-date": data.minimum_age > 0 };
  for (const [id, needed] of Object.entries(isNeeded)) {
    byId(id).hidden = byId(id).disabled = !needed;
    byId(id).labels[0].hidden = !needed;
  }
  needsCaptcha = data.captcha === "altcha";
  showNote(NOTES[data.mode] ?? "");
}

/** @param {import("./api.js").Api} api @param {(user: any) => void} onSignedIn */
export function setUpSignIn(api, onSignedIn) {
  const errorElement = byId("signin-error");
  byId("signin-window-only").checked = isForAnotherPerson();
  /** @param {any} element @param {string} path @param {() => object} getBody */
  const authenticate = (element, path, getBody) =>
    runAction(element, errorElement, async () => {
      const body = getBody();
      if (path === "signup" && needsCaptcha) Object.assign(body, { captcha: await solveChallenge((await api.get("signup/challenge")).data) });
      const user = await api.authenticate(path, byId("signin-window-only").checked ? body : { ...body, refresh_in: "cookie" });
      if (user) onSignedIn(user);
      else showNote(AWAITS_APPROVAL);
    });

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
    if (!signUpForm.hidden) showSignUpFields(api).catch((error) => (errorElement.textContent = errorText(error)));
    (signInForm.hidden ? signUpForm : signInForm).querySelector("input").focus();
  });
}
