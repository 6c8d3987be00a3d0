"""A random word in each private thing: who may not see it is never sent it, whatever they had open.

On a real stack of two processes: the words are searched in the raw frames of sockets and streams
that were open before, of such as resume from an older cursor, in every answer to them, in the log,
the mails and what is handed to Celery. That the same words reach who may see them is asked too.
"""

import time
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from tests.chaos.multi_process import Pair
from tests.privacy_canaries.canaries import ALL, LOSERS, Cast, handed_to_celery, mails, raw, stopped
from tests.support.event_listeners import SocketListener
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.timeout(300)
RETRACTED_WITHIN = 5.0  # one second is what we want; machines are noisy


@pytest.fixture
def cast(two_web_stack):
    with Pair(two_web_stack) as pair, ExitStack() as ends:
        yield Cast(pair, ends)


def meet(cast):
    """Let them follow and write, and open all that can be opened; return what there is."""
    for fan in ("friend", "blocked", "ex", "ended"):
        cast.does(fan, "PUT", "users/{owner}/follow", {})
        cast.does("owner", "PUT", f"users/{cast.people[fan].id}/follow", {})
    cast.does("friend", "PUT", "users/{hermit}/follow", {})
    things = {}
    for name, who, privacy in (
        ("public", "owner", "public"),
        ("followers", "owner", "followers"),
        ("private", "owner", "private"),
        ("hermits", "hermit", "public"),
    ):
        body = {"text": "Nothing secret", "privacy": privacy}
        things[name] = cast.does(who, "POST", "posts", body)["post"]["id"]
    posts = [f"post:{pk}" for pk in things.values()]
    users = [f"user:{cast.people[name].id}" for name in ("owner", "hermit")]
    topics = ("feed", "home", "presence", *posts, *users)
    for who in ALL:
        cast.ears[who] = cast.opens(who, topics)
    return things, topics


@contextmanager
def retracted(name, ears, kind, judge=bool):
    """Do what takes something from somebody: each of their ears is told soon after the answer."""
    yield
    answered = time.monotonic()
    took = [ear.wait_for_event(kind, judge).received_at - answered for ear in ears]
    print(f"{name}: {max(took):.3f} s after the answer")
    assert max(took) < RETRACTED_WITHIN


def part(cast, things):
    """Take from each of the losers what they had."""
    owner, hermit = cast.people["owner"].id, cast.people["hermit"].id
    all_of = {"user_id": owner, "what": "all"}
    with retracted("blocked", cast.ears["blocked"], "user.hidden", lambda one: one == all_of):
        cast.does("owner", "PUT", "users/{blocked}/block", {})
    with retracted("removed as a follower", cast.ears["ex"], "follow.deleted"):
        cast.does("owner", "DELETE", "users/me/followers/{ex}")
    with retracted("session ended", cast.ears["ended"], "session.ended"):
        cast.does("ended", "POST", "signout")
    assert [ear.wait_closed() for ear in cast.ears["ended"]] == [4401, 4401, 0]
    gone = {"id": things["public"]}
    lost = [ear for who in ("narrowed", "stranger", "shut_out", "ex") for ear in cast.ears[who]]
    with retracted("narrowed to followers", lost, "post.deleted", lambda one: one == gone):
        cast.does("owner", "PATCH", f"posts/{things['public']}", {"privacy": "followers"})
    posts_of = {"user_id": hermit, "what": "posts"}
    lost = [ear for who in ("shut_out", "stranger", "blocked") for ear in cast.ears[who]]
    with retracted("gone private", lost, "user.hidden", lambda one: one == posts_of):
        cast.does("hermit", "PATCH", "users/me/settings", {"is_private": True})


def write(cast, things):
    """Put a word in all that may be written from now on; return what there is now."""
    there = dict(things)
    friends = ("owner", "friend")
    for name, who, commenter, seen_by in (
        ("public", "owner", "friend", friends),  # it was: now it is for followers
        ("followers", "owner", "friend", friends),
        ("private", "owner", "owner", ("owner",)),
        ("hermits", "hermit", "friend", ("hermit", "friend")),
    ):
        post = f"posts/{things[name]}"
        cast.does(who, "PATCH", post, {"text": cast.word(*seen_by)})
        privacy = {"private": "private", "hermits": "public"}.get(name, "followers")
        body = {"text": cast.word(*seen_by), "privacy": privacy}
        there[f"new {name}"] = cast.does(who, "POST", "posts", body)["post"]["id"]
        body = {"text": cast.word(*seen_by)}
        comment = cast.does(commenter, "POST", f"{post}/comments", body)["comment"]["id"]
        cast.does(commenter, "PATCH", f"comments/{comment}", {"text": cast.word(*seen_by)})
        cast.does(commenter, "PUT", f"{post}/reaction", {"type": "love"})
        there[f"comment {name}"] = comment
    # Of a ban on posts only, the profile is no part: the block alone hides it.
    cast.does("owner", "PATCH", "users/me", {"quote": cast.word(*set(ALL) - {"blocked", "ended"})})
    body = {"receiver_id": cast.people["friend"].id, "text": cast.word(*friends)}
    there["message"] = cast.does("owner", "POST", "chat/message", body)["chat_message"]["id"]
    cast.does("owner", "PATCH", f"chat/messages/{there['message']}", {"text": cast.word(*friends)})
    told = cast.does("owner", "GET", "notifications")["notifications"]
    cast.words |= {one["id"]: {"owner"} for one in told}
    return there


def pass_by(cast):
    """Type to the friend, and come online: both are told to the friend alone."""
    cast.ears["owner"][0].send_command(type="typing", to=cast.people["friend"].id, on=True)
    for ear in cast.ears["friend"]:
        ear.wait_for_event("typing.started")
    for ear in cast.ears["owner"]:
        ear.close()
    gone = {"user_id": cast.people["owner"].id, "online": False}
    for ear in cast.ears["friend"]:
        ear.wait_for_event("presence.changed", lambda one: one == gone)


def sign_in_elsewhere(cast):
    """Sign the owner in from a device whose name is a word."""
    device = cast.word("owner")
    name = next(word for word, who in cast.words.items() if who == {"owner"}).partition("@")[0]
    body = {"username": name, "password": PASSWORD}
    answer = httpx.post(f"{cast.pair.url}/api/signin", json=body, headers={"User-Agent": device})
    assert answer.is_success
    assert device in cast.call("owner", "GET", "sessions").text


def reads(there):
    """Return every path by which a member may try to read what there is."""
    posts = [pk for name, pk in there.items() if not name.startswith(("comment", "message"))]
    paths = ["posts?limit=50", "posts/home?limit=50", "notifications", "sessions", "currentuser"]
    paths += ["chat/conversations", "chat/messages/{owner}", "chat/messages/{friend}"]
    paths += ["users?limit=50", "users/online?id={owner}&id={hermit}", "users/search?q=owner_"]
    paths += [f"comments/{pk}" for name, pk in there.items() if name.startswith("comment")]
    for who in ("{owner}", "{hermit}", "{friend}"):
        paths += [f"users/{who}"]
        paths += [f"users/{who}/{of}" for of in ("posts", "images", "reactions", "followers")]
    for pk in posts:
        paths += [f"posts/{pk}"]
        of_it = ("comments", "comments/names", "reactions", "reactions/mine", "versions")
        paths += [f"posts/{pk}/{of}" for of in of_it]
    return paths


def all_has_come(cast):
    """Wait until each open ear has heard what came last; what passes is not in its order."""
    last = cast.does("friend", "POST", "posts", {"text": "The last"})["post"]["id"]
    for who, ears in cast.ears.items():
        if who not in {"ended", "owner"}:
            for ear in ears:
                ear.wait_for_event("post.created", lambda one: one["id"] == last)
    time.sleep(0.5)


def nothing_was_heard(cast, parted):
    """Nobody's open ears were sent a word that is not for them; the losers, nothing that passes."""
    for who in ALL:
        assert cast.told(who, raw(cast.ears[who])) == [], who
    for who in LOSERS:
        passed = [
            frame.payload["type"]
            for ear in cast.ears[who]
            for frame in ear.frames
            if frame.received_at > parted and "id" not in frame.payload
        ]
        assert set(passed) <= {"comment"}, who  # which keeps a stream open


def nothing_is_found(cast, there, topics, cursor):
    """None of the losers finds a word by coming back, or by any route."""
    for who in LOSERS:
        if who == "ended":
            with pytest.raises(AssertionError, match="close code: 4401"):
                SocketListener(cast.people[who], *topics, cursor=cursor)
            assert '"status":401' in cast.reads(who, f"events?topics=feed&cursor={cursor}")
        else:
            assert cast.told(who, raw(cast.opens(who, topics, cursor))) == [], who
        for path in reads(there):
            assert cast.told(who, cast.reads(who, path)) == [], (who, path)


def nothing_lies_about(cast, stack, queued):
    """No word is in Celery's messages or the log, and in a mail only if it is its reader's."""
    assert cast.told("", queued) == []
    assert cast.told("", stack.log.read_text(errors="replace")) == []
    addresses = {word: who for word, who in cast.words.items() if "@" in word}
    for to, text in mails(stack):
        readers = {name for word, who in addresses.items() if word in to for name in who}
        for word, who in cast.words.items():
            assert word not in text or who & readers, (to, text)


def they_are_there_to_be_found(cast, there, topics, cursor):
    """Whoever may see the words has heard them all, hears them again, and reads of them."""
    for who in ("friend", "hermit"):
        mine = {word for word, seen_by in cast.words.items() if who in seen_by and "@" not in word}
        heard, again = raw(cast.ears[who]), raw(cast.opens(who, topics, cursor))
        read = "".join(cast.reads(who, path) for path in reads(there))
        assert len(mine) > 4
        assert [word for word in mine if word not in heard or word not in again] == [], who
        assert [word for word in mine if word in read], who


def test_data_written_after_a_separation_reaches_nobody_who_may_not_see_it(cast, two_web_stack):
    things, topics = meet(cast)
    cursor = cast.call("friend", "GET", "users/me").headers["X-Event-Cursor"]
    part(cast, things)
    parted = time.monotonic()
    with stopped(two_web_stack):
        there = write(cast, things)
        sign_in_elsewhere(cast)
        queued = handed_to_celery(two_web_stack)
    pass_by(cast)
    all_has_come(cast)

    nothing_was_heard(cast, parted)
    nothing_is_found(cast, there, topics, cursor)
    nothing_lies_about(cast, two_web_stack, queued)
    they_are_there_to_be_found(cast, there, topics, cursor)
