"""Posts with pictures, and who may see them."""

import re

from playwright.sync_api import expect

from tests.e2e.people import new_name
from tests.images.pictures import picture

READY = re.compile(r"/media/[0-9a-f]{32}\.png$")


def test_a_picture_is_looked_at_then_sent_and_the_other_sees_it_when_it_is_ready(window):
    alice, bob = window().enter("alice"), window().enter("bob")
    alice.choose("Add a picture", picture())
    expect(alice.page.get_by_alt_text("Selected picture")).to_be_visible()
    alice.press("Remove")
    expect(alice.page.locator(".preview")).to_be_hidden()
    alice.choose("Add a picture", picture())
    alice.write("Red and blue")
    expect(alice.page.locator(".new-post-card .preview")).to_be_hidden()

    bob.show_new()
    for one in (alice, bob):
        expect(one.post("Red and blue").locator("img.media")).to_have_attribute("src", READY)

    alice.post("Red and blue").get_by_role("button", name="Edit").click()
    editor = alice.page.locator("article.post form.post-form")
    expect(editor.get_by_alt_text("Current picture")).to_be_visible()
    editor.get_by_role("button", name="Remove").click()
    editor.get_by_role("button", name="Save").click()
    for one in (alice, bob):
        expect(one.post("Red and blue").locator("img.media")).to_have_count(0)


def test_a_post_that_is_narrowed_to_oneself_goes_from_the_page_of_the_other(window):
    writer, reader = window().sign_up(new_name("writer")), window().enter("carol")
    writer.write("Said too much")
    reader.show_new()
    expect(reader.post("Said too much")).to_have_count(1)
    writer.go("Profile")
    writer.post("Said too much").get_by_role("button", name="Edit").click()
    editor = writer.page.locator("article.post form.post-form")
    editor.get_by_label("Who can see it").select_option("Only me")
    editor.get_by_role("button", name="Save").click()
    expect(reader.post("Said too much")).to_have_count(0)
    expect(writer.post("Said too much")).to_contain_text("Only me")


def test_a_file_that_is_no_picture_is_refused_and_what_was_written_stays(window):
    one = window().enter("alice")
    one.may_be_refused = True
    one.choose("Add a picture", b"This is no picture.")
    one.begin_to_write("With a broken file")
    expect(one.page.locator(".new-post-card .error")).not_to_be_empty()
    expect(one.page.get_by_label("Your post")).to_have_value("With a broken file")
