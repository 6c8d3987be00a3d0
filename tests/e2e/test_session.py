"""Sessions: sign-in, sign-out, expiry, and several windows."""

import pytest
from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in
from tests.e2e.values import expect_value
from tests.e2e.window import Window

STORAGE_KEY = "mysocial.session"
INVALIDATE_TOKEN = f"""() => {{
    const tokens = JSON.parse(sessionStorage.getItem("{STORAGE_KEY}"));
    tokens.access = tokens.access.slice(0, -4) + "none";
    sessionStorage.setItem("{STORAGE_KEY}", JSON.stringify(tokens));
}}"""


def test_a_session_survives_a_reload_and_belongs_to_one_window(open_window):
    first, second = open_window().sign_in("alice"), open_window().sign_in("bob")
    first.page.reload()
    first.wait_until_live()
    expect(first.page.locator("#current-user")).to_have_text("alice")
    expect(second.page.locator("#current-user")).to_have_text("bob")


def test_a_wrong_password_shows_an_error(open_window):
    user = open_window()
    user.allow_client_errors = True
    user.page.get_by_label("Username or e-mail").fill("alice")
    user.page.locator("#signin").get_by_label("Password").fill("not hers at all")
    user.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(user.page.locator("#signin-error")).to_have_text("The name or the password is wrong.")
    assert user.page.evaluate(f"sessionStorage.getItem('{STORAGE_KEY}')") is None


def test_sign_up_shows_all_errors_at_once(open_window):
    user = open_window()
    user.allow_client_errors = True
    user.page.get_by_role("button", name="Create an account").click()
    user.page.get_by_label("Username", exact=True).fill("alice")
    user.page.get_by_label("E-mail address", exact=True).fill("new@example.com")
    user.page.locator("#signup").get_by_label("Password").fill("password")
    user.page.get_by_role("button", name="Sign up").click()
    expect(user.page.locator("#signin-error")).to_contain_text("Password: ")


def test_signing_out_deletes_all_data(open_window):
    user = open_window().sign_up(new_name("leaver"))
    user.page.get_by_role("button", name="Sign out").click()
    expect(user.page.locator("#signin-page")).to_be_visible()
    expect_value(lambda: user.page.evaluate("sessionStorage.length"), 0)
    expect(user.page.locator("article.post")).to_have_count(0)


def test_a_session_that_is_ended_elsewhere_is_signed_out_at_once(open_window, stack):
    user = open_window().sign_up(new_name("ended"))
    other_device = sign_in(stack, user.name)
    other_device.call("DELETE", "accounts/me/sessions")
    expect(user.page.locator("#signin-error")).to_have_text(
        "Your session has ended. Please sign in again."
    )
    expect_value(lambda: user.page.evaluate(f"sessionStorage.getItem('{STORAGE_KEY}')"), None)


def test_a_rejected_token_is_refreshed_silently(open_window):
    user = open_window().sign_up(new_name("renewed"))
    user.allow_client_errors = True
    user.page.evaluate(INVALIDATE_TOKEN)
    user.write_post("Written with an invalid token")
    expect(user.post("Written with an invalid token")).to_have_count(1)

    # The socket reconnects with an invalid token as well.
    user.page.evaluate(INVALIDATE_TOKEN)
    user.page.evaluate("dispatchEvent(new Event('offline'))")
    user.wait_until_live()
    user.write_post("Received by a new socket")
    expect(user.inspector_events("post.created")).to_have_count(2)


@pytest.mark.smoke
def test_a_new_window_continues_the_session_and_sign_out_ends_it_in_both(open_window):
    first = open_window().sign_up(new_name("tabbed"))
    second = first.page.context.new_page()
    second.goto(first.page.url)
    expect(second.locator("#current-user")).to_have_text(first.name)
    second.get_by_role("button", name="Sign out").click()
    expect(second.locator("#signin-page")).to_be_visible()
    expect(first.page.locator("#signin-error")).to_contain_text("Your session has ended")


def test_another_person_signs_in_for_a_new_window_only(open_window):
    first = open_window().sign_up(new_name("first"))
    first.page.get_by_role("button", name="Developers").click()
    with first.page.context.expect_page() as opened:
        first.page.get_by_role("link", name="Another person").click()
    page = opened.value
    expect(page.get_by_label("Sign in for this window only")).to_be_checked()
    name = new_name("second")
    Window(page, page.url).sign_up(name, window_only=True)
    expect(page.locator("#current-user")).to_have_text(name)
    first.page.reload()
    first.wait_until_live()
    expect(first.page.locator("#current-user")).to_have_text(first.name)


def test_a_copy_of_a_window_with_a_session_of_its_own_is_signed_out(open_window):
    first = open_window().sign_up(new_name("copied"), window_only=True)
    with first.page.context.expect_page() as opened:
        first.page.evaluate(
            "open(location.href)"
        )  # the new tab starts with a copy of sessionStorage
    copy = opened.value
    expect(copy.locator("#loading")).to_be_hidden()
    expect(copy.locator("#signin-page")).to_be_visible()
    expect_value(lambda: copy.evaluate(f"sessionStorage.getItem('{STORAGE_KEY}')"), None)
    first.page.wait_for_timeout(16_000)  # longer than the lifetime of a token
    first.write_post("Still here")
    expect(first.post("Still here")).to_have_count(1)
