"""Notifications: live arrival, marking as read, and deletion."""

import pytest
from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up


def choose_action(notification, name):
    """Choose an action of the menu of a notification."""
    notification.get_by_role("button", name="Actions").click()
    notification.get_by_role("menuitem", name=name).click()


@pytest.mark.smoke
def test_a_notification_arrives_is_marked_as_read_and_links_to_its_post(open_window, stack):
    user = open_window().sign_up(new_name("reader"))
    fan = sign_up(stack, new_name("fan"))
    post = sign_in(stack, user.name).create_post("Say something")
    expect(user.unread_count("notifications")).to_be_hidden()

    fan.call("PUT", f"posts/{post}/reaction", {"type": "wow"})
    expect(user.unread_count("notifications")).to_have_text("1 unread")
    expect(user.page.locator("#announcement")).to_have_text(f"{fan.username} reacted to your post")
    user.open_section("Notifications")
    notifications = user.page.locator(".notification")
    expect(notifications).to_have_count(1)
    fan.call("POST", f"posts/{post}/comments", {"text": "Something"})
    expect(notifications.locator("p:first-child")).to_have_text(
        [
            f"Unread: {fan.username} commented on your post",
            f"Unread: {fan.username} reacted to your post",
        ]
    )
    expect(user.unread_count("notifications")).to_have_text("2 unread")

    choose_action(notifications.last, "Mark as read")
    expect(user.unread_count("notifications")).to_have_text("1 unread")
    expect(notifications.last).not_to_contain_text("Unread:")
    notifications.first.get_by_role("link").click()
    expect(user.comments("Say something")).to_have_text(["Something"])
    expect(user.unread_count("notifications")).to_be_hidden()


def test_mark_all_as_read_delete_and_retraction(open_window, stack):
    user = open_window().sign_up(new_name("popular"))
    user_id = sign_in(stack, user.name).id
    fans = [sign_up(stack, new_name("fan")) for _ in range(3)]
    user.open_section("Notifications")
    for fan in fans:
        fan.call("PUT", f"users/{user_id}/follow")
    notifications = user.page.locator(".notification")
    expect(notifications).to_have_count(3)
    expect(user.unread_count("notifications")).to_have_text("3 unread")

    fans[0].call("DELETE", f"users/{user_id}/follow")
    expect(notifications).to_have_count(2)
    user.click_button("Mark all as read")
    expect(user.unread_count("notifications")).to_be_hidden()
    expect(user.page.get_by_role("button", name="Mark all as read")).to_be_hidden()
    choose_action(notifications.first, "Delete")
    expect(notifications).to_have_count(1)
    expect(notifications).to_contain_text(fans[1].username)
