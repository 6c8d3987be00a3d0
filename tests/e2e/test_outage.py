"""Views that are open during an outage are complete afterwards, without duplicates."""

import pytest
from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up
from tests.e2e.window import RECONNECT_TIMEOUT_MS, Window

# Makes each later `resume` name an event log that no longer exists.
PREVENT_RESUME = """() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (text) {
        const message = JSON.parse(text);
        if (message.type === "resume") message.cursor = "00000000:1";
        send.call(this, JSON.stringify(message));
    };
}"""


@pytest.mark.timeout(240)
def test_notifications_requests_a_profile_and_a_search_are_complete_after_an_outage(
    open_window, stack
):
    names = ("notified", "private", "reader")
    notified, private, reader = (open_window().sign_up(new_name(name)) for name in names)
    notified_caller = sign_in(stack, notified.name)
    private_caller = sign_in(stack, private.name)
    private_caller.call("PATCH", "users/me/settings", {"is_private": True})
    fans = [sign_up(stack, new_name("fan")) for _ in range(3)]
    fans[0].call("PUT", f"users/{notified_caller.id}/follow")
    notified.open_section("Notifications")
    expect(notified.page.locator(".notification")).to_have_count(1)
    private.open_route("requests")
    expect(private.page.locator(".empty").first).to_be_visible()
    reader.open_route(f"people/{notified_caller.id}/followers")
    expect(reader.page.locator(".user-row")).to_have_count(1)
    for user in (notified, private, reader):
        user.allow_connection_errors = True

    stack.kill_web_processes()
    expect(notified.page.locator("#banner")).to_be_visible()
    reader.open_section("Search")  # while there is no server
    stack.restart_web_processes()
    for fan in fans[1:]:
        fan.call("PUT", f"users/{notified_caller.id}/follow")
        fan.call("PUT", f"users/{private_caller.id}/follow")
    fans[0].call("DELETE", f"users/{notified_caller.id}/follow")

    for user in (notified, private, reader):
        user.wait_until_live(timeout_ms=RECONNECT_TIMEOUT_MS)
        expect(user.page.locator("#banner")).to_be_hidden()
    fan_names = [fans[2].username, fans[1].username]
    expect(notified.page.locator(".notification strong")).to_have_text(fan_names)
    expect(notified.unread_count("notifications")).to_have_text("2 unread")
    expect(private.page.locator(".user-row .name")).to_have_text(fan_names)
    expect(private.unread_count("notifications")).to_have_text("2 unread")
    expect(reader.page.locator(".user-row").first).to_be_visible()
    reader.page.go_back()
    expect(reader.page.locator(".user-row .name")).to_have_text(fan_names)
    expect(reader.page.locator(".tabs a").nth(1)).to_have_text("2 Followers")


@pytest.mark.timeout(120)
def test_a_client_that_cannot_resume_reloads_each_view(open_window, stack):
    names = ("notified", "chatting", "reader")
    notified, chatting, reader = (open_window().sign_up(new_name(name)) for name in names)
    notified_caller = sign_in(stack, notified.name)
    chatting_caller = sign_in(stack, chatting.name)
    writer, fan = (sign_up(stack, new_name(name)) for name in ("writer", "fan"))
    writer.call("PUT", f"users/{notified_caller.id}/follow")
    message_id = writer.send_message(chatting_caller, "One")
    post_id = writer.create_post("Old post")
    notified.open_section("Notifications")
    expect(notified.page.locator(".notification strong")).to_have_text([writer.username])
    chatting.open_route(f"chat/{writer.id}")
    expect(chatting.page.locator(".bubble")).to_have_text(["One"])
    reader.open_route(f"people/{writer.id}")
    expect(reader.post("Old post")).to_have_count(1)

    for user in (notified, chatting, reader):
        _go_offline_without_resume(user)
    writer.call("DELETE", f"users/{notified_caller.id}/follow")
    fan.call("PUT", f"users/{notified_caller.id}/follow")
    writer.call("PATCH", f"chat/messages/{message_id}", {"text": "Uno"})
    writer.send_message(chatting_caller, "Two")
    writer.call("DELETE", f"posts/{post_id}")
    writer.create_post("New post")
    writer.call("PATCH", "users/me", {"quote": "New words"})
    for user in (notified, chatting, reader):
        _go_online(user)

    expect(notified.page.locator(".notification strong")).to_have_text([fan.username])
    expect(notified.unread_count("notifications")).to_have_text("1 unread")
    expect(chatting.page.locator(".bubble")).to_have_text(["Uno", "Two"])
    expect(chatting.page.locator(".conversations .preview-text")).to_have_text("Two")
    expect(reader.post("New post")).to_have_count(1)
    expect(reader.post("Old post")).to_have_count(0)
    expect(reader.page.locator(".profile .quote")).to_have_text("New words")


def _go_offline_without_resume(user: Window) -> None:
    user.allow_connection_errors = True
    user.page.evaluate(PREVENT_RESUME)
    user.page.context.set_offline(True)
    expect(user.page.locator("#banner")).to_be_visible()


def _go_online(user: Window) -> None:
    user.page.context.set_offline(False)
    last_state = user.page.locator("#events .state").first
    expect(last_state).to_have_text("socket: resync (epoch_changed)")
