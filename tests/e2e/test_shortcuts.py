"""Keyboard shortcuts, and the column beside the view on wide screens."""

import re

from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up

WIDE = {"width": 1440, "height": 900}


def test_keys_move_through_the_feed_and_can_be_switched_off(open_window, stack):
    user = open_window(viewport=WIDE).sign_up(new_name("typist"))
    me = sign_in(stack, user.name)
    for text in ("First", "Second", "Third"):
        me.create_post(text)
    user.open_route(f"people/{me.id}")
    posts = user.page.locator("article.post")
    expect(posts).to_have_count(3)
    keyboard = user.page.keyboard
    for key, index in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        keyboard.press(key)
        expect(posts.nth(index)).to_be_focused()
    keyboard.press("b")
    expect(posts.nth(1).get_by_role("button", name="Bookmark")).to_have_attribute(
        "aria-pressed", "true"
    )
    keyboard.press("l")
    expect(posts.nth(1).get_by_role("button", name="like", exact=True)).to_be_focused()
    keyboard.press("Escape")
    keyboard.press("Enter")
    expect(posts.nth(1).get_by_role("button", name="like", exact=True)).to_be_visible()
    keyboard.press("Escape")

    keyboard.press("n")
    field = user.page.get_by_label("Your post")
    expect(field).to_be_focused()
    keyboard.type("jk?")
    expect(field).to_have_value("jk?")
    field.fill("")
    field.blur()
    keyboard.press("?")
    dialog = user.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    user.take_screenshot("shortcuts")
    dialog.get_by_label("Use these keys").uncheck()
    keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    keyboard.press("g")
    keyboard.press("/")
    expect(user.page.get_by_role("searchbox")).not_to_be_focused()


def test_a_wide_window_has_a_column_with_search_and_people(open_window, stack):
    user = open_window(viewport=WIDE).sign_up(new_name("wide"))
    member = sign_up(stack, new_name("sidelong"))
    column = user.page.get_by_role("complementary", name="People")
    expect(column.locator(".user-row").first).to_be_visible()
    user.page.keyboard.press("/")
    field = column.get_by_role("searchbox")
    expect(field).to_be_focused()
    user.page.keyboard.type("sidelong")
    user.page.keyboard.press("Enter")
    expect(user.page).to_have_url(re.compile("/search/sidelong$"))
    results = user.page.get_by_role("list", name="Search results")
    expect(results.locator(".name").first).to_have_text(member.username)
    expect(column).to_be_hidden()  # the search view has its content
