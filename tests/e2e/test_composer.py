"""Writing: pictures that are pasted or dropped, names, emoji, and who may comment."""

import base64
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up
from tests.images.pictures import make_image

# Sends an event of a type with a PNG file to an element.
TRANSFER_FILE = """(element, [type, base64]) => {
    const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "sent.png", { type: "image/png" }));
    const options = { bubbles: true, cancelable: true };
    element.dispatchEvent(type === "paste"
        ? new ClipboardEvent(type, { ...options, clipboardData: transfer })
        : new DragEvent(type, { ...options, dataTransfer: transfer }));
}"""


@pytest.mark.parametrize("event_type", ["paste", "drop"])
def test_a_picture_is_pasted_or_dropped_into_a_post(open_window, event_type):
    user = open_window().sign_up(new_name("paster"))
    content = base64.b64encode(make_image()).decode()
    user.page.get_by_label("Your post").evaluate(TRANSFER_FILE, [event_type, content])
    expect(user.page.get_by_alt_text("Selected picture: sent.png")).to_be_visible()
    user.page.get_by_role("button", name="Post", exact=True).click()
    expect(user.page.locator("article.post img.media").first).to_be_visible()


def test_a_name_is_completed_and_an_emoji_inserted(open_window, stack):
    user = open_window().sign_up(new_name("writer"))
    friend = sign_up(stack, new_name("zephyrine"))
    field = user.page.get_by_label("Your post")
    field.press_sequentially("Hello @zephyr")
    choices = user.page.locator(".post-form .mention-list [role=option]")
    expect(choices).to_have_count(1)
    expect(field).to_have_attribute("aria-activedescendant", re.compile("^mentions-"))
    field.press("Enter")
    expect(field).to_have_value(f"Hello @{friend.username} ")
    expect(choices).to_have_count(0)

    user.page.locator(".post-form").get_by_role("button", name="Emoji", exact=True).click()
    expect(user.page.get_by_label("Search emoji")).to_be_focused()
    user.page.keyboard.type("rocket")
    user.page.keyboard.press("ArrowDown")
    expect(user.page.get_by_role("button", name="rocket")).to_be_focused()
    user.take_screenshot("emoji")
    user.page.keyboard.press("Enter")
    expect(field).to_have_value(f"Hello @{friend.username} 🚀")
    expect(field).to_be_focused()
    user.page.get_by_role("button", name="Post", exact=True).click()
    post = user.post("Hello @zephyrine")
    expect(post.get_by_role("link", name=f"@{friend.username}")).to_be_visible()


def test_the_author_chooses_who_can_comment(open_window, stack):
    user, reader = open_window().sign_up(new_name("limiting")), open_window()
    reader.sign_up(new_name("silent"))
    user.page.get_by_label("Your post").fill("No comments, please")
    user.page.get_by_label("Who can comment").select_option("Comments: nobody")
    user.page.get_by_role("button", name="Post", exact=True).click()
    expect(user.post("No comments, please")).to_have_count(1)
    me = sign_in(stack, user.name)
    (post,) = me.call("GET", f"users/{me.id}/posts")["posts"]
    assert post["who_may_comment"] == "nobody"
    reader.open_route(f"posts/{post['id']}")
    expect(reader.page.get_by_text("The author has limited who can comment.")).to_be_visible()
    expect(reader.page.get_by_label("Comment", exact=True)).to_have_count(0)
    user.open_route(f"posts/{post['id']}")
    expect(user.page.get_by_label("Comment", exact=True)).to_be_visible()
