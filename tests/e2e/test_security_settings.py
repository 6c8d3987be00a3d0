"""The security of an account: password, devices, sign-ins, and its end."""

from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up
from tests.e2e.test_account import sign_in as sign_in_by_form
from tests.support.servers import PASSWORD

NEW_PASSWORD = "another-horse-battery"


def test_a_member_changes_the_password_and_signs_out_another_device(open_window, stack):
    user, other = open_window(), open_window()
    name = new_name("guarded")
    user.sign_up(name)
    user.allow_client_errors = other.allow_client_errors = True
    user.open_settings("security")
    form = user.page.locator("form").filter(has_text="Current password")
    form.get_by_label("Current password").fill("wrong-horse-battery")
    form.get_by_label("New password").fill(NEW_PASSWORD)
    form.get_by_role("button", name="Change the password").click()
    expect(form.get_by_role("alert")).to_contain_text("Current password")
    form.get_by_label("Current password").fill(PASSWORD)
    form.get_by_role("button", name="Change the password").click()
    expect(form.get_by_role("status")).to_have_text("Changed. Other devices are signed out.")

    sign_in_by_form(other, name, NEW_PASSWORD)
    user.page.reload()
    devices = user.page.get_by_role("list", name="Devices").locator("li")
    expect(devices).to_have_count(2)
    expect(devices.filter(has_text="This device")).to_have_count(1)
    # The sign-up is one, too.
    expect(user.page.get_by_role("list", name="Recent sign-ins").locator("li")).to_have_count(2)
    user.take_screenshot("settings-security")
    devices.get_by_role("button", name="Sign out").click()
    expect(devices).to_have_count(1)
    expect(other.page.locator("#signin-error")).to_contain_text("Your session has ended")

    user.click_button("Sign out everywhere", confirm=True)
    expect(user.page.locator("#signin-error")).to_have_text("You are signed out on all devices.")


def test_a_member_erases_the_account_with_the_password(open_window, stack):
    user = open_window().sign_up(new_name("leaving"))
    me, friend = sign_in(stack, user.name), sign_up(stack, new_name("staying"))
    user.allow_client_errors = True
    user.open_settings("account")
    user.page.get_by_role("button", name="Delete your account").click()
    dialog = user.page.get_by_role("dialog", name="Delete your account?")
    dialog.get_by_label("Your password").fill("wrong-horse-battery")
    dialog.get_by_role("button", name="Delete for good").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not your password")
    assert friend.call("GET", f"users/{me.id}")["username"] == user.name
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name="Delete for good").click()
    expect(user.page.locator("#signin-error")).to_have_text("Your account is deleted.")
    assert user.page.evaluate("location.pathname") == "/"


def test_a_member_sees_what_became_of_a_report(open_window, stack):
    user = open_window().sign_up(new_name("reporter"))
    me, other = sign_in(stack, user.name), sign_up(stack, new_name("reported"))
    post = other.create_post("Buy now")
    body = {"target_type": "post", "target_id": post, "reason": "spam", "note": "Again"}
    me.call("POST", "reports", body)
    user.open_settings("privacy")
    user.page.get_by_role("link", name="Your reports").click()
    report = user.page.get_by_role("list", name="Your reports").locator("li")
    expect(report).to_have_count(1)
    for text in ("Spam or a scam", "Again", "Open"):
        expect(report).to_contain_text(text)
    report.get_by_role("link", name="A post").click()
    expect(user.post("Buy now")).to_be_visible()
