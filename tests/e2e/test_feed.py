"""Two people in two windows: what one does, the other sees without loading anything anew."""

from playwright.sync_api import expect


def test_a_post_a_reaction_and_a_comment_are_seen_by_the_other_at_once(window):
    alice, bob = window().enter("alice"), window().enter("bob")
    alice.write("Fresh bread today")
    expect(alice.post("Fresh bread today")).to_have_count(1)

    expect(bob.page.locator("#fresh")).to_have_text("1 new post")
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
    alice.page.get_by_label("Text", exact=True).fill("Cardamom buns")
    alice.page.get_by_role("button", name="Save").click()

    expect(bob.post("Cardamom buns")).to_have_count(1)
    expect(bob.post("Cinnamon buns")).to_have_count(0)
    remove = alice.post("Cardamom buns").get_by_role("button", name="Delete")
    remove.click()
    alice.post("Cardamom buns").get_by_role("button", name="Really?").click()
    expect(bob.post("Cardamom buns")).to_have_count(0)
    expect(alice.post("Cardamom buns")).to_have_count(0)
