"""Texts in the web client: length, direction, links, drafts and ages."""

import re
import time

from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up
from tests.e2e.values import expect_value

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ARABIC = "\u0645\u0631\u062d\u0628\u0627"
HEBREW = "\u05e9\u05dc\u05d5\u05dd \u05dc\u05db\u05d5\u05dc\u05dd"  # in no name of other tests
SKEWED_HOURS = 3
COUNT_DRAFTS = "Object.keys(localStorage).filter(key => key.includes('draft')).length"
IS_FROM_RIGHT = "element => element.matches(':dir(rtl)')"


def test_links_mentions_and_hashtags_are_shown(open_window, stack):
    alice, bob = open_window().sign_in("alice"), sign_in(stack, "bob")
    text = f"{FAMILY} @bob, see example.com/a?b=c. #news <b>"
    alice.write_post(text)
    shown = alice.post("see example.com").locator(".text")
    expect(shown).to_have_text(text)
    links = shown.locator("a")
    expect(links).to_have_text(["@bob", "example.com/a?b=c"])
    expect(links.nth(0)).to_have_attribute("href", f"/people/{bob.id}")
    expect(links.nth(1)).to_have_attribute("href", "https://example.com/a?b=c")
    for relation in ("nofollow", "noopener"):
        expect(links.nth(1)).to_have_attribute("rel", re.compile(rf"\b{relation}\b"))
    expect(shown.locator(".hashtag")).to_have_text("#news")


def test_characters_are_counted_as_a_person_counts_them_and_nothing_is_cut(open_window):
    alice = open_window().sign_in("alice")
    field = alice.page.get_by_label("Your post")
    form = alice.page.locator(".post-form")
    field.fill("x" * 4450 + FAMILY * 100)
    expect(form.locator(".character-counter")).to_have_text("450 left")
    field.click()
    alice.page.keyboard.press("Control+End")
    alice.page.keyboard.insert_text("y" * 1000)
    expect(form.locator(".character-counter")).to_have_text("550 too many")
    alice.page.get_by_role("button", name="Post", exact=True).click()
    expect(form.locator("p.error")).to_contain_text("550 characters too long")
    assert len(field.input_value()) == 4450 + len(FAMILY) * 100 + 1000
    field.fill("")


def test_texts_stand_at_the_side_of_their_language(open_window):
    alice = open_window().sign_in("alice")
    field = alice.page.get_by_label("Your post")
    field.fill(ARABIC)
    assert field.evaluate(IS_FROM_RIGHT)
    field.fill("")
    for text, is_from_right in ((ARABIC, True), (HEBREW, True), ("Latin again", False)):
        alice.write_post(text)
        shown = alice.post(text).locator(".text")
        expect(shown).to_be_visible()
        assert shown.evaluate(IS_FROM_RIGHT) == is_from_right


def test_a_draft_is_kept_until_it_is_sent_and_deleted_at_the_sign_out(open_window, stack):
    name = new_name("drafter")
    sign_up(stack, name)
    window = open_window().sign_in(name)
    page = window.page
    page.get_by_label("Your post").fill("A long draft")
    window.open_route("notifications")
    page.reload()
    window.wait_until_live()
    window.open_route("")
    expect(page.get_by_label("Your post")).to_have_value("A long draft")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_label("Your post")).to_have_value("")
    expect_value(lambda: page.evaluate(COUNT_DRAFTS), 0)
    page.get_by_label("Your post").fill("Another draft")
    expect_value(lambda: page.evaluate(COUNT_DRAFTS), 1)
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#signin-page")).to_be_visible()
    expect_value(lambda: page.evaluate(COUNT_DRAFTS), 0)


def test_ages_do_not_depend_on_the_clock_of_the_device(open_window):
    alice = open_window().sign_in("alice")
    alice.write_post("Written just now")
    for hours in (-SKEWED_HOURS, SKEWED_HOURS):
        alice.page.clock.install(time=time.time() + hours * 3600)
        alice.page.reload()
        expect(alice.post("Written just now").locator("time").first).to_have_text("just now")
