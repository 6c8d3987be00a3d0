"""What is done against members: warnings, silences, suspensions, deletions, and their end."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy

import pytest

from accounts.models import EndedSession
from mysocial.core.errors import FOREVER_MS, Conflict, Invalid
from tests.chat.conversations import say
from tests.images.pictures import data_url, picture
from tests.moderation.staff import (
    in_seconds,
    measure,
    signs_in,
    undo,
    when,
)
from tests.notifications.notification_checks import comments, follows, told
from tests.support.concurrency import assert_no_changes
from tests.support.people import anonymous
from tests.support.stack import wait_for


def test_a_warning_reaches_the_member_with_the_words_even_when_switched_off(alice):
    off = {"notifications": {"warning": {"in_app": False, "email": False}}}
    assert alice.patch("users/me/settings", off).status_code == 200
    one = measure(alice, "warn", words="Be kind.")
    (notice,) = told(alice)
    assert (notice["type"], notice["entity_id"], notice["message"]) == (
        "warning",
        one.id,
        "Be kind.",
    )
    assert [event["type"] for event in alice.notification_events()] == ["notification.created"]


def test_a_warning_is_mailed_unless_that_is_switched_off(alice, bob, emails):
    off = {"notifications": {"warning": {"email": False}}}
    assert bob.patch("users/me/settings", off).status_code == 200
    for person in (alice, bob):
        measure(person, "warn", words="Be kind.")
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in emails()]
    warned = [mail for mail in mails if mail["Subject"] == "A moderator has a word for you"]
    assert [mail["To"] for mail in warned] == ["alice@example.com"]
    assert "Be kind." not in warned[0].as_string()


def test_what_is_missing_is_refused_and_changes_nothing(alice):
    with assert_no_changes():
        with pytest.raises(Invalid):
            measure(alice, "warn")
        with pytest.raises(Invalid):
            measure(alice, "silence", until=in_seconds(-1))
        with pytest.raises(Invalid):
            measure(alice, "delete")


def test_a_silenced_member_reads_and_deletes_and_shows_nothing_new(alice, bob):
    post, own = bob.create_post("Bob's"), alice.create_post("Alice's")
    comment, message = comments(alice, post, "Early"), say(alice, bob, "Early")
    until = in_seconds(3600)
    measure(alice, "silence", until=until)
    tries = [
        ("POST", "posts", {"text": "Late"}),
        ("PATCH", f"posts/{own['id']}", {"text": "Late"}),
        ("POST", f"posts/{post['id']}/comments", {"text": "Late"}),
        ("PATCH", f"comments/{comment['id']}", {"text": "Late"}),
        ("PUT", f"posts/{post['id']}/reaction", {"type": "like"}),
        ("POST", "chat/message", {"receiver_id": bob.id, "text": "Late"}),
        ("PATCH", f"chat/messages/{message['id']}", {"text": "Late"}),
        ("PUT", f"chat/messages/{message['id']}/reaction", {"type": "like"}),
        ("PUT", f"users/{bob.id}/follow", {}),
        ("PATCH", "users/me", {"quote": "Late"}),
        ("POST", "images/profile", {"image": data_url(picture())}),
    ]
    with assert_no_changes():
        for method, path, body in tries:
            answer = alice.call(method, path, body)
            assert answer.status_code == 403, (method, path, answer.content)
            said = answer.json()
            assert (said["code"], said["until"]) == ("silenced", when(until)), path
    assert alice.get("posts").status_code == 200
    assert alice.delete(f"posts/{own['id']}").status_code == 200
    assert bob.get(f"comments/{comment['id']}").json()["text"] == "Early"


def test_a_silence_ends_by_itself_and_by_staff(alice, bob):
    one = measure(alice, "silence", until=FOREVER_MS)
    answer = alice.post("posts", {"text": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "silenced")
    assert "until" not in answer.json()
    undo(one)
    assert alice.post("posts", {"text": "x"}).status_code == 201
    with assert_no_changes(), pytest.raises(Conflict):
        undo(one)

    measure(bob, "silence", until=in_seconds(1))
    assert bob.post("posts", {"text": "x"}).status_code == 403
    wait_for(lambda: bob.post("posts", {"text": "x"}).status_code == 201, within=10, name="an end")


def test_of_many_writes_at_once_none_is_applied_after_the_silence(alice, bob):
    """A write is before the silence, and stands, or after it, and is refused: nothing between."""

    def post(number):
        return alice.post("posts", {"text": f"No {number}"}).status_code

    with ThreadPoolExecutor(8) as pool:
        before = [pool.submit(post, number) for number in range(20)]
        silenced = pool.submit(measure, alice, "silence", until=FOREVER_MS)
        after = [pool.submit(post, number) for number in range(20, 40)]
        silenced.result()
        late = [pool.submit(post, number) for number in range(40, 60)]
        codes = [one.result() for one in (*before, *after)]
        assert {one.result() for one in late} == {403}
    assert set(codes) <= {201, 403}
    made = bob.get("posts?limit=100").json()
    assert made["total_posts"] == len(made["posts"]) == codes.count(201)


# Suspensions -------------------------------------------------------------------------------------


def test_a_suspended_member_is_out_and_is_told_why(alice, bob):
    until = in_seconds(3600)
    measure(alice, "suspend", words="Threats.", until=until)
    assert alice.get("currentuser").status_code == 401
    for answer in (signs_in(alice), anonymous.post("token/refresh", {"refresh": alice.refresh})):
        assert answer.status_code == 403
        said = answer.json()
        assert (said["code"], said["until"]) == ("suspended", when(until))
        assert said["detail"].startswith("This account is suspended until ")
        assert said["detail"].endswith(": Threats.")
    wrong = anonymous.post("signin", {"username": "alice", "password": "not-the-password"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "not_authenticated")
    forged = anonymous.post("token/refresh", {"refresh": f"{alice.refresh[:-4]}AAAA"})
    assert forged.status_code == 401


def pages_of(person, post, comment):
    """Return where one finds a person and what is theirs."""
    return [
        f"users/{person.id}",
        f"posts/{post['id']}",
        f"comments/{comment['id']}",
        f"users/{person.id}/posts",
        f"users/{person.id}/followers",
        f"chat/messages/{person.id}",
    ]


def lists_with(post, follower):
    """Return the lists in which one meets a person who took part in a post."""
    return [
        *("posts", "posts/home", "users", "users/search?q=ali"),
        f"posts/{post['id']}/comments",
        f"posts/{post['id']}/reactions",
        f"users/{follower.id}/following",
        *("chat/conversations", "notifications"),
    ]


def test_all_that_a_suspended_member_has_is_hidden_and_shown_again(alice, bob, stranger):
    post, other = alice.create_post("Alice's"), bob.create_post("Bob's")
    comment = comments(alice, other, "Under it")
    alice.put(f"posts/{other['id']}/reaction", {"type": "like"})
    say(alice, bob, "Hello")
    follows(bob, alice)
    paths = pages_of(alice, post, comment)
    lists = lists_with(other, bob)

    def seen():
        return (
            [bob.get(path).status_code for path in paths],
            [alice.id in bob.get(path).content.decode() for path in lists],
        )

    assert seen() == ([200] * len(paths), [True] * len(lists))
    one = measure(alice, "suspend", until=FOREVER_MS)
    assert seen() == ([404] * len(paths), [False] * len(lists))
    assert bob.put(f"users/{alice.id}/follow").status_code == 404
    assert bob.post("chat/message", {"receiver_id": alice.id, "text": "x"}).status_code == 404
    hidden = [event for event in stranger.received_events("feed") if event["type"] == "user.hidden"]
    assert hidden == [{"type": "user.hidden", "data": {"user_id": alice.id, "what": "all"}}]

    undo(one)
    assert seen() == ([200] * len(paths), [True] * len(lists))
    assert stranger.received_events("feed")[-1]["type"] == "user.shown"
    assert signs_in(alice).status_code == 200
    gone = anonymous.post("token/refresh", {"refresh": alice.refresh})
    assert (gone.status_code, gone.json()["code"]) == (401, "not_authenticated")


def test_a_suspension_ends_by_itself(alice, bob):
    post = alice.create_post()
    measure(alice, "suspend", until=in_seconds(1))
    wait_for(lambda: bob.get(f"posts/{post['id']}").status_code == 200, within=10, name="an end")
    assert signs_in(alice).status_code == 200


def test_who_blocks_a_suspended_member_hears_nothing_of_it(alice, bob):
    bob.put(f"users/{alice.id}/block")
    heard = bob.received_events("feed")
    undo(measure(alice, "suspend", until=FOREVER_MS))
    assert bob.received_events("feed") == heard


def test_of_sign_ins_at_the_moment_of_a_suspension_no_session_is_left(alice, bob):
    with ThreadPoolExecutor(8) as pool:
        tries = [pool.submit(signs_in, alice) for _ in range(12)]
        suspended = pool.submit(measure, alice, "suspend", until=FOREVER_MS)
        tries += [pool.submit(signs_in, alice) for _ in range(12)]
        suspended.result()
        answers = [one.result() for one in tries]
    assert {one.status_code for one in answers} <= {200, 403}
    opened = [one.json()["access"] for one in answers if one.status_code == 200]
    for access in opened:
        alice.access = access
        assert alice.get("currentuser").status_code == 401
    assert bob.get(f"users/{alice.id}").status_code == 404


async def test_a_suspension_closes_open_sockets_at_once(alice, bob, connected):
    mine, other = await connected(alice), await connected(bob, "feed")
    await asyncio.to_thread(measure, alice, "suspend", until=FOREVER_MS)
    assert (await mine.next())["type"] == "session.ended"
    assert await mine.code() == 4401
    heard = await other.next()
    assert (heard["type"], heard["data"]["user_id"]) == ("user.hidden", alice.id)


def test_ended_sessions_are_kept_for_a_while(alice, flush_all, documents):
    measure(alice, "suspend", until=FOREVER_MS)
    flush_all()
    (kept,) = documents(EndedSession)
    assert (kept["user_id"], kept["_id"]) == (alice.id, alice.refresh.partition(".")[0])
