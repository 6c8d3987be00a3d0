"""Two people talk in two windows."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.people import Caller, new_name, sign_in
from tests.e2e.test_resume import LONGEST_PAUSE
from tests.e2e.window import Window
from tests.images.pictures import picture

READY = re.compile(r"/media/[0-9a-f]{32}\.png$")


@pytest.fixture
def two(window, stack) -> tuple[Window, Window]:
    """Return the windows of two who may talk, the second one looking at the first."""
    first, second = window().sign_up(new_name("anna")), window().sign_up(new_name("ben"))
    second.at(f"chat/{sign_in(stack, first.name).id}")
    expect(second.page.locator(".conversation-header h2")).to_have_text(first.name)
    return first, second


def say(one: Window, text: str) -> None:
    """Send a message; return when the server has it."""
    one.page.get_by_label("Message", exact=True).fill(text)
    one.page.get_by_label("Message", exact=True).press("Enter")
    expect(one.page.get_by_label("Message", exact=True)).to_have_value("")


def messages(one: Window) -> Locator:
    return one.page.locator(".message .bubble")


def message(one: Window, text: str) -> Locator:
    return one.page.locator(".message").filter(has_text=text)


def does(one: Window, text: str, name: str, *, twice: bool = False) -> None:
    """Do something with a message, by its button."""
    opener = message(one, text).get_by_label("Message actions")
    if opener.get_attribute("aria-expanded") == "false":
        opener.click()
    message(one, text).get_by_role("button", name=name, exact=True).click()
    if twice:
        message(one, text).get_by_role("button", name="Are you sure?").click()


def open_chat(one: Window, other: Window) -> None:
    one.go("Chat")
    one.page.locator(".conversations a").filter(has_text=other.name).click()


def test_they_talk_both_ways_with_typing_receipts_and_a_reaction(two):
    anna, ben = two
    say(ben, "Are you there?")
    expect(anna.unread("chat")).to_have_text("1 unread")
    anna.go("Chat")
    expect(anna.page.locator(".conversations .badge")).to_have_text("1 unread")
    expect(message(ben, "Are you there?").locator(".receipt")).to_have_count(0)
    anna.page.locator(".conversations a").click()
    expect(messages(anna)).to_have_text(["Are you there?"])
    expect(message(ben, "Are you there?").locator(".receipt")).to_be_visible()
    expect(anna.unread("chat")).to_be_hidden()

    anna.page.get_by_label("Message", exact=True).press_sequentially("I am")
    expect(ben.page.locator(".presence")).to_have_text("is typing…")
    anna.page.get_by_label("Message", exact=True).fill("")
    expect(ben.page.locator(".presence")).to_have_text("Online")
    say(anna, "I am.")
    expect(messages(ben)).to_have_text(["Are you there?", "I am."])
    expect(message(anna, "I am.").locator(".receipt")).to_be_visible()

    does(ben, "I am.", "love")
    expect(
        message(anna, "I am.").locator(".message-reactions [data-reaction=love]")
    ).to_be_visible()
    does(ben, "I am.", "love")
    expect(message(anna, "I am.").locator(".message-reactions")).to_be_hidden()


def test_a_message_is_edited_then_deleted_before_the_eyes_of_the_other(two):
    anna, ben = two
    say(ben, "At eight?")
    say(ben, "Or later")
    open_chat(anna, ben)
    does(ben, "At eight?", "Edit")
    ben.page.get_by_label("Message text").fill("At nine?")
    ben.page.get_by_role("button", name="Save").click()
    expect(messages(anna)).to_have_text(["At nine?", "Or later"])
    expect(message(anna, "At nine?").locator("time")).to_contain_text(", edited")

    does(ben, "At nine?", "Delete for everyone", twice=True)
    expect(messages(anna)).to_have_text(["This message was deleted.", "Or later"])
    does(anna, "Or later", "Delete for me", twice=True)
    expect(messages(anna)).to_have_text(["This message was deleted."])
    expect(messages(ben)).to_have_text(["This message was deleted.", "Or later"])
    expect(anna.page.locator(".conversations .preview-text")).to_have_text("Deleted message")


def test_a_picture_goes_from_one_to_the_other(two):
    anna, ben = two
    ben.choose("Add a picture", picture())
    expect(ben.page.get_by_alt_text("Selected picture")).to_be_visible()
    ben.press("Send")
    expect(ben.page.locator(".composer .preview")).to_be_hidden()
    open_chat(anna, ben)
    for one in (anna, ben):
        expect(one.page.locator(".bubble img.media")).to_have_attribute("src", READY)
    expect(anna.page.locator(".conversations .preview-text")).to_have_text("Picture")


def test_older_messages_come_as_one_scrolls_up_and_nothing_jumps(two, stack):
    anna, ben = two
    me, them = sign_in(stack, ben.name), sign_in(stack, anna.name)
    for number in range(40):
        tell(them if number % 2 else me, me if number % 2 else them, f"Message {number:02}.")
    open_chat(anna, ben)
    expect(messages(anna).last).to_have_text("Message 39.")
    expect(messages(anna).last).to_be_in_viewport()
    scroller = anna.page.locator(".scroller")
    while message(anna, "Message 00.").count() == 0:
        scroller.evaluate("one => one.scrollTo(0, 0)")
        anna.page.wait_for_timeout(100)
    assert messages(anna).all_inner_texts() == [f"Message {number:02}." for number in range(40)]

    tell(me, them, "While you look back")
    expect(anna.page.locator(".new-messages")).to_be_visible()
    expect(anna.unread("chat")).to_have_text("1 unread")
    anna.page.locator(".new-messages").click()
    expect(messages(anna).last).to_be_in_viewport()
    expect(anna.unread("chat")).to_be_hidden()


def test_one_sees_who_is_there_and_who_left(two, stack):
    anna, ben = two
    say(ben, "Hello")
    expect(ben.page.locator(".presence")).to_have_text("Online")
    expect(ben.page.locator(".conversations .avatar-frame.online")).to_have_count(1)
    anna.press("Sign out")
    expect(ben.page.locator(".presence")).to_have_text("")
    expect(ben.page.locator(".conversations .avatar-frame.online")).to_have_count(0)


def test_a_block_ends_the_talk_in_both_windows(two, stack):
    anna, ben = two
    say(ben, "Not for long")
    open_chat(anna, ben)
    expect(messages(anna)).to_have_count(1)
    me = sign_in(stack, anna.name)
    me.call("PUT", f"users/{sign_in(stack, ben.name).id}/block")
    for one in two:
        expect(messages(one)).to_have_count(0)
        expect(one.page.locator(".conversations li")).to_have_count(0)


@pytest.mark.timeout(180)
def test_a_talk_goes_on_without_gap_or_double_when_the_server_is_killed(two, stack):
    anna, ben = two
    say(ben, "Before")
    open_chat(anna, ben)
    expect(messages(anna)).to_have_count(1)
    me, them = sign_in(stack, ben.name), sign_in(stack, anna.name)
    for one in two:
        one.may_lose_the_server = True

    stack.fall()
    ben.page.get_by_label("Message", exact=True).fill("Into the void")
    ben.page.get_by_label("Message", exact=True).press("Enter")
    expect(anna.page.locator("#banner")).to_be_visible()
    stack.rise()
    for number in range(4):
        tell(them if number % 2 else me, me if number % 2 else them, f"Missed {number}")

    for one in two:
        one.lives(within=LONGEST_PAUSE)
        expect(one.page.locator("#banner")).to_be_hidden()
        expect(messages(one)).to_have_count(6)
        found = messages(one).all_inner_texts()
        assert sorted(found) == ["Before", "Into the void", *(f"Missed {n}" for n in range(4))]
        assert [text for text in found if "Missed" in text] == [f"Missed {n}" for n in range(4)]
    assert messages(anna).all_inner_texts() == messages(ben).all_inner_texts()
    tell(me, them, "And on it goes")
    for one in two:
        expect(messages(one).last).to_have_text("And on it goes")
        expect(messages(one)).to_have_count(7)


def tell(one: Caller, other: Caller, text: str) -> None:
    one.call("POST", "chat/message", {"receiver_id": other.id, "text": text})
