"""Addresses of views: reload, sharing, history, and links of earlier versions."""

import re

from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up
from tests.support.servers import PASSWORD


def test_an_address_can_be_shared_and_shows_its_view_after_the_sign_in(open_window, stack):
    author = sign_up(stack, new_name("author"))
    post = author.create_post("Worth sharing")
    user = open_window()
    user.page.goto(f"{user.page.url}posts/{post}")
    user.page.get_by_label("Username or e-mail").fill("bob")
    user.page.locator("#signin").get_by_label("Password").fill(PASSWORD)
    user.page.get_by_role("button", name="Sign in", exact=True).click()
    user.wait_until_live()
    expect(user.post("Worth sharing")).to_be_visible()
    expect(user.page).to_have_url(re.compile(f"/posts/{post}$"))
    user.page.reload()
    expect(user.post("Worth sharing")).to_be_visible()


def test_links_open_views_without_loading_the_page_and_back_returns(open_window):
    user = open_window().sign_up(new_name("walker"))
    loads = []
    user.page.on("load", lambda page: loads.append(page.url))
    user.open_section("Notifications")
    expect(user.page).to_have_url(re.compile("/notifications$"))
    user.open_section("Settings")
    expect(user.page.get_by_role("heading", name="Settings", exact=True)).to_be_focused()
    expect(user.page).to_have_title("Settings · MySocial")
    user.page.go_back()
    expect(user.page.get_by_role("heading", name="Notifications").first).to_be_visible()
    user.page.go_forward()
    expect(user.page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    user.page.get_by_role("link", name="MySocial").click()
    expect(user.page.get_by_label("Your post")).to_be_visible()
    assert loads == []


def test_a_link_opens_in_a_new_window_on_request(open_window):
    user = open_window().sign_up(new_name("opener"))
    with user.page.context.expect_page() as opened:
        link = user.page.locator("#main-nav").get_by_role("link", name="Notifications")
        link.click(modifiers=["Control"])
    expect(opened.value.get_by_role("heading", name="Notifications").first).to_be_visible()
    expect(user.page.get_by_label("Your post")).to_be_visible()


def test_a_link_of_an_earlier_version_leads_to_its_view(open_window, stack):
    user = open_window().sign_up(new_name("archivist"))
    me = sign_in(stack, user.name)
    user.page.goto(f"{user.page.url}#/people/{me.id}/followers")
    user.page.reload()
    expect(user.page).to_have_url(re.compile(f"/people/{me.id}/followers$"))
    expect(user.page.locator(".tabs [aria-current]")).to_have_text("0 Followers")
