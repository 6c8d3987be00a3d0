"""Profiles, and how people come to stand to one another, before the eyes of both."""

import re

from playwright.sync_api import Locator, expect

from tests.e2e.people import new_name, sign_in, sign_up
from tests.e2e.window import Window
from tests.images.pictures import picture

READY = re.compile(r"/media/[0-9a-f]{32}\.png$")


def number(one: Window, of: str) -> Locator:
    return one.page.locator(".tabs a").filter(has_text=of).locator(".number")


def people(one: Window) -> Locator:
    return one.page.locator(".user-list .user-row .name")


def test_a_profile_shows_who_it_is_what_they_wrote_and_whom_they_know(window, stack):
    known, fan = (sign_up(stack, new_name(name)) for name in ("known", "fan"))
    known.call("PATCH", "users/me", {"quote": "Less, but better.", "location": "By the lake"})
    known.writes("On my wall")
    fan.call("PUT", f"users/{known.id}/follow")
    one = window().enter("bob")
    one.at(f"people/{known.id}")

    expect(one.page.get_by_role("heading", name=known.username)).to_be_visible()
    expect(one.page.locator(".profile .text")).to_have_text("Less, but better.")
    expect(one.page.locator(".profile-details")).to_contain_text("By the lake")
    expect(number(one, "Posts")).to_have_text("1")
    expect(one.post("On my wall")).to_have_count(1)
    one.tab("Followers")
    expect(people(one)).to_have_text([fan.username])
    one.page.locator(".user-list .name").click()
    expect(one.page.get_by_role("heading", name=fan.username)).to_be_focused()
    one.tab("Following")
    expect(people(one)).to_have_text([known.username])


def test_a_follow_is_seen_by_both_at_once_and_ends_as_it_began(window, stack):
    followed = window().sign_up(new_name("followed"))
    follower = window().sign_up(new_name("follower"))
    them = sign_in(stack, followed.name)
    followed.go("Profile")
    followed.tab("Followers")
    expect(followed.page.locator(".tab-content .empty")).to_be_visible()

    follower.at(f"people/{them.id}")
    follower.press("Follow " + followed.name)

    expect(number(follower, "Followers")).to_have_text("1")
    expect(number(followed, "Followers")).to_have_text("1")
    expect(people(followed)).to_have_text([follower.name])
    them.writes("For followers only", privacy="followers")
    follower.show_new()
    expect(follower.post("For followers only")).to_have_count(1)

    follower.press(f"Following {followed.name}: unfollow")
    expect(people(followed)).to_have_count(0)
    expect(number(followed, "Followers")).to_have_text("0")
    expect(follower.post("For followers only")).to_have_count(0)


def test_a_private_account_is_asked_and_says_yes(window, stack):
    private, asker = window().sign_up(new_name("private")), window().sign_up(new_name("asker"))
    them = sign_in(stack, private.name)
    private.go("Settings")
    private.page.get_by_label("Private account").check()
    private.page.locator("form").filter(has_text="Private account").get_by_text("Save").click()
    expect(private.page.get_by_text("Saved.")).to_be_visible()
    them.writes("Behind the door")

    asker.at(f"people/{them.id}")
    expect(asker.page.locator(".profile .chips")).to_have_text("Private account")
    expect(asker.page.locator(".feed .empty")).to_be_visible()
    asker.press("Follow " + private.name)
    expect(asker.page.locator(".profile button").first).to_have_text("Requested")

    expect(private.unread("notifications")).to_have_text("1 unread")
    private.at("requests")
    expect(people(private)).to_have_text([asker.name])
    private.press("Accept " + asker.name)
    expect(people(private)).to_have_count(0)

    expect(asker.page.locator(".profile button").first).to_have_text("Following")
    expect(asker.post("Behind the door")).to_have_count(1)


def test_a_block_takes_all_from_the_view_of_the_other_and_its_end_gives_it_back(window, stack):
    blocker, blocked = window().sign_up(new_name("blocker")), window().sign_up(new_name("blocked"))
    me, them = sign_in(stack, blocker.name), sign_in(stack, blocked.name)
    me.writes("Yours for a while")
    blocked.at(f"people/{me.id}")
    expect(blocked.post("Yours for a while")).to_have_count(1)
    blocker.at(f"people/{them.id}")

    blocker.press("Block", twice=True)

    expect(blocker.page.locator(".unavailable")).to_contain_text("You have blocked this member.")
    expect(blocked.page.locator(".unavailable")).to_contain_text("This member does not exist")
    expect(blocked.post("Yours for a while")).to_have_count(0)
    expect(blocked.page.locator(".profile")).to_be_hidden()
    blocked.may_be_refused = blocker.may_be_refused = True
    blocked.page.reload()
    blocked.lives()
    expect(blocked.page.locator(".unavailable")).to_contain_text("This member does not exist")

    blocker.at("blocked")
    expect(people(blocker)).to_have_text([blocked.name])
    blocker.press("Unblock " + blocked.name)
    expect(people(blocker)).to_have_count(0)
    expect(blocked.page.locator(".profile h1")).to_have_text(blocker.name)
    expect(blocked.post("Yours for a while")).to_have_count(1)


def test_whom_one_mutes_goes_from_the_feed_and_comes_back(window, stack):
    one = window().sign_up(new_name("muter"))
    loud = sign_up(stack, new_name("loud"))
    loud.writes("Very loud")
    one.show_new()
    expect(one.post("Very loud")).to_have_count(1)
    sign_in(stack, one.name).call("PUT", f"users/{loud.id}/mute")  # on another device
    expect(one.post("Very loud")).to_have_count(0)

    one.at("muted")
    expect(people(one)).to_have_text([loud.username])
    one.press("Unmute " + loud.username)
    expect(people(one)).to_have_count(0)
    one.go("Feed")
    expect(one.post("Very loud")).to_have_count(1)


def test_members_are_found_by_the_beginning_of_their_names_and_suggested(window, stack):
    name = new_name("zacharias")
    sign_up(stack, name)
    one = window().sign_up(new_name("seeker"))
    one.go("Search")
    expect(people(one).first).to_be_visible()  # suggestions
    one.page.get_by_label("Search members").press_sequentially("zach")
    found = one.page.get_by_label("Search results").locator(".name")
    expect(found).to_have_text([name])
    expect(one.page).to_have_url(re.compile(r"#/search/zach$"))
    one.page.get_by_label("Search results").get_by_role("button").click()
    expect(one.page.get_by_label("Search results").get_by_role("button")).to_have_text("Following")

    found.click()
    expect(one.page.get_by_role("heading", name=name)).to_be_visible()
    one.page.go_back()
    expect(one.page.get_by_label("Search members")).to_have_value("zach")
    expect(found).to_have_text([name])


def test_one_changes_ones_own_profile_and_picture_and_the_other_sees_it(window, stack):
    one, other = window().sign_up(new_name("changing")), window().enter("carol")
    me = sign_in(stack, one.name)
    other.at(f"people/{me.id}")
    expect(other.page.locator(".profile h1")).to_have_text(one.name)

    one.go("Settings")
    one.page.get_by_label("About you").fill("New here")
    one.page.locator("form").filter(has_text="About you").get_by_text("Save").click()
    expect(other.page.locator(".profile .text")).to_have_text("New here")

    one.page.get_by_label("Work").fill("Not saved yet")
    one.choose("New picture", picture())
    expect(one.page.locator("#current-user img")).to_have_attribute("src", READY)
    expect(other.page.locator(".profile .avatar")).to_have_attribute("src", READY)
    expect(one.page.get_by_label("Work")).to_have_value("Not saved yet")
    one.press("Remove picture", twice=True)
    initial = re.compile(r"/avatars/[0-9a-f]{6}/C\.png$")
    expect(other.page.locator(".profile .avatar")).to_have_attribute("src", initial)

    one.choose("New background", picture())
    expect(one.page.get_by_alt_text("Your background")).to_have_attribute("src", READY)
    one.press("Remove background", twice=True)
    expect(one.page.get_by_alt_text("Your background")).to_have_count(0)


def test_an_address_that_names_nothing_says_so(window):
    one = window().enter("bob")
    one.at("people/nobody")
    expect(one.page.get_by_role("heading", name="Page not found")).to_be_focused()
    one.page.go_back()
    expect(one.page.get_by_label("Your post")).to_be_visible()
    one.lives()


def test_the_way_back_leads_to_where_one_was(window, stack):
    writer = sign_up(stack, new_name("prolific"))
    for at in range(24):
        writer.writes(f"Line {at:02}.")
    one = window().enter("dora")
    one.scroll_to("Line 00.")
    one.post("Line 03.").scroll_into_view_if_needed()
    one.page.wait_for_timeout(300)  # the place is kept when one has come to rest
    before = one.page.evaluate("scrollY")
    one.post("Line 03.").locator(".item-text .name").click()
    expect(one.page.get_by_role("heading", name=writer.username)).to_be_visible()
    one.page.go_back()
    expect(one.post("Line 03.")).to_be_in_viewport()
    assert one.page.evaluate("scrollY") == before
