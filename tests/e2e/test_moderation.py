"""A report, from the API to the admin, and what it means to the one who is reported."""

import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import Caller, Site, new_name, sign_up
from tests.servers import PASSWORD
from tests.stack import ROOT, wait_for

# What it starts counts: a site, a browser, and a command that makes a moderator.
pytestmark = pytest.mark.timeout(180)
PHONE = {"width": 375, "height": 740}
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NAME = "the_keeper"
MAKE = f"""
from django.contrib.auth.models import Group, User
person = User.objects.create_user("{NAME}", password="{PASSWORD}", is_staff=True)
person.groups.add(Group.objects.get(name="moderator"))
"""


@pytest.fixture(scope="session")  # a test of another module may come between those of this one
def keeper(stack: Site) -> str:
    """Return the name of a moderator who is no superuser."""
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", MAKE]
    subprocess.run(command, cwd=ROOT, env=stack.environment, check=True, capture_output=True)
    return NAME


def enter(page: Page, stack: Site, name: str) -> str:
    """Sign in as staff; return the address of the admin."""
    admin = f"{stack.public_url}/admin/"
    page.goto(admin)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Per hour, the last 24 hours")).to_be_visible()
    return admin


def listed(page: Page, address: str, text: str) -> None:
    """Return when a list of the admin, which has what MongoDB has, shows a text."""

    def look() -> bool:
        page.goto(address)
        return page.locator("#result_list").get_by_text(text).count() > 0

    wait_for(look, within=20, name=f"{text} in {address}")


def reports(who: Caller, kind: str, target_id: str) -> str:
    """Report something; return the id of the report."""
    body = {"target_type": kind, "target_id": target_id, "reason": "spam", "note": "Hm. " * 50}
    return str(who.call("POST", "reports", body)["report"]["id"])


def suspend(page: Page) -> None:
    """Take a report and fill in that the member is suspended for good."""
    page.get_by_role("button", name="Assign to me").click()
    expect(page.get_by_role("button", name="Give it back")).to_be_visible()
    page.get_by_label("Act").select_option("Suspend")
    page.get_by_label("How long").select_option("for good")
    page.get_by_label("Words to the member").fill("You were told.")
    page.get_by_label("Why", exact=True).fill("The third time.")


def test_a_report_is_resolved_and_the_suspended_page_loses_its_socket_at_once(
    stack, window, keeper
):
    name = new_name("mallory")
    mallory = window().sign_up(name)
    mallory.write(f"Buy now, says {name}")
    reporter = sign_up(stack, new_name("reporter"))
    (post,) = [
        one["id"]
        for one in reporter.call("GET", "posts")["posts"]
        if one["author"]["username"] == name
    ]
    report_id = reports(reporter, "post", post)

    staff = window()
    page = staff.page
    admin = enter(page, stack, keeper)
    staff.shoot("dashboard")
    listed(page, f"{admin}moderation/report/?state__exact=open", name)
    staff.shoot("queue")
    page.locator("#result_list").get_by_role("row", name=name).get_by_role("link").first.click()
    expect(page.get_by_text(f"Buy now, says {name}").first).to_be_visible()
    suspend(page)
    staff.shoot("report")
    mallory.may_be_refused = True
    page.get_by_role("button", name="Resolve").click()

    expect(mallory.page.locator("#signin-page")).to_be_visible(timeout=3000)
    expect(page.locator("mark.resolved")).to_have_text("Resolved")
    assert reporter.call("GET", "reports")["reports"][0]["state"] == "resolved"
    assert name not in str(reporter.call("GET", "posts"))

    listed(page, f"{admin}mysocial/auditentry/", f"moderation.report:{report_id}")
    row = page.locator("#result_list tr").filter(has_text="resolve (suspend) report")
    expect(row).to_contain_text("The third time.")
    expect(row).to_contain_text(keeper)
    staff.shoot("audit")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_staff_fit_a_phone(stack, window, keeper, scheme):
    about, by = sign_up(stack, new_name("about")), sign_up(stack, new_name("by"))
    report_id = reports(by, "user", about.id)
    staff = window(viewport=PHONE, color_scheme=scheme)
    page = staff.page
    admin = enter(page, stack, keeper)
    assert page.evaluate(WIDER) <= 0
    staff.shoot(f"dashboard-phone-{scheme}")
    listed(page, f"{admin}moderation/report/", about.username)
    staff.shoot(f"queue-phone-{scheme}")
    assert page.evaluate(WIDER) <= 0
    page.goto(f"{admin}moderation/report/{report_id}/change/")
    expect(page.get_by_text("Notes among staff")).to_be_visible()
    assert page.evaluate(WIDER) <= 0
    staff.shoot(f"report-phone-{scheme}")


def test_the_admin_needs_nothing_from_elsewhere(stack, window, keeper):
    staff = window()
    asked: list[str] = []
    staff.page.on("request", lambda request: asked.append(request.url))
    enter(staff.page, stack, keeper)
    ours = (f"{stack.public_url}/", "data:")
    assert [url for url in asked if not url.startswith(ours)] == []
