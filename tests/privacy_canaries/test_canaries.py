"""Canaries in private records are never sent to members who may not see them.

The test runs on a real stack with two processes. It searches the raw frames of sockets and streams
that were opened before, of connections that resume from an older cursor, all responses, the log,
the e-mails and the messages to Celery. It also checks that permitted readers receive the canaries.
"""

import time
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from tests.chaos.multi_process import Pair
from tests.privacy_canaries.canaries import (
    ALL,
    EXCLUDED,
    Canaries,
    celery_messages,
    confirm_addresses,
    paused_workers,
    sent_emails,
    sent_text,
)
from tests.support.event_listeners import SocketListener
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.timeout(300)
MAX_DELAY_SECONDS = 5.0  # the target is one second, but test machines are noisy


@pytest.fixture
def canaries(two_web_stack):
    with Pair(two_web_stack) as pair, ExitStack() as ends:
        yield Canaries(pair, ends)


def set_up_relations(canaries):
    """Create follows, posts and connections; return the ids of the posts and the topics."""
    for fan in ("friend", "blocked", "ex", "ended"):
        canaries.request(fan, "PUT", "users/{owner}/follow", {})
        canaries.request("owner", "PUT", f"users/{canaries.people[fan].id}/follow", {})
    canaries.request("friend", "PUT", "users/{hermit}/follow", {})
    post_ids = {}
    for name, who, privacy in (
        ("public", "owner", "public"),
        ("followers", "owner", "followers"),
        ("private", "owner", "private"),
        ("hermits", "hermit", "public"),
    ):
        body = {"text": "Nothing secret", "privacy": privacy}
        post_ids[name] = canaries.request(who, "POST", "posts", body)["post"]["id"]
    posts = [f"post:{pk}" for pk in post_ids.values()]
    users = [f"user:{canaries.people[name].id}" for name in ("owner", "hermit")]
    topics = ("feed", "home", "presence", *posts, *users)
    for who in ALL:
        canaries.listeners[who] = canaries.connect(who, topics)
    return post_ids, topics


@contextmanager
def access_removed(name, listeners, kind, predicate=bool):
    """Remove access in the block; every listener must get the event soon after."""
    yield
    responded_at = time.monotonic()
    took = [
        listener.wait_for_event(kind, predicate).received_at - responded_at
        for listener in listeners
    ]
    print(f"{name}: {max(took):.3f} s after the response")
    assert max(took) < MAX_DELAY_SECONDS


def remove_access(canaries, post_ids):
    """Remove the access of each excluded member."""
    owner, hermit = canaries.people["owner"].id, canaries.people["hermit"].id
    all_of = {"user_id": owner, "what": "all"}
    with access_removed(
        "blocked", canaries.listeners["blocked"], "user.hidden", lambda data: data == all_of
    ):
        canaries.request("owner", "PUT", "users/{blocked}/block", {})
    with access_removed("removed as a follower", canaries.listeners["ex"], "follow.deleted"):
        canaries.request("owner", "DELETE", "users/me/followers/{ex}")
    with access_removed("session ended", canaries.listeners["ended"], "session.ended"):
        canaries.request("ended", "POST", "signout")
    assert [listener.wait_closed() for listener in canaries.listeners["ended"]] == [4401, 4401, 0]
    deleted = {"id": post_ids["public"]}
    excluded = [
        listener
        for who in ("narrowed", "stranger", "shut_out", "ex")
        for listener in canaries.listeners[who]
    ]
    with access_removed(
        "narrowed to followers", excluded, "post.deleted", lambda data: data == deleted
    ):
        canaries.request("owner", "PATCH", f"posts/{post_ids['public']}", {"privacy": "followers"})
    posts_of = {"user_id": hermit, "what": "posts"}
    excluded = [
        listener
        for who in ("shut_out", "stranger", "blocked")
        for listener in canaries.listeners[who]
    ]
    with access_removed("made private", excluded, "user.hidden", lambda data: data == posts_of):
        canaries.request("hermit", "PATCH", "users/me/settings", {"is_private": True})


def write_canaries(canaries, post_ids):
    """Write a canary into each kind of record; return the ids of the records."""
    record_ids = dict(post_ids)
    friends = ("owner", "friend")
    for name, who, commenter, readers in (
        ("public", "owner", "friend", friends),  # restricted to followers meanwhile
        ("followers", "owner", "friend", friends),
        ("private", "owner", "owner", ("owner",)),
        ("hermits", "hermit", "friend", ("hermit", "friend")),
    ):
        post = f"posts/{post_ids[name]}"
        canaries.request(who, "PATCH", post, {"text": canaries.new_canary(*readers)})
        privacy = {"private": "private", "hermits": "public"}.get(name, "followers")
        body = {"text": canaries.new_canary(*readers), "privacy": privacy}
        record_ids[f"new {name}"] = canaries.request(who, "POST", "posts", body)["post"]["id"]
        body = {"text": canaries.new_canary(*readers)}
        canaries.edited_away.add(body["text"])
        comment = canaries.request(commenter, "POST", f"{post}/comments", body)["comment"]["id"]
        canaries.request(
            commenter, "PATCH", f"comments/{comment}", {"text": canaries.new_canary(*readers)}
        )
        canaries.request(commenter, "PUT", f"{post}/reaction", {"type": "love"})
        record_ids[f"comment {name}"] = comment
    write_member_canaries(canaries, record_ids, friends)
    return record_ids


def write_member_canaries(canaries, record_ids, friends):
    """Write canaries into the owner's profile and messages, and note the notifications."""
    # Privacy hides posts but not the profile; only the block hides that.
    canaries.request(
        "owner",
        "PATCH",
        "users/me",
        {"quote": canaries.new_canary(*set(ALL) - {"blocked", "ended"})},
    )
    body = {"receiver_id": canaries.people["friend"].id, "text": canaries.new_canary(*friends)}
    canaries.edited_away.add(body["text"])
    record_ids["message"] = canaries.request("owner", "POST", "chat/messages", body)[
        "chat_message"
    ]["id"]
    canaries.request(
        "owner",
        "PATCH",
        f"chat/messages/{record_ids['message']}",
        {"text": canaries.new_canary(*friends)},
    )
    notifications = canaries.request("owner", "GET", "notifications")["notifications"]
    canaries.readers_by_canary |= {notification["id"]: {"owner"} for notification in notifications}


def send_ephemeral_events(canaries):
    """Send typing and presence events, which only the friend receives."""
    canaries.listeners["owner"][0].send_command(
        type="typing", to=canaries.people["friend"].id, on=True
    )
    for listener in canaries.listeners["friend"]:
        listener.wait_for_event("typing.started")
    for listener in canaries.listeners["owner"]:
        listener.close()
    offline = {"user_id": canaries.people["owner"].id, "online": False}
    for listener in canaries.listeners["friend"]:
        listener.wait_for_event("presence.changed", lambda data: data == offline)


def sign_in_with_canary(canaries):
    """Sign the owner in from a device with a canary as its name."""
    device = canaries.new_canary("owner")
    name = next(
        canary for canary, who in canaries.readers_by_canary.items() if who == {"owner"}
    ).partition("@")[0]
    body = {"username": name, "password": PASSWORD}
    response = httpx.post(
        f"{canaries.pair.url}/api/v1/signin", json=body, headers={"User-Agent": device}
    )
    assert response.is_success
    assert device in canaries.call("owner", "GET", "accounts/me/sessions").text


def read_paths(record_ids):
    """Return all paths by which a member may try to read the records."""
    posts = [pk for name, pk in record_ids.items() if not name.startswith(("comment", "message"))]
    paths = [
        "posts?limit=50",
        "posts/home?limit=50",
        "notifications",
        "accounts/me/sessions",
        "accounts/me",
    ]
    paths += [
        "chat/conversations",
        "chat/conversations/{owner}/messages",
        "chat/conversations/{friend}/messages",
    ]
    paths += ["users?limit=50", "users/online?id={owner}&id={hermit}", "users/search?q=owner_"]
    paths += ["users/me/bookmarks?limit=50"]
    paths += [f"comments/{pk}" for name, pk in record_ids.items() if name.startswith("comment")]
    for who in ("{owner}", "{hermit}", "{friend}"):
        paths += [f"users/{who}"]
        paths += [f"users/{who}/{of}" for of in ("posts", "pinned", "images", "reactions")]
        paths += [f"users/{who}/followers"]
    for pk in posts:
        paths += [f"posts/{pk}"]
        of_it = ("comments", "comments/names", "reactions", "reactions/mine", "versions")
        paths += [f"posts/{pk}/{of}" for of in of_it]
    return paths


def wait_for_last_event(canaries):
    """Wait until each open listener has the last event; ephemeral events may be later."""
    last = canaries.request("friend", "POST", "posts", {"text": "The last"})["post"]["id"]
    for who, listeners in canaries.listeners.items():
        if who not in {"ended", "owner"}:
            for listener in listeners:
                listener.wait_for_event("post.created", lambda data: data["id"] == last)
    time.sleep(0.5)


def check_open_connections(canaries, removed_at):
    """Check that open connections got no foreign canary, and no ephemeral event if excluded."""
    for who in ALL:
        assert canaries.find_leaks(who, sent_text(canaries.listeners[who])) == [], who
    for who in EXCLUDED:
        ephemeral = [
            frame.payload["type"]
            for listener in canaries.listeners[who]
            for frame in listener.frames
            if frame.received_at > removed_at and "id" not in frame.payload
        ]
        assert set(ephemeral) <= {"comment"}, who  # which keeps a stream open


def check_reads(canaries, record_ids, topics, cursor):
    """Check that excluded members find no canary by resuming, or on any route."""
    for who in EXCLUDED:
        if who == "ended":
            with pytest.raises(AssertionError, match="close code: 4401"):
                SocketListener(canaries.people[who], *topics, cursor=cursor)
            assert '"status":401' in canaries.get_text(who, f"events?topics=feed&cursor={cursor}")
        else:
            assert (
                canaries.find_leaks(who, sent_text(canaries.connect(who, topics, cursor))) == []
            ), who
        for path in read_paths(record_ids):
            assert canaries.find_leaks(who, canaries.get_text(who, path)) == [], (who, path)


def check_queues_logs_and_emails(canaries, stack, queued):
    """Check that no canary is in Celery messages or the log, or in an e-mail of others."""
    assert canaries.find_leaks("", queued) == []
    assert canaries.find_leaks("", stack.log.read_text(errors="replace")) == []
    addresses = {canary: who for canary, who in canaries.readers_by_canary.items() if "@" in canary}
    for to, text in sent_emails(stack):
        readers = {name for canary, who in addresses.items() if canary in to for name in who}
        for canary, who in canaries.readers_by_canary.items():
            assert canary not in text or who & readers, (to, text)


def check_permitted_readers(canaries, record_ids, topics, cursor):
    """Check that permitted readers get all canaries live, and replayed those that are left."""
    for who in ("friend", "hermit"):
        mine = {
            canary
            for canary, readers in canaries.readers_by_canary.items()
            if who in readers and "@" not in canary
        }
        live = sent_text(canaries.listeners[who])
        replayed = sent_text(canaries.connect(who, topics, cursor))
        read = "".join(canaries.get_text(who, path) for path in read_paths(record_ids))
        assert len(mine) > 4
        # An event shows its record as it is at the delivery, which may be after an edit.
        assert {canary for canary in mine if canary not in live} <= canaries.edited_away, who
        assert {canary for canary in mine if canary not in replayed} == mine & canaries.edited_away
        assert [canary for canary in mine if canary in read], who


def test_members_who_lost_their_access_receive_no_canary(canaries, two_web_stack):
    confirm_addresses(canaries, two_web_stack)
    post_ids, topics = set_up_relations(canaries)
    cursor = canaries.call("friend", "GET", "users/me").headers["X-Event-Cursor"]
    remove_access(canaries, post_ids)
    removed_at = time.monotonic()
    with paused_workers(two_web_stack):
        record_ids = write_canaries(canaries, post_ids)
        sign_in_with_canary(canaries)
        queued = celery_messages(two_web_stack)
    send_ephemeral_events(canaries)
    wait_for_last_event(canaries)

    check_open_connections(canaries, removed_at)
    check_reads(canaries, record_ids, topics, cursor)
    check_queues_logs_and_emails(canaries, two_web_stack, queued)
    check_permitted_readers(canaries, record_ids, topics, cursor)
