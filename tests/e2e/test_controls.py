"""Controls and contents that people can see, reach and use, in each part of the page."""

import pytest
from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up
from tests.e2e.values import expect_value
from tests.images.pictures import make_image

PHONE = {"width": 390, "height": 844}
MIN_CONTRAST = 4.5
MIN_TARGET_PX = 44
LONG_TEXT = "Donaudampfschifffahrtsgesellschaft" * 3  # 102 characters; the limit is 100
CONTRAST = """element => {
    const luminance = color => color.match(/[\\d.]+/g).slice(0, 3)
        .map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, index) => sum + c * [0.2126, 0.7152, 0.0722][index], 0);
    const { color } = getComputedStyle(element);
    let background = "rgba(0, 0, 0, 0)";
    for (let behind = element; / 0\\)$/.test(background); behind = behind.parentElement)
        background = getComputedStyle(behind).backgroundColor;
    const pair = [color, background].map(luminance);
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""
# Whether the element itself is on top at its center.
IS_REACHABLE = """element => {
    element.scrollIntoView({ block: "center" });
    const { left, top, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""
# Controls that are too small for a finger. Links inside of a text have no minimum.
FIND_SMALL_TARGETS = f"""() => [...document.querySelectorAll(
        "button, select, summary, .button, .file-button, .tabs a, .main-nav a, .page-header a")]
    .filter(element => element.checkVisibility() && !element.closest(".visually-hidden"))
    .map(element => [element, element.getBoundingClientRect()])
    .filter(([, {{ width, height }}]) => width < {MIN_TARGET_PX} || height < {MIN_TARGET_PX})
    .map(([element, {{ width, height }}]) => [element.outerHTML.slice(0, 80), width, height])"""
OVERFLOW_PX = "element => element.scrollWidth - element.clientWidth"
SIZE_PX = "element => [element.clientWidth, element.clientHeight]"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_message_is_readable_while_it_is_edited(open_window, stack, scheme):
    other = sign_up(stack, new_name("other"))
    user = open_window(color_scheme=scheme).sign_up(new_name("editor"))
    sign_in(stack, user.name).send_message(other, "Not quite right")
    user.open_route(f"chat/{other.id}")
    message = user.page.locator(".message").filter(has_text="Not quite right")
    message.get_by_label("Message actions").click()
    message.get_by_role("button", name="Edit").click()
    field = user.page.get_by_label("Message text")
    expect(field).to_have_value("Not quite right")
    expect_value(lambda: field.evaluate(CONTRAST) >= MIN_CONTRAST, True)
    cancel = user.page.locator(".bubble").get_by_role("button", name="Cancel")
    expect_value(lambda: cancel.evaluate(CONTRAST) >= MIN_CONTRAST, True)


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1440, "height": 900}])
def test_the_buttons_of_pictures_are_reachable_with_a_background(open_window, viewport):
    user = open_window(viewport=viewport).sign_up(new_name("pictured"))
    user.open_route("settings")
    user.select_picture("New background", make_image())
    expect(user.page.get_by_alt_text("Your background")).to_be_visible()
    section = user.page.locator("section.card").filter(has=user.page.locator(".profile-pictures"))
    expect(section).to_have_count(1)
    controls = section.locator("button, label.file-button")
    expect(controls).to_have_count(4)
    for control in (controls.nth(index) for index in range(4)):
        expect_value(lambda control=control: control.evaluate(IS_REACHABLE), True)


def test_long_details_of_a_profile_stay_inside_of_it(open_window, stack):
    member = sign_up(stack, new_name("verbose"))
    details = dict.fromkeys(("work", "school", "location"), LONG_TEXT[:100])
    member.call("PATCH", "users/me", details)
    user = open_window(viewport=PHONE).sign_in("bob")
    user.open_route(f"people/{member.id}")
    expect(user.page.locator(".profile-details li")).to_have_count(3)
    profile = user.page.locator(".profile")
    expect_value(lambda: profile.evaluate(OVERFLOW_PX), 0)


def test_a_picture_is_neither_cropped_nor_enlarged(open_window, stack):
    user = open_window().sign_up(new_name("photographer"))
    user.select_picture("Add a picture", make_image(size=(60, 240)))
    user.write_post("A tall tower")
    picture = user.post("A tall tower").locator("img.media")
    expect(picture).to_be_visible()
    # The picture replaces its preview when it is processed.
    expect_value(lambda: picture.evaluate(SIZE_PX), [60, 240])


def test_on_a_phone_every_control_is_large_enough_for_a_finger(open_window, stack):
    user = open_window(viewport=PHONE, has_touch=True, is_mobile=True).sign_up(new_name("thumb"))
    user.write_post("Touch me")
    expect(user.post("Touch me")).to_have_count(1)
    me = sign_in(stack, user.name)
    (post,) = me.call("GET", f"users/{me.id}/posts")["posts"]
    me.call("PUT", f"posts/{post['id']}/reaction", {"type": "love"})
    me.call("POST", f"posts/{post['id']}/comments", {"text": "Here"})
    settings = ("settings", "settings/privacy", "settings/account", "settings/security")
    views = ("", f"people/{me.id}", f"posts/{post['id']}", "notifications", "bookmarks", "search")
    for route in (*views, *settings):
        user.open_route(route)
        expect(user.page.locator("#view [aria-busy=true]")).to_have_count(0)
        expect_value(lambda: user.page.evaluate(FIND_SMALL_TARGETS), [], route)
    user.open_route("")
    user.page.get_by_label("Your post").click()
    user.page.get_by_role("button", name="Emoji", exact=True).click()
    expect(user.page.get_by_role("button", name="grinning")).to_be_visible()
    expect_value(lambda: user.page.evaluate(FIND_SMALL_TARGETS), [], "emoji")
    expect_value(lambda: user.page.locator("html").evaluate(OVERFLOW_PX), 0)


def test_after_the_sign_in_the_focus_is_in_the_view(open_window):
    user = open_window().sign_up(new_name("focused"))
    expect(user.page.locator("#view h1")).to_be_focused()


def test_an_empty_post_cannot_be_sent_and_an_error_ends_with_a_change(open_window):
    user = open_window().sign_up(new_name("empty"))
    user.allow_client_errors = True
    button = user.page.get_by_role("button", name="Post", exact=True)
    field = user.page.get_by_label("Your post")
    expect(button).to_be_hidden()
    field.focus()
    expect(button).to_be_disabled()
    field.fill("   ")
    expect(button).to_be_disabled()
    user.page.get_by_text("Feeling, color, GIF").click()
    user.page.get_by_label("GIF address").fill("https://unknown.invalid/a.gif")
    button.click()
    error = user.page.locator(".post-form > .error")
    expect(error).not_to_be_empty()
    field.fill("Without a GIF")
    expect(error).to_be_empty()


def test_a_private_profile_says_so_and_an_empty_feed_leads_to_people(open_window, stack):
    private = sign_up(stack, new_name("secretive"))
    private.call("PATCH", "users/me/settings", {"is_private": True})
    user = open_window().sign_up(new_name("newcomer"))
    user.open_route(f"people/{private.id}")
    expect(user.page.locator(".feed .empty")).to_contain_text("This account is private.")
    user.open_route("home")
    user.page.get_by_role("link", name="Find people to follow").click()
    expect(user.page.get_by_label("Search members")).to_be_visible()


def test_a_conversation_names_its_days_and_one_follower_is_not_plural(open_window, stack):
    user = open_window().sign_up(new_name("social"))
    me, fan = sign_in(stack, user.name), sign_up(stack, new_name("fan"))
    fan.call("PUT", f"users/{me.id}/follow")
    for text in ("First", "Second"):
        fan.send_message(me, text)
    user.open_route(f"people/{me.id}")
    expect(user.page.locator(".tabs [data-tab=followers]")).to_have_text("1 Follower")
    user.open_route(f"chat/{fan.id}")
    expect(user.page.locator(".message")).to_have_count(2)
    expect(user.page.locator(".message[data-day]")).to_have_count(1)
    expect(user.page.locator(".message[data-day=Today]")).to_contain_text("First")
