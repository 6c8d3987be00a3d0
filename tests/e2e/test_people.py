"""Profiles, relationships, search and settings, in the windows of both users."""

import re
import zipfile

from playwright.sync_api import Locator, expect

from tests.e2e.people import new_name, sign_in, sign_up
from tests.e2e.values import expect_value
from tests.e2e.window import Window
from tests.images.pictures import make_image
from tests.support.servers import PASSWORD
from tests.support.stack import wait_for

MEDIA_URL = re.compile(r"/media/[0-9a-f]{32}\.png$")


def tab_count(user: Window, tab: str) -> Locator:
    return user.page.locator(f".tabs [data-tab={tab}] .number")


def listed_names(user: Window) -> Locator:
    return user.page.locator(".user-list .user-row .name")


def test_a_profile_shows_details_posts_and_follows(open_window, stack):
    known, fan = (sign_up(stack, new_name(name)) for name in ("known", "fan"))
    known.call("PATCH", "users/me", {"quote": "Less, but better.", "location": "By the lake"})
    known.create_post("On my wall")
    fan.call("PUT", f"users/{known.id}/follow")
    user = open_window().sign_in("bob")
    user.open_route(f"people/{known.id}")

    expect(user.page.get_by_role("heading", name=known.username)).to_be_visible()
    expect(user.page.locator(".profile .quote")).to_have_text("Less, but better.")
    expect(user.page.locator(".profile-details")).to_contain_text("By the lake")
    expect(tab_count(user, "posts")).to_have_text("1")
    expect(user.post("On my wall")).to_have_count(1)
    user.open_tab("followers")
    expect(listed_names(user)).to_have_text([fan.username])
    user.page.locator(".user-list .name").click()
    expect(user.page.get_by_role("heading", name=fan.username)).to_be_focused()
    user.open_tab("following")
    expect(listed_names(user)).to_have_text([known.username])


def test_a_follow_and_an_unfollow_appear_for_both_users(open_window, stack):
    followed = open_window().sign_up(new_name("followed"))
    follower = open_window().sign_up(new_name("follower"))
    them = sign_in(stack, followed.name)
    followed.open_section("Profile")
    followed.open_tab("followers")
    expect(followed.page.locator(".tab-content .empty")).to_be_visible()

    them.create_post("Already for followers", privacy="followers")
    follower.open_route(f"people/{them.id}")
    follower.click_button("Follow " + followed.name)

    expect(tab_count(follower, "followers")).to_have_text("1")
    expect(tab_count(followed, "followers")).to_have_text("1")
    expect(listed_names(followed)).to_have_text([follower.name])
    # The follow loads the posts again. Those that come later wait behind the button.
    expect(follower.post("Already for followers")).to_have_count(1)
    them.create_post("For followers only", privacy="followers")
    follower.show_new_posts()
    expect(follower.post("For followers only")).to_have_count(1)

    follower.click_button(f"Following {followed.name}: unfollow")
    expect(listed_names(followed)).to_have_count(0)
    expect(tab_count(followed, "followers")).to_have_text("0")
    expect(follower.post("For followers only")).to_have_count(0)


def test_a_follow_request_to_a_private_account_is_accepted(open_window, stack):
    private, asker = (
        open_window().sign_up(new_name("private")),
        open_window().sign_up(new_name("asker")),
    )
    them = sign_in(stack, private.name)
    private.open_settings("privacy")
    private.page.get_by_label("Private account").check()
    private.page.locator("form").filter(has_text="Private account").get_by_text("Save").click()
    expect(private.page.get_by_text("Saved.")).to_be_visible()
    them.create_post("For accepted followers")

    asker.open_route(f"people/{them.id}")
    expect(asker.page.locator(".profile .chips")).to_have_text("Private account")
    expect(asker.page.locator(".feed .empty")).to_be_visible()
    asker.click_button("Follow " + private.name)
    expect(asker.page.locator(".profile button").first).to_have_text("Requested")

    expect(private.unread_count("notifications")).to_have_text("1 unread")
    private.open_route("requests")
    expect(listed_names(private)).to_have_text([asker.name])
    private.click_button("Accept " + asker.name)
    expect(listed_names(private)).to_have_count(0)

    expect(asker.page.locator(".profile button").first).to_have_text("Following")
    expect(asker.post("For accepted followers")).to_have_count(1)


def test_a_block_hides_the_profile_and_an_unblock_shows_it_again(open_window, stack):
    blocker, blocked = (
        open_window().sign_up(new_name("blocker")),
        open_window().sign_up(new_name("blocked")),
    )
    me, them = sign_in(stack, blocker.name), sign_in(stack, blocked.name)
    me.create_post("Yours for a while")
    blocked.open_route(f"people/{me.id}")
    expect(blocked.post("Yours for a while")).to_have_count(1)
    blocker.open_route(f"people/{them.id}")

    blocker.click_button("More actions")
    blocker.page.get_by_role("menuitem", name="Block").click()
    blocker.confirm()

    expect(blocker.page.locator(".unavailable")).to_contain_text("You have blocked this member.")
    expect(blocked.page.locator(".unavailable")).to_contain_text("This member does not exist")
    expect(blocked.post("Yours for a while")).to_have_count(0)
    expect(blocked.page.locator(".profile")).to_be_hidden()
    blocked.allow_client_errors = blocker.allow_client_errors = True
    blocked.page.reload()
    blocked.wait_until_live()
    expect(blocked.page.locator(".unavailable")).to_contain_text("This member does not exist")

    blocker.open_route("blocked")
    expect(listed_names(blocker)).to_have_text([blocked.name])
    blocker.click_button("Unblock " + blocked.name)
    expect(listed_names(blocker)).to_have_count(0)
    expect(blocked.page.locator(".profile h1")).to_have_text(blocker.name)
    expect(blocked.post("Yours for a while")).to_have_count(1)


def test_posts_of_a_muted_user_leave_the_feed_until_the_unmute(open_window, stack):
    user = open_window().sign_up(new_name("muter"))
    loud = sign_up(stack, new_name("loud"))
    loud.create_post("Very loud")
    user.show_new_posts()
    expect(user.post("Very loud")).to_have_count(1)
    sign_in(stack, user.name).call("PUT", f"users/{loud.id}/mute")  # on another device
    expect(user.post("Very loud")).to_have_count(0)

    user.open_route("muted")
    expect(listed_names(user)).to_have_text([loud.username])
    user.click_button("Unmute " + loud.username)
    expect(listed_names(user)).to_have_count(0)
    user.open_section("Feed")
    expect(user.post("Very loud")).to_have_count(1)


def test_search_by_prefix_and_suggestions(open_window, stack):
    name = new_name("zacharias")
    sign_up(stack, name)
    user = open_window().sign_up(new_name("seeker"))
    user.open_section("Search")
    expect(listed_names(user).first).to_be_visible()  # suggestions
    user.page.get_by_label("Search members").press_sequentially("zach")
    results = user.page.get_by_label("Search results").locator(".name")
    expect(results).to_have_text([name])
    expect(user.page).to_have_url(re.compile(r"/search/zach$"))
    user.page.get_by_label("Search results").get_by_role("button").click()
    expect(user.page.get_by_label("Search results").get_by_role("button")).to_have_text("Following")

    results.click()
    expect(user.page.get_by_role("heading", name=name)).to_be_visible()
    user.page.go_back()
    expect(user.page.get_by_label("Search members")).to_have_value("zach")
    expect(results).to_have_text([name])


def test_the_search_page_shows_leaderboards_without_who_opts_out(open_window, stack):
    user = open_window().sign_up(new_name("popular"))
    me = sign_in(stack, user.name)
    for number in range(3):
        sign_up(stack, new_name(f"fan{number}")).call("PUT", f"users/{me.id}/follow")
    user.open_section("Search")
    for title in ("Most followed", "Most active this week"):
        expect(user.page.get_by_role("heading", name=title)).to_be_visible()
    expect(
        user.page.get_by_role("list", name="Most followed").locator(".name").first
    ).to_be_visible()
    user.open_settings("privacy")
    form = user.page.locator("form").filter(has_text="Private account")
    shows_me = form.get_by_label("Show you among the most followed and most active members")
    expect(shows_me).to_be_checked()  # the settings are loaded
    shows_me.uncheck()
    form.get_by_role("button", name="Save").click()
    wait_for(
        lambda: not me.call("GET", "users/me/settings")["shows_in_leaderboards"],
        within=10,
        name="the setting",
    )
    user.open_section("Search")
    board = user.page.get_by_role("list", name="Most followed")
    expect(board.locator(".name").first).to_be_visible()
    expect(board.get_by_text(user.name, exact=True)).to_have_count(0)


def test_a_copy_of_the_data_is_requested_with_the_password_and_downloaded(open_window):
    user = open_window().sign_up(new_name("copying"))
    user.allow_client_errors = True
    user.open_settings("account")
    form = user.page.locator("form").filter(has_text="Your data")
    form.get_by_label("Your password").fill("wrong-horse-battery")
    form.get_by_text("Request a copy").click()
    expect(form.get_by_role("alert")).to_have_text("Password: This is not your password.")
    form.get_by_label("Your password").fill(PASSWORD)
    form.get_by_text("Request a copy").click()
    expect(form.get_by_label("Your password")).to_have_value("")
    with user.page.expect_download() as download:
        form.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "mysocial.zip"
    assert zipfile.is_zipfile(download.value.path())


def test_a_form_can_be_sent_while_its_data_is_still_loading(open_window):
    user = open_window().sign_up(new_name("hasty"))
    user.allow_client_errors = True
    held = []

    def hold_reads(route):
        if route.request.method == "GET":
            held.append(route)
        else:
            route.continue_()

    user.page.route("**/accounts/me/export", hold_reads)
    user.open_settings("account")
    form = user.page.locator("form").filter(has_text="Your data")
    form.get_by_label("Your password").fill("wrong-horse-battery")
    form.get_by_text("Request a copy").click()
    expect(form.get_by_role("alert")).to_have_text("Password: This is not your password.")
    assert len(held) == 1
    held[0].continue_()


def test_changes_to_profile_and_pictures_appear_for_the_other_user(open_window, stack):
    user, other = open_window().sign_up(new_name("changing")), open_window().sign_in("carol")
    me = sign_in(stack, user.name)
    other.open_route(f"people/{me.id}")
    expect(other.page.locator(".profile h1")).to_have_text(user.name)

    user.open_section("Settings")
    user.page.get_by_label("About you").fill("New here")
    user.page.locator("form").filter(has_text="About you").get_by_text("Save").click()
    expect(other.page.locator(".profile .bio")).to_have_text("New here")

    user.page.get_by_label("Work").fill("Not saved yet")
    user.select_picture("New picture", make_image())
    expect(user.page.locator("#current-user img")).to_have_attribute("src", MEDIA_URL)
    expect(other.page.locator(".profile .avatar")).to_have_attribute("src", MEDIA_URL)
    expect(user.page.get_by_label("Work")).to_have_value("Not saved yet")
    user.click_button("Remove picture", confirm=True)
    avatar_with_initial = re.compile(r"/avatars/[0-9a-f]{6}/C\.png$")
    expect(other.page.locator(".profile .avatar")).to_have_attribute("src", avatar_with_initial)

    user.select_picture("New background", make_image())
    expect(user.page.get_by_alt_text("Your background")).to_have_attribute("src", MEDIA_URL)
    user.click_button("Remove background", confirm=True)
    expect(user.page.get_by_alt_text("Your background")).to_have_count(0)


def test_an_unknown_route_shows_an_error_page(open_window):
    user = open_window().sign_in("bob")
    user.open_route("people/nobody")
    expect(user.page.get_by_role("heading", name="Page not found")).to_be_focused()
    user.page.go_back()
    expect(user.page.get_by_label("Your post")).to_be_visible()
    user.wait_until_live()


def test_going_back_restores_the_scroll_position(open_window, stack):
    writer = sign_up(stack, new_name("prolific"))
    for number in range(24):
        writer.create_post(f"Line {number:02}.")
    user = open_window().sign_in("dora")
    user.scroll_to_post("Line 00.")
    user.post("Line 03.").scroll_into_view_if_needed()
    user.page.wait_for_timeout(300)  # the position is saved after the scrolling has stopped
    before = user.page.evaluate("scrollY")
    user.post("Line 03.").locator(".item-text .name").click()
    expect(user.page.get_by_role("heading", name=writer.username)).to_be_visible()
    user.page.go_back()
    expect(user.post("Line 03.")).to_be_in_viewport()
    expect_value(lambda: user.page.evaluate("scrollY"), before)
