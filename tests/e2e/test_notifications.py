"""The bell: what one is told comes live, is read, and goes."""

from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up


def test_a_notification_arrives_live_is_read_and_leads_to_its_cause(window, stack):
    one = window().sign_up(new_name("told"))
    fan = sign_up(stack, new_name("fan"))
    post = sign_in(stack, one.name).writes("Say something")
    expect(one.unread("notifications")).to_be_hidden()

    fan.call("PUT", f"posts/{post}/reaction", {"type": "wow"})
    expect(one.unread("notifications")).to_have_text("1 unread")
    expect(one.page.locator("#announcement")).to_have_text(f"{fan.username} reacted to your post")
    one.go("Notifications")
    notices = one.page.locator(".notification")
    expect(notices).to_have_count(1)
    fan.call("POST", f"posts/{post}/comments", {"text": "Something"})
    expect(notices.locator("p:first-child")).to_have_text(
        [
            f"Unread: {fan.username} commented on your post",
            f"Unread: {fan.username} reacted to your post",
        ]
    )
    expect(one.unread("notifications")).to_have_text("2 unread")

    notices.last.get_by_role("button", name="Mark as read").click()
    expect(one.unread("notifications")).to_have_text("1 unread")
    expect(notices.last).not_to_contain_text("Unread:")
    notices.first.get_by_role("link").click()
    expect(one.comments("Say something")).to_have_text(["Something"])
    expect(one.unread("notifications")).to_be_hidden()


def test_all_are_read_at_once_one_is_deleted_and_what_is_undone_is_taken_back(window, stack):
    one = window().sign_up(new_name("popular"))
    me = sign_in(stack, one.name)
    fans = [sign_up(stack, new_name("fan")) for _ in range(3)]
    one.go("Notifications")
    for fan in fans:
        fan.call("PUT", f"users/{me.id}/follow")
    notices = one.page.locator(".notification")
    expect(notices).to_have_count(3)
    expect(one.unread("notifications")).to_have_text("3 unread")

    fans[0].call("DELETE", f"users/{me.id}/follow")
    expect(notices).to_have_count(2)
    one.press("Mark all as read")
    expect(one.unread("notifications")).to_be_hidden()
    expect(one.page.get_by_role("button", name="Mark all as read")).to_be_hidden()
    notices.first.get_by_role("button", name="Delete this notification").click()
    expect(notices).to_have_count(1)
    expect(notices).to_contain_text(fans[1].username)
