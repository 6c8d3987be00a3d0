"""Two people in two windows: what one does, the other sees without loading anything anew."""

import pytest
from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up
from tests.images.pictures import picture

GIF = "https://media.giphy.com/media/won/giphy.gif"


def test_a_post_a_reaction_and_a_comment_are_seen_by_the_other_at_once(window):
    alice, bob = window().enter("alice"), window().enter("bob")
    alice.write("Fresh bread today")
    expect(alice.post("Fresh bread today")).to_have_count(1)

    expect(bob.fresh).to_have_text("1 new post")
    expect(bob.post("Fresh bread today")).to_have_count(0)
    bob.show_new()
    expect(bob.post("Fresh bread today")).to_have_count(1)

    bob.react("Fresh bread today", "love")
    expect(alice.total("Fresh bread today", "love")).to_have_text("1")
    expect(bob.total("Fresh bread today", "love")).to_have_text("1")
    bob.react("Fresh bread today", "wow")
    expect(alice.total("Fresh bread today", "wow")).to_have_text("1")
    expect(alice.total("Fresh bread today", "love")).to_have_text("")

    alice.open_comments("Fresh bread today")
    bob.comment("Fresh bread today", "Keep me a loaf")
    expect(alice.comments("Fresh bread today")).to_have_text(["Keep me a loaf"])
    expect(bob.comments("Fresh bread today")).to_have_text(["Keep me a loaf"])
    expect(alice.opener("Fresh bread today")).to_have_text("1 comment")
    alice.shoot("two-alice")
    bob.shoot("two-bob")


def test_a_post_is_edited_and_deleted_before_the_eyes_of_the_other(window):
    alice, bob = window().enter("alice"), window().enter("bob")
    alice.write("Cinnamon buns")
    bob.show_new()

    alice.post("Cinnamon buns").get_by_role("button", name="Edit").click()
    alice.page.get_by_label("Post text").fill("Cardamom buns")
    alice.page.get_by_role("button", name="Save").click()

    expect(bob.post("Cardamom buns")).to_have_count(1)
    expect(bob.post("Cinnamon buns")).to_have_count(0)
    remove = alice.post("Cardamom buns").get_by_role("button", name="Delete")
    remove.click()
    alice.post("Cardamom buns").get_by_role("button", name="Are you sure?").click()
    expect(bob.post("Cardamom buns")).to_have_count(0)
    expect(alice.post("Cardamom buns")).to_have_count(0)


def test_a_comment_is_changed_before_the_eyes_of_the_other(window):
    alice, bob = window().enter("alice"), window().enter("bob")
    bob.may_be_refused = True
    alice.write("What is for lunch?")
    bob.show_new()
    bob.comment("What is for lunch?", "Soop")
    alice.open_comments("What is for lunch?")

    post = bob.post("What is for lunch?")
    post.get_by_role("button", name="Edit your comment: Soop").click()
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
    expect(post.get_by_role("button", name="Edit your comment: Soup")).to_be_focused()
    assert alice.post("What is for lunch?").get_by_role("button", name="Edit your").count() == 0


def test_a_post_may_have_a_feeling_a_colour_and_a_gif(window):
    alice, bob = window().enter("alice"), window().enter("bob")
    shown = {"body": picture("GIF"), "content_type": "image/gif"}
    for one in (alice, bob):
        one.page.route(GIF, lambda route: route.fulfill(**shown))
    alice.page.get_by_text("Feeling, color, GIF").click()
    alice.page.get_by_label("How you feel").select_option("excited")
    alice.page.get_by_label("Background color").select_option("Night")
    alice.page.get_by_label("GIF address").fill(GIF)
    alice.write("We have won")
    bob.show_new()

    post = bob.post("We have won")
    expect(post.locator(".item-text")).to_contain_text("is feeling excited")
    expect(post.locator(".text")).to_have_css("background-color", "rgb(30, 58, 138)")
    expect(post.locator(".text")).to_have_css("color", "rgb(255, 255, 255)")
    expect(post.get_by_alt_text("GIF")).to_have_attribute("src", GIF)

    alice.post("We have won").get_by_role("button", name="Edit").click()
    edited = alice.page.locator("article.post form.post-form")
    edited.get_by_label("Background color").select_option("No color")
    edited.get_by_label("GIF address").fill("")
    edited.get_by_role("button", name="Save").click()
    expect(post.get_by_alt_text("GIF")).to_have_count(0)
    expect(post.locator(".text")).not_to_have_css("background-color", "rgb(30, 58, 138)")
    expect(post.locator(".item-text")).to_contain_text("is feeling excited")


def test_words_are_shown_as_they_are_and_never_become_part_of_the_page(window):
    alice, bob = window().enter("alice"), window().enter("bob")
    text = "<img src=x onerror=alert(1)> <b>Not bold</b>"
    alice.write(text)
    bob.show_new()
    expect(bob.post("Not bold").locator(".text")).to_have_text(text)
    assert bob.post("Not bold").locator(".body b, .body img").count() == 0


def test_a_private_post_stays_with_its_author_and_is_on_their_profile(window):
    alice, bob = window().enter("alice"), window().enter("bob")
    alice.write("Nobody reads this", privacy="Only me")
    alice.write("Everybody reads this")
    bob.show_new()
    expect(bob.post("Everybody reads this")).to_have_count(1)
    assert bob.post("Nobody reads this").count() == 0
    assert alice.post("Nobody reads this").count() == 0
    alice.go("Profile")
    expect(alice.post("Nobody reads this")).to_have_count(1)


def test_the_home_feed_has_whom_one_follows_and_tells_of_their_posts(window, stack):
    follower = window().sign_up(new_name("follower"))
    other, stranger = (sign_up(stack, new_name(name)) for name in ("followed", "unknown"))
    follower.tab("Following")
    expect(follower.page.locator(".feed .empty")).to_be_visible()

    mine = sign_in(stack, follower.name)
    mine.call("PUT", f"users/{other.id}/follow")
    expect(follower.heard("follow.created")).to_have_count(1)
    reads = follower.page.locator("#calls .path").filter(has_text="/api/posts/home")
    expect(reads).to_have_count(2)  # by the follow there may be more to see
    stranger.writes("Not for the home feed")
    other.writes("For those at home")
    expect(follower.fresh).to_have_text("1 new post")
    follower.show_new()
    expect(follower.page.locator("article.post")).to_have_count(1)
    expect(follower.post("For those at home")).to_have_count(1)


@pytest.mark.timeout(150)
def test_older_posts_come_as_one_scrolls_and_are_live_as_the_first(window, stack):
    writer = sign_up(stack, new_name("prolific"))
    ids = [writer.writes(f"Number {at:03}.") for at in range(110)]
    reader = window().enter("carol")
    posts = reader.page.locator("article.post")
    expect(posts).to_have_count(20)
    reader.scroll_to("Number 000.")
    numbers = reader.page.locator("article.post .text").filter(has_text="Number ").all_inner_texts()
    assert numbers == [f"Number {at:03}." for at in reversed(range(110))]

    writer.call("PUT", f"posts/{ids[0]}/reaction", {"type": "wow"})
    expect(reader.total("Number 000.", "wow")).to_have_text("1")
    # Of the newest it heard nothing while it was far away; it is read as it comes near again.
    writer.call("PUT", f"posts/{ids[-1]}/reaction", {"type": "sad"})
    reader.page.evaluate("scrollTo(0, 0)")
    expect(reader.total("Number 109.", "sad")).to_have_text("1")
    writer.call("PUT", f"posts/{ids[-1]}/reaction", {"type": "love"})
    expect(reader.total("Number 109.", "love")).to_have_text("1")


def test_what_somebody_wrote_goes_from_the_page_of_whom_they_block(window, stack):
    blocked = window().sign_up(new_name("blocked"))
    blocker = sign_up(stack, new_name("blocker"))
    blocker.writes("You will not see this for long")
    blocked.show_new()
    expect(blocked.post("not see this for long")).to_have_count(1)
    blocked.comment("not see this for long", "Why not?")

    me = sign_in(stack, blocked.name)
    blocker.call("PUT", f"users/{me.id}/block")

    expect(blocked.post("not see this for long")).to_have_count(0)
    expect(blocked.heard("user.hidden")).to_have_count(1)
