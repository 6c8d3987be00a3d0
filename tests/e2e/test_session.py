"""Who is signed in, for how long, and what is left of it."""

from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in

KEY = "mysocial.session"
WEAR_OUT = f"""() => {{
    const kept = JSON.parse(sessionStorage.getItem("{KEY}"));
    kept.access = kept.access.slice(0, -4) + "worn";
    sessionStorage.setItem("{KEY}", JSON.stringify(kept));
}}"""


def test_one_stays_signed_in_over_a_reload_and_each_window_is_somebody_else(window):
    first, second = window().enter("alice"), window().enter("bob")
    first.page.reload()
    first.lives()
    expect(first.page.locator("#current-user")).to_have_text("alice")
    expect(second.page.locator("#current-user")).to_have_text("bob")


def test_a_wrong_password_is_told_and_nobody_is_signed_in(window):
    one = window()
    one.may_be_refused = True
    one.page.get_by_label("Username or e-mail").fill("alice")
    one.page.locator("#signin").get_by_label("Password").fill("not hers at all")
    one.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(one.page.locator("#signin-error")).to_have_text("The name or the password is wrong.")
    assert one.page.evaluate(f"sessionStorage.getItem('{KEY}')") is None


def test_all_that_is_wrong_with_a_sign_up_is_told_at_once(window):
    one = window()
    one.may_be_refused = True
    one.page.get_by_role("button", name="Create an account").click()
    one.page.get_by_label("Username", exact=True).fill("alice")
    one.page.get_by_label("E-mail address", exact=True).fill("new@example.com")
    one.page.locator("#signup").get_by_label("Password").fill("password")
    one.page.get_by_role("button", name="Sign up").click()
    expect(one.page.locator("#signin-error")).to_contain_text("password: ")


def test_signing_out_leaves_nothing_behind(window):
    one = window().sign_up(new_name("leaver"))
    one.page.get_by_role("button", name="Sign out").click()
    expect(one.page.locator("#signin-page")).to_be_visible()
    assert one.page.evaluate("sessionStorage.length") == 0
    expect(one.page.locator("article.post")).to_have_count(0)


def test_a_session_that_is_ended_elsewhere_is_over_at_once(window, stack):
    one = window().sign_up(new_name("ended"))
    other_device = sign_in(stack, one.name)
    other_device.call("DELETE", "sessions")
    expect(one.page.locator("#signin-error")).to_have_text(
        "Your session has ended. Please sign in again."
    )
    assert one.page.evaluate(f"sessionStorage.getItem('{KEY}')") is None


def test_a_token_that_is_not_taken_is_renewed_without_a_word(window):
    one = window().sign_up(new_name("renewed"))
    one.may_be_refused = True
    one.page.evaluate(WEAR_OUT)
    one.write("Written with a worn token")
    expect(one.post("Written with a worn token")).to_have_count(1)

    # The socket too finds a worn token when it has to connect again.
    one.page.evaluate(WEAR_OUT)
    one.page.evaluate("dispatchEvent(new Event('offline'))")
    one.lives()
    one.write("Heard by a new socket")
    expect(one.heard("post.created")).to_have_count(2)


def test_a_copied_tab_lets_go_of_the_session_and_the_first_keeps_it(window):
    first = window().sign_up(new_name("copied"))
    with first.page.context.expect_page() as opened:
        first.page.evaluate("open(location.href)")  # begins with a copy of sessionStorage
    copy = opened.value
    expect(copy.locator("#loading")).to_be_hidden()
    expect(copy.locator("#signin-page")).to_be_visible()
    assert copy.evaluate(f"sessionStorage.getItem('{KEY}')") is None
    first.page.wait_for_timeout(16_000)  # a token's life: it is renewed meanwhile
    first.write("Still here")
    expect(first.post("Still here")).to_have_count(1)
