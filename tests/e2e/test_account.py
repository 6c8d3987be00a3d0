"""An account from the sign-up to a changed name, by following the screen and the e-mails only."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import new_name
from tests.e2e.window import DEFAULT_TIMEOUT_MS

FORGOTTEN, RESTORED = "another-horse-battery", "a-third-horse-battery"
POLL_MS = 500
SETTINGS_TABS = {
    "Profile": "profile",
    "Links": "profile",
    "Privacy": "privacy",
    "Username": "account",
    "E-mail address": "account",
}


def follow_email(page, subject, address, link):
    """Open the newest e-mail with a subject to an address, and follow its link."""
    page.goto(f"{page.url.partition('/')[0]}//{page.url.split('/')[2]}/devtools/emails")
    emails = page.locator("li").filter(has_text=f"to {address}")
    email = emails.get_by_role("link", name=subject, exact=True).first
    for _ in range(DEFAULT_TIMEOUT_MS // POLL_MS):
        if email.count():
            break
        page.wait_for_timeout(POLL_MS)
        page.reload()
    email.click()
    page.get_by_role("link", name=link).click()


def expect_page(reader, heading, screenshot):
    """Expect a page with a heading, whose address contains no secret."""
    expect(reader.page.get_by_role("heading", name=heading)).to_be_visible()
    assert "?" not in reader.page.url
    assert "token" not in reader.page.url
    reader.take_screenshot(f"account-{screenshot}")


def sign_in(window, name, password):
    page: Page = window.page
    page.get_by_label("Username or e-mail").fill(name)
    page.locator("#signin").get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    return window.wait_until_live()


def settings_form(window, title):
    """Return the form with a title, in its tab of the settings."""
    window.open_settings(SETTINGS_TABS[title])
    heading = window.page.get_by_role("heading", name=title, exact=True)
    return window.page.locator("form").filter(has=heading)


def confirm(reader, address):
    follow_email(reader.page, "Confirm your e-mail address", address, "Confirm my e-mail address")
    expect_page(reader, "Confirm your e-mail address", "confirm")
    reader.page.get_by_role("button", name="Confirm").click()
    expect_page(reader, "Your e-mail address is confirmed", "confirmed")


def forget_password(reader, address):
    """Set the password `FORGOTTEN`, beginning at the start page."""
    reader.page.get_by_role("link", name="Open MySocial").click()
    reader.page.get_by_role("link", name="password?").click()
    expect_page(reader, "Reset your password", "forgot")
    reader.page.get_by_label("E-mail address").fill(address)
    reader.page.get_by_role("button", name="Send me a link").click()
    expect_page(reader, "Look into your mailbox", "sent")
    follow_email(reader.page, "Reset your password", address, "Set a new password")
    expect_page(reader, "Set a new password", "reset")
    reader.page.get_by_label("New password").fill(FORGOTTEN)
    reader.page.get_by_role("button", name="Set the password").click()
    expect_page(reader, "Your password was changed", "reset-done")


def change_address(member, reader, address, new_address):
    form = settings_form(member, "E-mail address")
    expect(form.locator("#email-status")).to_have_text(f"Your address is {address}.")
    form.get_by_label("New e-mail address").fill(new_address)
    form.get_by_label("Your password").fill(FORGOTTEN)
    form.get_by_role("button", name="Change the address").click()
    expect(form.locator("#email-status")).to_contain_text(f"It becomes {new_address}")
    member.page.locator("#email-status").scroll_into_view_if_needed()
    member.take_screenshot("account-settings")
    subject, link = "Confirm your new e-mail address", "Confirm my new e-mail address"
    follow_email(reader.page, subject, new_address, link)
    expect(reader.page.get_by_text(new_address)).to_be_visible()
    reader.page.get_by_role("button", name="Confirm").click()
    expect_page(reader, "Your e-mail address is confirmed", "changed")


def take_back(reader, address):
    """Restore the address, and set the password `RESTORED`."""
    follow_email(reader.page, "Your e-mail address was changed", address, "This was not me")
    expect_page(reader, "Take your account back", "revoke")
    reader.page.get_by_label("New password").fill(RESTORED)
    reader.page.get_by_role("button", name="Restore the address").click()
    expect_page(reader, "Your e-mail address was restored", "restored")


@pytest.mark.only_at("up", "runserver", reason="the e-mails are shown in development only")
@pytest.mark.parametrize("java_script", [True, False], ids=["JavaScript", "no JavaScript"])
def test_the_links_in_emails_confirm_reset_change_and_revoke(open_window, java_script):
    member, reader = open_window(), open_window(java_script_enabled=java_script)
    member.allow_client_errors = True  # of sessions that end
    name = new_name("keeper")
    address = f"{name}@example.com"
    member.sign_up(name)
    confirm(reader, address)
    forget_password(reader, address)
    expect(member.page.locator("#signin-error")).to_contain_text("Your session has ended")
    sign_in(member, name, FORGOTTEN)
    change_address(member, reader, address, f"{name}@new.example")
    take_back(reader, address)
    sign_in(member, address, RESTORED)


def test_a_member_changes_the_names(open_window):
    member, friend = open_window(), open_window()
    name = new_name("named")
    member.sign_up(name)
    member.write_post(f"By {name}")
    form = settings_form(member, "Username")
    form.get_by_label("Username").fill(f"{name}_new")
    form.get_by_role("button", name="Change the username").click()
    expect(form.get_by_text("Changed.")).to_be_visible()
    form = settings_form(member, "Profile")
    form.get_by_label("Name", exact=True).fill("Ünal 愛 שלום")
    form.get_by_label("Pronouns").fill("they/them")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Saved.")).to_be_visible()

    friend.sign_up(new_name("friend"))
    expect(friend.post(f"By {name}").locator(".name")).to_have_text("Ünal 愛 שלום")
    friend.post(f"By {name}").locator(".name").first.click()
    expect(friend.page.get_by_role("heading", name="Ünal 愛 שלום")).to_be_visible()
    expect(friend.page.get_by_text(f"@{name}_new · they/them")).to_be_visible()
    friend.take_screenshot("account-profile")


def request_link(reader, address):
    """Request a link to sign in, beginning at the start page."""
    reader.page.get_by_role("link", name="E-mail me a link").click()
    expect_page(reader, "Sign in without a password", "link")
    reader.page.get_by_label("E-mail address").fill(address)
    reader.page.get_by_role("button", name="Send me a link").click()
    expect_page(reader, "Look into your mailbox", "link-sent")
    follow_email(reader.page, "Your link to sign in", address, "Sign in")


@pytest.mark.only_at("up", "runserver", reason="the e-mails are shown in development only")
def test_a_member_signs_in_with_a_link_and_stays_signed_in(open_window):
    member, reader = open_window(), open_window()
    name = new_name("linked")
    address = f"{name}@example.com"
    member.sign_up(name)
    confirm(reader, address)
    reader.page.get_by_role("link", name="Open MySocial").click()
    request_link(reader, address)
    expect_page(reader, f"Sign in as {name}", "link-confirm")
    reader.page.get_by_role("button", name="Sign in").click()
    reader.wait_until_live()
    expect(reader.page.locator("#current-user")).to_have_text(name)
    assert reader.page.url.partition("://")[2].count("/") == 1  # not the address of the link
    assert name not in reader.page.evaluate("document.cookie")

    reader.page.wait_for_timeout(16_000)  # longer than an access token is valid
    reader.write_post(f"By {name}")
    reader.page.reload()
    reader.wait_until_live()
    another = reader.page.context.new_page()
    another.goto(reader.page.url)
    expect(another.locator("#current-user")).to_have_text(name)

    another.get_by_role("button", name="Sign out").click()
    expect(another.locator("#signin-page")).to_be_visible()
    expect(reader.page.locator("#signin-error")).to_contain_text("Your session has ended")
    another.reload()
    expect(another.locator("#signin-page")).to_be_visible()
    assert another.context.cookies() == []
    member.write_post("Still signed in")  # other sessions continue


@pytest.mark.only_at("up", "runserver", reason="the e-mails are shown in development only")
def test_the_page_of_a_link_needs_no_javascript(open_window):
    member, reader = open_window(), open_window(java_script_enabled=False)
    name = new_name("plain")
    address = f"{name}@example.com"
    member.sign_up(name)
    confirm(reader, address)
    reader.page.goto(f"{reader.page.url.partition('/verify')[0]}/sign-in-link")
    reader.page.get_by_label("E-mail address").fill(address)
    reader.page.get_by_role("button", name="Send me a link").click()
    follow_email(reader.page, "Your link to sign in", address, "Sign in")
    expect_page(reader, f"Sign in as {name}", "link-plain")
    reader.page.get_by_role("button", name="Sign in").click()
    reader.page.wait_for_url("**/signed-in")
    assert [cookie["name"] for cookie in reader.page.context.cookies()] == ["refresh"]


@pytest.mark.only_at("up", "runserver", reason="the e-mails are shown in development only")
@pytest.mark.parametrize("java_script", [True, False], ids=["JavaScript", "no JavaScript"])
def test_a_member_unsubscribes(open_window, java_script):
    member, reader = open_window(), open_window(java_script_enabled=java_script)
    name = new_name("quiet")
    member.sign_up(name)
    address = f"{name}@example.com"
    follow_email(reader.page, "Confirm your e-mail address", address, "Confirm my e-mail address")
    reader.page.get_by_role("button", name="Confirm").click()
    fan = new_name("fan")
    other = open_window().sign_up(fan)
    other.open_route(f"people/{member.page.locator('#profile-link').get_attribute('href')[-24:]}")
    other.page.get_by_role("button", name=f"Follow {name}").click()
    follow_email(reader.page, f"{fan} started following you", address, "Unsubscribe")
    expect(reader.page.get_by_role("button", name="Unsubscribe")).to_be_visible()
    reader.page.wait_for_url("**/unsubscribe")
    reader.page.get_by_role("button", name="Unsubscribe").click()
    expect_page(reader, "You are unsubscribed", f"unsubscribed-{java_script}")


def test_an_account_that_opens_asks_about_the_waiting_requests(open_window):
    member, fan = open_window(), open_window()
    name = new_name("opening")
    member.sign_up(name)
    form = settings_form(member, "Privacy")
    expect(form.get_by_label("Requests to follow you that wait")).to_be_hidden()
    form.get_by_label("Private account").check()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Saved.")).to_be_visible()
    fan.sign_up(new_name("fan"))
    profile = member.page.locator("#profile-link").get_attribute("href")
    fan.open_route(profile.removeprefix("/"))
    fan.page.get_by_role("button", name=f"Follow {name}").click()
    expect(fan.page.get_by_role("button", name="Requested to follow")).to_be_visible()
    form.get_by_label("Private account").uncheck()
    expect(form.get_by_label("Requests to follow you that wait")).to_have_value("accept")
    form.get_by_role("button", name="Save").click()
    expect(fan.page.get_by_role("button", name=f"Following {name}")).to_be_visible()
    fan.open_section("Notifications")
    expect(fan.page.get_by_role("link", name="accepted your request to follow")).to_be_visible()
    fan.take_screenshot("account-accepted")


def test_a_member_adds_links_to_the_profile(open_window):
    member, friend = open_window(), open_window()
    name = new_name("linker")
    member.sign_up(name)
    form = settings_form(member, "Links")
    expect(form.locator("code")).to_contain_text('rel="me"')
    form.get_by_label("Link 1: name").fill("My שלום page")
    form.get_by_label("Link 1: address").fill("unknown.invalid/me")
    form.get_by_label("Link 2: address").fill("https://second.invalid")
    form.get_by_role("button", name="Save the links").click()
    expect(form.get_by_text("The pages are checked.")).to_be_visible()
    expect(form.get_by_label("Link 1: address")).to_have_value("https://unknown.invalid/me")
    expect(form.locator("#link-status-1")).to_have_text("Not verified")
    form.get_by_label("Link 2: address").scroll_into_view_if_needed()
    member.take_screenshot("account-links")

    profile = member.page.locator("#profile-link").get_attribute("href")
    friend.sign_up(new_name("friend"))
    friend.page.goto(f"{friend.page.url.partition('#')[0]}people/{profile[-24:]}")
    friend.wait_until_live()
    link = friend.page.get_by_role("link", name="My שלום page")
    expect(link).to_have_attribute("href", "https://unknown.invalid/me")
    expect(link).to_have_attribute("rel", "me noopener nofollow ugc")
    expect(friend.page.get_by_text("Verified")).to_have_count(0)
    expect(friend.page.get_by_role("link", name="second.invalid")).to_be_visible()

    form.get_by_label("Link 1: name").fill("")
    form.get_by_label("Link 1: address").fill("")
    form.get_by_role("button", name="Save the links").click()
    expect(friend.page.get_by_role("link", name="My שלום page")).to_have_count(0)
    expect(form.get_by_label("Link 1: address")).to_have_value("https://second.invalid")
