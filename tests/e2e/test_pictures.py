"""Posts with pictures, and their visibility."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.people import new_name
from tests.images.pictures import make_image

MEDIA_URL = re.compile(r"/media/[0-9a-f]{32}\.png$")


@pytest.mark.smoke
def test_a_picture_has_a_preview_and_appears_when_it_is_processed(open_window):
    alice, bob = open_window().sign_in("alice"), open_window().sign_in("bob")
    alice.select_picture("Add a picture", make_image())
    expect(alice.page.get_by_alt_text("Selected picture")).to_be_visible()
    alice.click_button("Remove")
    expect(alice.page.locator(".preview")).to_be_hidden()
    alice.select_picture("Add a picture", make_image())
    alice.write_post("Red and blue")
    expect(alice.page.locator(".new-post-card .preview")).to_be_hidden()

    bob.show_new_posts()
    for user in (alice, bob):
        expect(user.post("Red and blue").locator("img.media")).to_have_attribute("src", MEDIA_URL)

    alice.choose_action("Red and blue", "Edit")
    editor = alice.page.locator("article.post form.post-form")
    expect(editor.get_by_alt_text("Current picture")).to_be_visible()
    editor.get_by_role("button", name="Remove").click()
    editor.get_by_role("button", name="Save").click()
    for user in (alice, bob):
        expect(user.post("Red and blue").locator("img.media")).to_have_count(0)


def test_a_post_that_becomes_private_disappears_for_others(open_window):
    writer, reader = open_window().sign_up(new_name("writer")), open_window().sign_in("carol")
    writer.write_post("Said too much")
    reader.show_new_posts()
    expect(reader.post("Said too much")).to_have_count(1)
    writer.open_section("Profile")
    writer.choose_action("Said too much", "Edit")
    editor = writer.page.locator("article.post form.post-form")
    editor.get_by_label("Who can see it").select_option("Only me")
    editor.get_by_role("button", name="Save").click()
    expect(reader.post("Said too much")).to_have_count(0)
    expect(writer.post("Said too much")).to_contain_text("Only me")


def test_an_invalid_picture_is_rejected_and_the_text_stays(open_window):
    user = open_window().sign_in("alice")
    user.allow_client_errors = True
    user.select_picture("Add a picture", b"This is no picture.")
    user.submit_post("With a broken file")
    expect(user.page.locator(".new-post-card .error")).not_to_be_empty()
    expect(user.page.get_by_label("Your post")).to_have_value("With a broken file")
