"""Reports: from the API to the admin, and the effect on the reported user."""

import subprocess
import sys

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.people import Caller, Site, new_name, sign_in, sign_up
from tests.e2e.values import expect_value
from tests.e2e.window import Window
from tests.support.servers import PASSWORD
from tests.support.stack import ROOT, wait_for

# Includes the start of the site and the browser, and the creation of a moderator.
pytestmark = pytest.mark.timeout(180)
PHONE = {"width": 375, "height": 740}
SCROLL_OVERFLOW_PX = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
MODERATOR_NAME = "the_moderator"
CREATE_MODERATOR = f"""
from django.contrib.auth.models import Group, User
user = User.objects.create_user("{MODERATOR_NAME}", password="{PASSWORD}", is_staff=True)
user.groups.add(Group.objects.get(name="moderator"))
"""


@pytest.fixture(scope="session")  # tests of other modules may run between those of this one
def moderator(stack: Site) -> str:
    """Return the name of a moderator who is not a superuser."""
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", CREATE_MODERATOR]
    subprocess.run(command, cwd=ROOT, env=stack.environment, check=True, capture_output=True)
    return MODERATOR_NAME


def sign_in_to_admin(page: Page, stack: Site, name: str) -> str:
    """Sign in as staff and return the URL of the admin."""
    admin_url = f"{stack.public_url}/admin/"
    page.goto(admin_url)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Last 24 hours, per hour")).to_be_visible()
    return admin_url


def wait_until_listed(page: Page, url: str, *texts: str) -> Locator:
    """Wait until a list of the admin has a row with these texts, and return the row.

    The list is read from MongoDB, which lags behind.
    """
    row = page.locator("#result_list tr")
    for text in texts:
        row = row.filter(has_text=text)

    def is_listed() -> bool:
        page.goto(url)
        return row.count() > 0

    wait_for(is_listed, within=20, name=f"{texts} in {url}")
    return row


def create_report(reporter: Caller, target_type: str, target_id: str) -> str:
    """Create a report and return its id."""
    body = {
        "target_type": target_type,
        "target_id": target_id,
        "reason": "spam",
        "note": "Hm. " * 50,
    }
    return str(reporter.call("POST", "reports", body)["report"]["id"])


def expect_notification(user: Window, text: str) -> None:
    """Expect an announcement of a notification, and its row in the list."""
    expect(user.page.locator("#announcement")).to_have_text(text)
    user.open_section("Notifications")
    row = user.page.locator(".notification p:first-child")
    expect(row).to_have_text(f"Unread: {text}")


def fill_in_suspension(page: Page) -> None:
    """Assign the report and fill in a permanent suspension of the member."""
    page.get_by_role("button", name="Assign to me").click()
    expect(page.get_by_role("button", name="Unassign")).to_be_visible()
    page.get_by_label("Action").select_option("Suspend")
    page.get_by_label("Duration").select_option("Permanent")
    page.get_by_label("Message to the member").fill("This is your last warning.")
    page.get_by_label("Reason (for the audit log)", exact=True).fill("Third report.")


def test_resolving_a_report_with_a_suspension_signs_the_member_out_at_once(
    stack, open_window, moderator
):
    name = new_name("mallory")
    mallory = open_window().sign_up(name)
    mallory.write_post(f"Buy now, says {name}")
    reporter_window = open_window().sign_up(new_name("reporter"))
    reporter = sign_in(stack, reporter_window.name)
    (post_id,) = [
        post["id"]
        for post in reporter.call("GET", "posts")["posts"]
        if post["author"]["username"] == name
    ]
    report_id = create_report(reporter, "post", post_id)

    staff = open_window()
    page = staff.page
    admin_url = sign_in_to_admin(page, stack, moderator)
    staff.take_screenshot("dashboard")
    wait_until_listed(page, f"{admin_url}moderation/report/?state__exact=open", name)
    staff.take_screenshot("queue")
    page.locator("#result_list").get_by_role("row", name=name).get_by_role("link").first.click()
    expect(page.get_by_text(f"Buy now, says {name}").first).to_be_visible()
    fill_in_suspension(page)
    staff.take_screenshot("report")
    mallory.allow_client_errors = True
    page.get_by_role("button", name="Resolve").click()

    expect(mallory.page.locator("#signin-page")).to_be_visible(timeout=3000)
    expect(page.locator("mark.resolved")).to_have_text("Resolved")
    assert reporter.call("GET", "reports")["reports"][0]["state"] == "resolved"
    assert name not in str(reporter.call("GET", "posts"))
    expect_notification(reporter_window, "A moderator closed your report")

    texts = (f"moderation.report:{report_id}", "resolve (suspend) report")
    row = wait_until_listed(page, f"{admin_url}mysocial/auditentry/", *texts)
    expect(row).to_contain_text("Third report.")
    expect(row).to_contain_text(moderator)
    staff.take_screenshot("audit")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_admin_fits_on_a_phone(stack, open_window, moderator, scheme):
    reported, reporter = (sign_up(stack, new_name(name)) for name in ("reported", "reporter"))
    report_id = create_report(reporter, "user", reported.id)
    staff = open_window(viewport=PHONE, color_scheme=scheme)
    page = staff.page
    admin_url = sign_in_to_admin(page, stack, moderator)
    expect_value(lambda: page.evaluate(SCROLL_OVERFLOW_PX) <= 0, True)
    staff.take_screenshot(f"dashboard-phone-{scheme}")
    wait_until_listed(page, f"{admin_url}moderation/report/", reported.username)
    staff.take_screenshot(f"queue-phone-{scheme}")
    expect_value(lambda: page.evaluate(SCROLL_OVERFLOW_PX) <= 0, True)
    page.goto(f"{admin_url}moderation/report/{report_id}/change/")
    expect(page.get_by_role("heading", name="Staff notes")).to_be_visible()
    expect_value(lambda: page.evaluate(SCROLL_OVERFLOW_PX) <= 0, True)
    staff.take_screenshot(f"report-phone-{scheme}")


def test_the_admin_loads_nothing_from_other_hosts(stack, open_window, moderator):
    staff = open_window()
    urls: list[str] = []
    staff.page.on("request", lambda request: urls.append(request.url))
    sign_in_to_admin(staff.page, stack, moderator)
    own_prefixes = (f"{stack.public_url}/", "data:")
    assert [url for url in urls if not url.startswith(own_prefixes)] == []
