"""Warnings, silences and suspensions of members, and their end."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy

import pytest

from accounts.models import EndedSession
from mysocial.core.errors import FOREVER_MS, Conflict, Invalid
from tests.chat.conversations import send_message
from tests.images.pictures import data_url, make_image
from tests.moderation.staff import (
    api_time,
    ms_from_now,
    revoke,
    sign_in,
    take_action,
)
from tests.notifications.notification_checks import create_comment, follow, list_notifications
from tests.support.concurrency import assert_no_changes
from tests.support.people import anonymous, confirm_emails
from tests.support.stack import wait_for


def test_a_warning_is_shown_in_the_app_even_when_warnings_are_switched_off(alice):
    off = {"notifications": {"warning": {"in_app": False, "email": False}}}
    assert alice.patch("users/me/settings", off).status_code == 200
    action = take_action(alice, "warn", message="Be kind.")
    (notification,) = list_notifications(alice)
    assert (notification["type"], notification["entity_id"], notification["message"]) == (
        "warning",
        action.id,
        "Be kind.",
    )
    assert [event["type"] for event in alice.notification_events()] == ["notification.created"]


def test_a_warning_is_mailed_unless_emails_are_switched_off(alice, bob, emails):
    confirm_emails(alice, bob)
    off = {"notifications": {"warning": {"email": False}}}
    assert bob.patch("users/me/settings", off).status_code == 200
    for person in (alice, bob):
        take_action(person, "warn", message="Be kind.")
    messages = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in emails()]
    warnings = [
        mail for mail in messages if mail["Subject"] == "You received a warning from our moderators"
    ]
    assert [mail["To"] for mail in warnings] == ["alice@example.com"]
    assert "Be kind." not in warnings[0].as_string()


def test_an_incomplete_action_is_rejected(alice):
    with assert_no_changes():
        with pytest.raises(Invalid):
            take_action(alice, "warn")
        with pytest.raises(Invalid):
            take_action(alice, "silence", until_ms=ms_from_now(-1))
        with pytest.raises(Invalid):
            take_action(alice, "delete")


def test_a_silenced_member_can_read_and_delete_but_not_write(alice, bob):
    post, own = bob.create_post("Bob's"), alice.create_post("Alice's")
    comment, message = create_comment(alice, post, "Early"), send_message(alice, bob, "Early")
    until = ms_from_now(3600)
    take_action(alice, "silence", until_ms=until)
    requests = [
        ("POST", "posts", {"text": "Late"}),
        ("PATCH", f"posts/{own['id']}", {"text": "Late"}),
        ("POST", f"posts/{post['id']}/comments", {"text": "Late"}),
        ("PATCH", f"comments/{comment['id']}", {"text": "Late"}),
        ("PUT", f"posts/{post['id']}/reaction", {"type": "like"}),
        ("POST", "chat/messages", {"receiver_id": bob.id, "text": "Late"}),
        ("PATCH", f"chat/messages/{message['id']}", {"text": "Late"}),
        ("PUT", f"chat/messages/{message['id']}/reaction", {"type": "like"}),
        ("PUT", f"users/{bob.id}/follow", {}),
        ("PATCH", "users/me", {"quote": "Late"}),
        ("POST", "users/me/images/profile", {"image": data_url(make_image())}),
    ]
    with assert_no_changes():
        for method, path, body in requests:
            response = alice.call(method, path, body)
            assert response.status_code == 403, (method, path, response.content)
            problem = response.json()
            assert (problem["code"], problem["until"]) == ("silenced", api_time(until)), path
    assert alice.get("posts").status_code == 200
    assert alice.delete(f"posts/{own['id']}").status_code == 200
    assert bob.get(f"comments/{comment['id']}").json()["text"] == "Early"


def test_a_silence_ends_at_its_time_or_when_it_is_revoked(alice, bob):
    action = take_action(alice, "silence", until_ms=FOREVER_MS)
    response = alice.post("posts", {"text": "x"})
    assert (response.status_code, response.json()["code"]) == (403, "silenced")
    assert "until" not in response.json()
    revoke(action)
    assert alice.post("posts", {"text": "x"}).status_code == 201
    with assert_no_changes(), pytest.raises(Conflict):
        revoke(action)

    take_action(bob, "silence", until_ms=ms_from_now(1))
    assert bob.post("posts", {"text": "x"}).status_code == 403
    wait_for(
        lambda: bob.post("posts", {"text": "x"}).status_code == 201,
        within=10,
        name="the end of the silence",
    )


def test_no_concurrent_write_is_applied_after_a_silence(alice, bob):
    """Each write is either accepted before the silence or rejected after it."""

    def post(number):
        return alice.post("posts", {"text": f"No {number}"}).status_code

    with ThreadPoolExecutor(8) as pool:
        before = [pool.submit(post, number) for number in range(20)]
        silenced = pool.submit(take_action, alice, "silence", until_ms=FOREVER_MS)
        after = [pool.submit(post, number) for number in range(20, 40)]
        silenced.result()
        late = [pool.submit(post, number) for number in range(40, 60)]
        codes = [attempt.result() for attempt in (*before, *after)]
        assert {attempt.result() for attempt in late} == {403}
    assert set(codes) <= {201, 403}
    feed = bob.get("posts?limit=100").json()
    assert feed["total_posts"] == len(feed["posts"]) == codes.count(201)


# Suspensions -------------------------------------------------------------------------------------


def test_a_suspended_member_is_signed_out_and_sees_the_reason(alice, bob):
    until = ms_from_now(3600)
    take_action(alice, "suspend", message="Threats.", until_ms=until)
    assert alice.get("accounts/me").status_code == 401
    for response in (sign_in(alice), anonymous.post("token/refresh", {"refresh": alice.refresh})):
        assert response.status_code == 403
        problem = response.json()
        assert (problem["code"], problem["until"]) == ("suspended", api_time(until))
        assert problem["detail"].startswith("This account is suspended until ")
        assert problem["detail"].endswith(": Threats.")
    wrong = anonymous.post("signin", {"username": "alice", "password": "not-the-password"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "not_authenticated")
    forged = anonymous.post("token/refresh", {"refresh": f"{alice.refresh[:-4]}AAAA"})
    assert forged.status_code == 401


def pages_of(person, post, comment):
    """Return the paths of a person and of their content."""
    return [
        f"users/{person.id}",
        f"posts/{post['id']}",
        f"comments/{comment['id']}",
        f"users/{person.id}/posts",
        f"users/{person.id}/followers",
        f"chat/conversations/{person.id}/messages",
    ]


def lists_with(post, follower):
    """Return the paths of lists that include a person who interacted with a post."""
    return [
        *("posts", "posts/home", "users", "users/search?q=ali"),
        f"posts/{post['id']}/comments",
        f"posts/{post['id']}/reactions",
        f"users/{follower.id}/following",
        *("chat/conversations", "notifications"),
    ]


def test_a_suspension_hides_everything_of_a_member_until_it_is_revoked(alice, bob, stranger):
    post, other = alice.create_post("Alice's"), bob.create_post("Bob's")
    comment = create_comment(alice, other, "Under it")
    alice.put(f"posts/{other['id']}/reaction", {"type": "like"})
    send_message(alice, bob, "Hello")
    follow(bob, alice)
    paths = pages_of(alice, post, comment)
    lists = lists_with(other, bob)

    def visibility():
        return (
            [bob.get(path).status_code for path in paths],
            [alice.id in bob.get(path).content.decode() for path in lists],
        )

    assert visibility() == ([200] * len(paths), [True] * len(lists))
    action = take_action(alice, "suspend", until_ms=FOREVER_MS)
    assert visibility() == ([404] * len(paths), [False] * len(lists))
    assert bob.put(f"users/{alice.id}/follow").status_code == 404
    assert bob.post("chat/messages", {"receiver_id": alice.id, "text": "x"}).status_code == 404
    hidden = [event for event in stranger.received_events("feed") if event["type"] == "user.hidden"]
    assert hidden == [{"type": "user.hidden", "data": {"user_id": alice.id, "what": "all"}}]

    revoke(action)
    assert visibility() == ([200] * len(paths), [True] * len(lists))
    assert stranger.received_events("feed")[-1]["type"] == "user.shown"
    assert sign_in(alice).status_code == 200
    expired = anonymous.post("token/refresh", {"refresh": alice.refresh})
    assert (expired.status_code, expired.json()["code"]) == (401, "not_authenticated")


def test_a_suspension_ends_at_its_time(alice, bob):
    post = alice.create_post()
    take_action(alice, "suspend", until_ms=ms_from_now(1))
    wait_for(
        lambda: bob.get(f"posts/{post['id']}").status_code == 200,
        within=10,
        name="the end of the suspension",
    )
    assert sign_in(alice).status_code == 200


def test_a_member_who_blocks_a_suspended_member_gets_no_events_of_it(alice, bob):
    bob.put(f"users/{alice.id}/block")
    events = bob.received_events("feed")
    revoke(take_action(alice, "suspend", until_ms=FOREVER_MS))
    assert bob.received_events("feed") == events


def test_no_session_of_a_concurrent_sign_in_survives_a_suspension(alice, bob):
    with ThreadPoolExecutor(8) as pool:
        attempts = [pool.submit(sign_in, alice) for _ in range(12)]
        suspended = pool.submit(take_action, alice, "suspend", until_ms=FOREVER_MS)
        attempts += [pool.submit(sign_in, alice) for _ in range(12)]
        suspended.result()
        responses = [attempt.result() for attempt in attempts]
    assert {response.status_code for response in responses} <= {200, 403}
    access_tokens = [
        response.json()["access"] for response in responses if response.status_code == 200
    ]
    for access in access_tokens:
        alice.access = access
        assert alice.get("accounts/me").status_code == 401
    assert bob.get(f"users/{alice.id}").status_code == 404


async def test_a_suspension_closes_open_connections(alice, bob, connected):
    own_socket, other_socket = await connected(alice), await connected(bob, "feed")
    await asyncio.to_thread(take_action, alice, "suspend", until_ms=FOREVER_MS)
    assert (await own_socket.next())["type"] == "session.ended"
    assert await own_socket.code() == 4401
    event = await other_socket.next()
    assert (event["type"], event["data"]["user_id"]) == ("user.hidden", alice.id)


def test_a_suspension_stores_the_ended_sessions(alice, flush_all, documents):
    take_action(alice, "suspend", until_ms=FOREVER_MS)
    flush_all()
    (session,) = documents(EndedSession)
    assert (session["user_id"], session["_id"]) == (alice.id, alice.refresh.partition(".")[0])
