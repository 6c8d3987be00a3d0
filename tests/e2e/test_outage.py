"""Whatever is looked at while the server dies is whole when it is back, and nothing comes twice."""

import pytest
from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up
from tests.e2e.test_resume import LONGEST_PAUSE
from tests.e2e.window import Window

# From now on each `resume` names a log that is no more.
FORGET = """() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (frame) {
        const said = JSON.parse(frame);
        if (said.type === "resume") said.cursor = "00000000:1";
        send.call(this, JSON.stringify(said));
    };
}"""


@pytest.mark.timeout(240)
def test_notifications_requests_a_profile_and_a_search_are_whole_when_the_server_is_back(
    window, stack
):
    told, asked, reader = (window().sign_up(new_name(name)) for name in ("told", "asked", "reader"))
    owner, private = sign_in(stack, told.name), sign_in(stack, asked.name)
    private.call("PATCH", "users/me/settings", {"is_private": True})
    fans = [sign_up(stack, new_name("fan")) for _ in range(3)]
    fans[0].call("PUT", f"users/{owner.id}/follow")
    told.go("Notifications")
    expect(told.page.locator(".notification")).to_have_count(1)
    asked.at("requests")
    expect(asked.page.locator(".empty").first).to_be_visible()
    reader.at(f"people/{owner.id}/followers")
    expect(reader.page.locator(".user-row")).to_have_count(1)
    for one in (told, asked, reader):
        one.may_lose_the_server = True

    stack.fall()
    expect(told.page.locator("#banner")).to_be_visible()
    reader.go("Search")  # while nobody answers
    stack.rise()
    for fan in fans[1:]:
        fan.call("PUT", f"users/{owner.id}/follow")
        fan.call("PUT", f"users/{private.id}/follow")
    fans[0].call("DELETE", f"users/{owner.id}/follow")

    for one in (told, asked, reader):
        one.lives(within=LONGEST_PAUSE)
        expect(one.page.locator("#banner")).to_be_hidden()
    names = [fans[2].username, fans[1].username]
    expect(told.page.locator(".notification strong")).to_have_text(names)
    expect(told.unread("notifications")).to_have_text("2 unread")
    expect(asked.page.locator(".user-row .name")).to_have_text(names)
    expect(asked.unread("notifications")).to_have_text("2 unread")
    expect(reader.page.locator(".user-row").first).to_be_visible()
    reader.page.go_back()
    expect(reader.page.locator(".user-row .name")).to_have_text(names)
    expect(reader.page.locator(".tabs a").nth(1)).to_have_text("2 Followers")


@pytest.mark.timeout(120)
def test_who_can_not_be_told_what_they_missed_reads_each_view_anew(window, stack):
    told, talker, reader = (window().sign_up(new_name(name)) for name in ("told", "talk", "read"))
    owner, other = sign_in(stack, told.name), sign_in(stack, talker.name)
    writer, fan = (sign_up(stack, new_name(name)) for name in ("writer", "fan"))
    writer.call("PUT", f"users/{owner.id}/follow")
    first = writer.call("POST", "chat/message", {"receiver_id": other.id, "text": "One"})
    post = writer.writes("Old post")
    told.go("Notifications")
    expect(told.page.locator(".notification strong")).to_have_text([writer.username])
    talker.at(f"chat/{writer.id}")
    expect(talker.page.locator(".bubble")).to_have_text(["One"])
    reader.at(f"people/{writer.id}")
    expect(reader.post("Old post")).to_have_count(1)

    for one in (told, talker, reader):
        _goes_where_nothing_is_kept(one)
    writer.call("DELETE", f"users/{owner.id}/follow")
    fan.call("PUT", f"users/{owner.id}/follow")
    message = first["chat_message"]["id"]
    writer.call("PATCH", f"chat/messages/{message}", {"text": "Uno"})
    writer.call("POST", "chat/message", {"receiver_id": other.id, "text": "Two"})
    writer.call("DELETE", f"posts/{post}")
    writer.writes("New post")
    writer.call("PATCH", "users/me", {"quote": "New words"})
    for one in (told, talker, reader):
        _comes_back(one)

    expect(told.page.locator(".notification strong")).to_have_text([fan.username])
    expect(told.unread("notifications")).to_have_text("1 unread")
    expect(talker.page.locator(".bubble")).to_have_text(["Uno", "Two"])
    expect(talker.page.locator(".conversations .preview-text")).to_have_text("Two")
    expect(reader.post("New post")).to_have_count(1)
    expect(reader.post("Old post")).to_have_count(0)
    expect(reader.page.locator(".profile .text")).to_have_text("New words")


def _goes_where_nothing_is_kept(one: Window) -> None:
    one.may_lose_the_server = True
    one.page.evaluate(FORGET)
    one.page.context.set_offline(True)
    expect(one.page.locator("#banner")).to_be_visible()


def _comes_back(one: Window) -> None:
    one.page.context.set_offline(False)
    again = one.page.locator("#events .state").first
    expect(again).to_have_text("socket: resync (epoch_changed)")
