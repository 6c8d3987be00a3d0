"""Chat between two users in two windows."""

import re

import pytest
from playwright.sync_api import APIResponse, Locator, Route, expect

from tests.e2e.people import new_name, sign_in
from tests.e2e.window import RECONNECT_TIMEOUT_MS, Window
from tests.images.pictures import make_image

MEDIA_URL = re.compile(r"/media/[0-9a-f]{32}\.png$")


@pytest.fixture
def anna_and_ben(open_window, stack) -> tuple[Window, Window]:
    """Return two windows. The second one shows the conversation with the first user."""
    first, second = open_window().sign_up(new_name("anna")), open_window().sign_up(new_name("ben"))
    second.open_route(f"chat/{sign_in(stack, first.name).id}")
    expect(second.page.locator(".conversation-header h2")).to_have_text(first.name)
    return first, second


def send_message(user: Window, text: str) -> None:
    """Send a message and wait until the server has accepted it."""
    user.page.get_by_label("Message", exact=True).fill(text)
    user.page.get_by_label("Message", exact=True).press("Enter")
    expect(user.page.get_by_label("Message", exact=True)).to_have_value("")


def bubbles(user: Window) -> Locator:
    return user.page.locator(".message .bubble")


def message_row(user: Window, text: str) -> Locator:
    return user.page.locator(".message").filter(has_text=text)


def click_action(user: Window, text: str, name: str, *, confirm: bool = False) -> None:
    """Click an action of a message, and the confirmation that it asks for."""
    toggle = message_row(user, text).get_by_label("Message actions")
    if toggle.get_attribute("aria-expanded") == "false":
        toggle.click()
    message_row(user, text).get_by_role("button", name=name, exact=True).click()
    if confirm:
        user.confirm()


def open_chat(user: Window, other: Window) -> None:
    user.open_section("Chat")
    user.page.locator(".conversations a").filter(has_text=other.name).click()


@pytest.mark.smoke
def test_messages_with_typing_receipts_and_a_reaction(anna_and_ben):
    anna, ben = anna_and_ben
    send_message(ben, "Are you there?")
    expect(anna.unread_count("chat")).to_have_text("1 unread")
    anna.open_section("Chat")
    expect(anna.page.locator(".conversations .badge")).to_have_text("1 unread")
    expect(message_row(ben, "Are you there?").locator(".receipt")).to_have_count(0)
    anna.page.locator(".conversations a").click()
    expect(bubbles(anna)).to_have_text(["Are you there?"])
    expect(message_row(ben, "Are you there?").locator(".receipt")).to_be_visible()
    expect(anna.unread_count("chat")).to_be_hidden()

    anna.page.get_by_label("Message", exact=True).press_sequentially("I am")
    expect(ben.page.locator(".presence")).to_have_text("is typing…")
    anna.page.get_by_label("Message", exact=True).fill("")
    expect(ben.page.locator(".presence")).to_have_text("Online")
    send_message(anna, "I am.")
    expect(bubbles(ben)).to_have_text(["Are you there?", "I am."])
    expect(message_row(anna, "I am.").locator(".receipt")).to_be_visible()

    click_action(ben, "I am.", "love")
    expect(
        message_row(anna, "I am.").locator(".message-reactions [data-reaction=love]")
    ).to_be_visible()
    click_action(ben, "I am.", "love")
    expect(message_row(anna, "I am.").locator(".message-reactions")).to_be_hidden()


def test_an_edited_or_deleted_message_changes_in_both_windows(anna_and_ben):
    anna, ben = anna_and_ben
    send_message(ben, "At eight?")
    send_message(ben, "Or later")
    open_chat(anna, ben)
    click_action(ben, "At eight?", "Edit")
    ben.page.get_by_label("Message text").fill("At nine?")
    ben.page.get_by_role("button", name="Save").click()
    expect(bubbles(anna)).to_have_text(["At nine?", "Or later"])
    expect(message_row(anna, "At nine?").locator("time")).to_contain_text(", edited")

    click_action(ben, "At nine?", "Delete for everyone", confirm=True)
    expect(bubbles(anna)).to_have_text(["This message was deleted.", "Or later"])
    click_action(anna, "Or later", "Delete for me", confirm=True)
    expect(bubbles(anna)).to_have_text(["This message was deleted."])
    expect(bubbles(ben)).to_have_text(["This message was deleted.", "Or later"])
    expect(anna.page.locator(".conversations .preview-text")).to_have_text("Deleted message")


def test_a_picture_message_appears_in_both_windows(anna_and_ben):
    anna, ben = anna_and_ben
    ben.select_picture("Add a picture", make_image())
    expect(ben.page.get_by_alt_text("Selected picture")).to_be_visible()
    ben.click_button("Send")
    expect(ben.page.locator(".composer .preview")).to_be_hidden()
    open_chat(anna, ben)
    for user in (anna, ben):
        expect(user.page.locator(".bubble img.media")).to_have_attribute("src", MEDIA_URL)
    expect(anna.page.locator(".conversations .preview-text")).to_have_text("Picture")


def test_a_late_response_does_not_replace_newer_events(anna_and_ben, stack):
    _, ben = anna_and_ben
    held: list[tuple[Route, APIResponse]] = []
    ben.page.route("**/api/v1/chat/messages", lambda route: held.append((route, route.fetch())))
    field = ben.page.get_by_label("Message", exact=True)
    field.fill("At eight?")
    field.press("Enter")
    expect(bubbles(ben)).to_have_text(["At eight?"])
    message_id = bubbles(ben).locator("xpath=ancestor::li").get_attribute("data-id")
    sign_in(stack, ben.name).call("PATCH", f"chat/messages/{message_id}", {"text": "At nine?"})
    expect(bubbles(ben)).to_have_text(["At nine?"])

    ((route, response),) = held
    route.fulfill(response=response)
    expect(field).to_have_value("")
    expect(bubbles(ben)).to_have_text(["At nine?"])


def test_older_messages_load_on_scrolling_up_without_moving_the_content(anna_and_ben, stack):
    anna, ben = anna_and_ben
    ben_caller, anna_caller = sign_in(stack, ben.name), sign_in(stack, anna.name)
    for number in range(40):
        sender, receiver = (anna_caller, ben_caller) if number % 2 else (ben_caller, anna_caller)
        sender.send_message(receiver, f"Message {number:02}.")
    open_chat(anna, ben)
    expect(bubbles(anna).last).to_have_text("Message 39.")
    expect(bubbles(anna).last).to_be_in_viewport()
    scroller = anna.page.locator(".scroller")
    while message_row(anna, "Message 00.").count() == 0:
        scroller.evaluate("scroller => scroller.scrollTo(0, 0)")
        anna.page.wait_for_timeout(100)
    expect(bubbles(anna)).to_have_text([f"Message {number:02}." for number in range(40)])

    ben_caller.send_message(anna_caller, "While you look back")
    expect(anna.page.locator(".new-messages")).to_be_visible()
    expect(anna.unread_count("chat")).to_have_text("1 unread")
    anna.page.locator(".new-messages").click()
    expect(bubbles(anna).last).to_be_in_viewport()
    expect(anna.unread_count("chat")).to_be_hidden()


def test_the_online_status_changes_when_the_other_user_signs_out(anna_and_ben, stack):
    anna, ben = anna_and_ben
    send_message(ben, "Hello")
    expect(ben.page.locator(".presence")).to_have_text("Online")
    expect(ben.page.locator(".conversations .avatar-frame.online")).to_have_count(1)
    anna.click_button("Sign out")
    expect(ben.page.locator(".presence")).to_have_text("")
    expect(ben.page.locator(".conversations .avatar-frame.online")).to_have_count(0)


def test_a_block_removes_the_conversation_from_both_windows(anna_and_ben, stack):
    anna, ben = anna_and_ben
    send_message(ben, "Not for long")
    open_chat(anna, ben)
    expect(bubbles(anna)).to_have_count(1)
    ben_id = sign_in(stack, ben.name).id
    sign_in(stack, anna.name).call("PUT", f"users/{ben_id}/block")
    for user in anna_and_ben:
        expect(bubbles(user)).to_have_count(0)
        expect(user.page.locator(".conversations li")).to_have_count(0)


@pytest.mark.timeout(180)
def test_no_message_is_lost_or_duplicated_when_the_server_is_killed(anna_and_ben, stack):
    anna, ben = anna_and_ben
    send_message(ben, "Before")
    open_chat(anna, ben)
    expect(bubbles(anna)).to_have_count(1)
    ben_caller, anna_caller = sign_in(stack, ben.name), sign_in(stack, anna.name)
    for user in anna_and_ben:
        user.allow_connection_errors = True

    stack.kill_web_processes()
    ben.page.get_by_label("Message", exact=True).fill("During the outage")
    ben.page.get_by_label("Message", exact=True).press("Enter")
    expect(anna.page.locator("#banner")).to_be_visible()
    stack.restart_web_processes()
    for number in range(4):
        sender, receiver = (anna_caller, ben_caller) if number % 2 else (ben_caller, anna_caller)
        sender.send_message(receiver, f"Missed {number}")

    for user in anna_and_ben:
        user.wait_until_live(timeout_ms=RECONNECT_TIMEOUT_MS)
        expect(user.page.locator("#banner")).to_be_hidden()
        expect(bubbles(user)).to_have_count(6)
        texts = bubbles(user).all_inner_texts()
        assert sorted(texts) == [
            "Before",
            "During the outage",
            *(f"Missed {n}" for n in range(4)),
        ]
        assert [text for text in texts if "Missed" in text] == [f"Missed {n}" for n in range(4)]
    expect(bubbles(anna)).to_have_text(bubbles(ben).all_inner_texts())
    ben_caller.send_message(anna_caller, "After the outage")
    for user in anna_and_ben:
        expect(bubbles(user).last).to_have_text("After the outage")
        expect(bubbles(user)).to_have_count(7)
