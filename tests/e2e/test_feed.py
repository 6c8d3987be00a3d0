"""Feeds in two windows: what one user does appears for the other without a reload."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up
from tests.images.pictures import make_image

GIF = "https://media.giphy.com/media/won/giphy.gif"


@pytest.mark.smoke
def test_a_post_a_reaction_and_a_comment_appear_for_the_other_user(open_window):
    alice, bob = open_window().sign_in("alice"), open_window().sign_in("bob")
    alice.write_post("Fresh bread today")
    expect(alice.post("Fresh bread today")).to_have_count(1)

    expect(bob.new_posts_button).to_have_text("1 new post")
    expect(bob.post("Fresh bread today")).to_have_count(0)
    bob.show_new_posts()
    expect(bob.post("Fresh bread today")).to_have_count(1)

    bob.react("Fresh bread today", "love")
    expect(alice.reaction_count("Fresh bread today", "love")).to_have_text("1")
    expect(bob.reaction_count("Fresh bread today", "love")).to_have_text("1")
    bob.react("Fresh bread today", "wow")
    expect(alice.reaction_count("Fresh bread today", "wow")).to_have_text("1")
    expect(alice.reaction_count("Fresh bread today", "love")).to_have_text("")

    alice.open_comments("Fresh bread today")
    bob.comment("Fresh bread today", "Keep me a loaf")
    expect(alice.comments("Fresh bread today")).to_have_text(["Keep me a loaf"])
    expect(bob.comments("Fresh bread today")).to_have_text(["Keep me a loaf"])
    expect(alice.comments_button("Fresh bread today")).to_have_text("1 comment")
    alice.take_screenshot("two-alice")
    bob.take_screenshot("two-bob")


def test_an_edited_or_deleted_post_changes_for_the_other_user(open_window):
    alice, bob = open_window().sign_in("alice"), open_window().sign_in("bob")
    alice.write_post("Cinnamon buns")
    bob.show_new_posts()

    alice.choose_action("Cinnamon buns", "Edit")
    alice.page.get_by_label("Post text").fill("Cardamom buns")
    alice.page.get_by_role("button", name="Save").click()

    expect(bob.post("Cardamom buns")).to_have_count(1)
    expect(bob.post("Cinnamon buns")).to_have_count(0)
    alice.choose_action("Cardamom buns", "Delete", confirm=True)
    expect(bob.post("Cardamom buns")).to_have_count(0)
    expect(alice.post("Cardamom buns")).to_have_count(0)


def test_an_edited_comment_changes_for_the_other_user(open_window):
    alice, bob = open_window().sign_in("alice"), open_window().sign_in("bob")
    bob.allow_client_errors = True
    alice.write_post("What is for lunch?")
    bob.show_new_posts()
    bob.comment("What is for lunch?", "Soop")
    alice.open_comments("What is for lunch?")

    post = bob.post("What is for lunch?")
    post.get_by_role("button", name="Actions for your comment: Soop").click()
    post.get_by_role("menuitem", name="Edit").click()
    field = post.get_by_label("Comment text")
    expect(field).to_be_focused()
    field.fill("")
    field.press("Enter")
    expect(post.get_by_role("alert").filter(has_text="blank")).to_have_count(1)
    expect(alice.comments("What is for lunch?")).to_have_text(["Soop"])
    field.fill("Soup")
    field.press("Enter")

    expect(bob.comments("What is for lunch?")).to_have_text(["Soup"])
    expect(alice.comments("What is for lunch?")).to_have_text(["Soup"])
    expect(post.get_by_role("button", name="Actions for your comment: Soup")).to_be_focused()
    assert alice.post("What is for lunch?").get_by_role("button", name="for your").count() == 0


def test_a_post_with_a_feeling_a_color_and_a_gif(open_window):
    alice, bob = open_window().sign_in("alice"), open_window().sign_in("bob")
    gif_response = {"body": make_image("GIF"), "content_type": "image/gif"}
    for user in (alice, bob):
        user.page.route(GIF, lambda route: route.fulfill(**gif_response))
    alice.page.get_by_label("Your post").focus()
    alice.page.get_by_text("Feeling, color, GIF").click()
    alice.page.get_by_label("How you feel").select_option("excited")
    alice.page.get_by_label("Background color").select_option("Night")
    alice.page.get_by_label("GIF address").fill(GIF)
    alice.write_post("We have won")
    bob.show_new_posts()

    post = bob.post("We have won")
    expect(post.locator(".item-text")).to_contain_text("is feeling excited")
    expect(post.locator(".text")).to_have_css("background-color", "rgb(30, 58, 138)")
    expect(post.locator(".text")).to_have_css("color", "rgb(255, 255, 255)")
    expect(post.get_by_alt_text("GIF")).to_have_attribute("src", GIF)

    alice.choose_action("We have won", "Edit")
    editor = alice.page.locator("article.post form.post-form")
    editor.get_by_label("Background color").select_option("No color")
    editor.get_by_label("GIF address").fill("")
    editor.get_by_role("button", name="Save").click()
    expect(post.get_by_alt_text("GIF")).to_have_count(0)
    expect(post.locator(".text")).not_to_have_css("background-color", "rgb(30, 58, 138)")
    expect(post.locator(".item-text")).to_contain_text("is feeling excited")


def test_markup_in_a_post_is_shown_as_text(open_window):
    alice, bob = open_window().sign_in("alice"), open_window().sign_in("bob")
    text = "<img src=x onerror=alert(1)> <b>Not bold</b>"
    alice.write_post(text)
    bob.show_new_posts()
    expect(bob.post("Not bold").locator(".text")).to_have_text(text)
    assert bob.post("Not bold").locator(".body b, .body img").count() == 0


def test_a_private_post_is_shown_on_the_profile_of_its_author_only(open_window):
    alice, bob = open_window().sign_in("alice"), open_window().sign_in("bob")
    alice.write_post("Nobody reads this", privacy="Only me")
    alice.write_post("Everybody reads this")
    bob.show_new_posts()
    expect(bob.post("Everybody reads this")).to_have_count(1)
    assert bob.post("Nobody reads this").count() == 0
    assert alice.post("Nobody reads this").count() == 0
    alice.open_section("Profile")
    expect(alice.post("Nobody reads this")).to_have_count(1)


def test_the_home_feed_shows_new_posts_of_followed_users(open_window, stack):
    follower = open_window().sign_up(new_name("follower"))
    followed, stranger = (sign_up(stack, new_name(name)) for name in ("followed", "unknown"))
    follower.open_tab("home")
    expect(follower.page.locator(".feed .empty")).to_be_visible()

    followed.create_post("Before the follow")
    sign_in(stack, follower.name).call("PUT", f"users/{followed.id}/follow")
    expect(follower.inspector_events("follow.created")).to_have_count(1)
    expect(follower.post("Before the follow")).to_have_count(1)
    stranger.create_post("Not for the home feed")
    followed.create_post("For those at home")
    expect(follower.new_posts_button).to_have_text("1 new post")
    follower.show_new_posts()
    expect(follower.post("For those at home")).to_have_count(1)
    expect(follower.page.locator("article.post")).to_have_count(2)


@pytest.mark.timeout(150)
def test_older_posts_load_on_scrolling_and_are_updated_live(open_window, stack):
    writer = sign_up(stack, new_name("prolific"))
    ids = [writer.create_post(f"Number {number:03}.") for number in range(110)]
    reader = open_window().sign_in("carol")
    posts = reader.page.locator("article.post")
    expect(posts).to_have_count(20)
    reader.scroll_to_post("Number 000.")
    own_texts = reader.page.locator("article.post .text").filter(
        has_text=re.compile(r"^Number \d{3}\.$")
    )
    expect(own_texts).to_have_text([f"Number {number:03}." for number in reversed(range(110))])

    writer.call("PUT", f"posts/{ids[0]}/reaction", {"type": "wow"})
    expect(reader.reaction_count("Number 000.", "wow")).to_have_text("1")
    # The latest post is far away and unsubscribed. It is loaded again when it comes near.
    writer.call("PUT", f"posts/{ids[-1]}/reaction", {"type": "sad"})
    reader.page.evaluate("scrollTo(0, 0)")
    expect(reader.reaction_count("Number 109.", "sad")).to_have_text("1")
    writer.call("PUT", f"posts/{ids[-1]}/reaction", {"type": "love"})
    expect(reader.reaction_count("Number 109.", "love")).to_have_text("1")


def test_posts_of_a_user_disappear_for_those_they_block(open_window, stack):
    blocked = open_window().sign_up(new_name("blocked"))
    blocker = sign_up(stack, new_name("blocker"))
    blocker.create_post("You will not see this for long")
    blocked.show_new_posts()
    expect(blocked.post("not see this for long")).to_have_count(1)
    blocked.comment("not see this for long", "Why not?")

    me = sign_in(stack, blocked.name)
    blocker.call("PUT", f"users/{me.id}/block")

    expect(blocked.post("not see this for long")).to_have_count(0)
    expect(blocked.inspector_events("user.hidden")).to_have_count(1)
