"""A sign-up with an invite code, a birth date and a proof of work, by following the screen."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from mysocial.core.ids import now
from tests.e2e.window import Window, closing_windows
from tests.support.servers import PASSWORD
from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.only_at("up", reason="the site has settings of its own")
CODE = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}")


@pytest.fixture(scope="module")
def invite_site(_servers: None) -> Iterator[Stack]:
    """A site that admits only invited people."""
    settings = {"SIGN_UP_MODE": "invite", "SIGN_UP_CAPTCHA": "altcha", "MINIMUM_AGE": "16"}
    with Stack("invite_site", **settings, RATE_LIMITS="0") as stack:
        yield stack.start(workers=False)


@pytest.fixture
def new_window(invite_site, chromium):
    with closing_windows() as windows:

        def create():
            page = chromium.new_context().new_page()
            windows.append(Window(page, f"{invite_site.public_url}/"))
            return windows[-1]

        yield create


def create_code(page, site):
    """Create an invite code as staff, and return it."""
    path = "admin/accounts/invite"
    page.goto(f"{site.public_url}/{path}/add/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    tomorrow = now() + timedelta(days=1)
    page.locator("#id_max_uses").fill("1")
    page.locator("#id_expires_at_0").fill(f"{tomorrow:%Y-%m-%d}")
    page.locator("#id_expires_at_1").fill("12:00:00")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    codes: list[str] = []

    def is_listed() -> bool:  # the list reads from MongoDB, which lags behind
        page.goto(f"{site.public_url}/{path}/")
        codes.extend(CODE.findall(page.content()))
        return bool(codes)

    wait_for(is_listed, within=20, name="the invite code")
    return codes[0]


def fill_in(page, name, code, birth_date):
    page.get_by_label("Username", exact=True).fill(name)
    page.get_by_label("E-mail address", exact=True).fill(f"{name}@example.com")
    page.locator("#signup").get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Invite code").fill(code)
    page.get_by_label("Birth date").fill(birth_date)
    page.get_by_role("button", name="Sign up").click()


def test_an_invited_member_signs_up_and_nobody_else_does(invite_site, new_window):
    staff, member = new_window(), new_window()
    member.allow_client_errors = True
    code = create_code(staff.page, invite_site)
    staff.take_screenshot("invite-codes")
    member.page.get_by_role("button", name="Create an account").click()
    expect(member.page.get_by_label("Invite code")).to_be_visible()
    member.take_screenshot("invite-sign-up")
    fill_in(member.page, "invited", "ABCD-EFGH-JKMN", "1990-05-01")
    expect(member.page.locator("#signin-error")).to_contain_text("invite")
    fill_in(member.page, "invited", code.lower(), "2020-05-01")
    expect(member.page.locator("#signin-error")).to_contain_text("16 years")
    fill_in(member.page, "invited", code.lower(), "1990-05-01")
    member.wait_until_live()
    other = new_window()
    other.allow_client_errors = True
    other.page.get_by_role("button", name="Create an account").click()
    fill_in(other.page, "second", code, "1990-05-01")
    expect(other.page.locator("#signin-error")).to_contain_text("no uses left")
