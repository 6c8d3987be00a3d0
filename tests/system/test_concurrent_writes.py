"""Everybody does everything at once; then every count is what is there."""

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

from mysocial.core.redis import client
from mysocial.ops.consistency import verify
from mysocial.outbox import run_due_cascades
from tests.support.concurrency import live_records, run_concurrently
from tests.support.people import Person, sign_up

MEMBERS, ROUNDS = 8, 6
FINE = {200, 201}
Call = Callable[[], Any]


def crowd() -> list[Person]:
    return [sign_up(f"member{number}") for number in range(MEMBERS)]


def storm(*lives: list[Call]) -> set[int]:
    """Let each live their calls in order, all at once; return which codes were answered."""

    def lived(calls: list[Call]) -> set[int]:
        return {call().status_code for call in calls}

    return set().union(*run_concurrently(*[lambda calls=calls: lived(calls) for calls in lives]))


def settle(*people: Person) -> None:
    """Do what workers do; then nothing may differ anywhere."""
    while run_due_cascades():
        pass
    assert verify(pause=0) == set()
    for one in people:
        told = walk(one, "notifications", "notifications")
        unread = one.get("notifications").json()["unread_count"]
        assert unread == sum(not notice["read"] for notice in told)


def walk(person: Person, path: str, name: str) -> list[Any]:
    """Return the whole of a list, page by page; nothing stands in it twice."""
    found: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = person.get(f"{path}?limit=7{cursor and '&cursor=' + cursor}").json()
        found += page[name]
        cursor = page["next"]
    ids = [one.get("id") or one["user"]["id"] for one in found]
    assert len(ids) == len(set(ids))
    return found


def others(people: list[Person], person: Person) -> Iterator[Person]:
    """Return everybody else, round and round, beginning with the next."""
    at = people.index(person)
    return cycle([*people[at + 1 :], *people[:at]])


def everything(one: Person, people: list[Person], posts: list[Any]) -> list[Call]:
    """Return what a member does to one after the other; of every second one they undo it."""
    calls: list[Call] = []
    whom = others(people, one)
    for number in range(ROUNDS):
        other = next(whom)
        post = posts[people.index(other)]["id"]
        text = f"{one.username} {number}"
        calls += [
            lambda p=post, t=text: one.post(f"posts/{p}/comments", {"text": t}),
            lambda p=post: one.put(f"posts/{p}/reaction", {"type": "like"}),
            lambda o=other: one.put(f"users/{o.id}/follow"),
            lambda o=other, t=text: one.post("chat/message", {"receiver_id": o.id, "text": t}),
            lambda p=post: one.put(f"posts/{p}/reaction", {"type": "wow"}),
            lambda: one.post("notifications/read-all"),
            lambda o=other: one.put("chat/messages/read", {"user_id": o.id}),
        ]
        if number % 2:
            calls += [
                lambda p=post: one.delete(f"posts/{p}/reaction"),
                lambda o=other: one.delete(f"users/{o.id}/follow"),
            ]
    return calls


def test_a_storm_across_all_domains_leaves_every_count_exact():
    people = crowd()
    posts = [one.create_post(f"By {one.username}") for one in people]

    assert storm(*[everything(one, people, posts) for one in people]) == FINE

    # Each was visited by the ROUNDS before them; by every other one of these for good.
    for one, post in zip(people, posts, strict=True):
        now = one.get(f"posts/{post['id']}").json()
        kept = ROUNDS // 2
        assert now["comments_count"] == ROUNDS
        assert len(walk(one, f"posts/{post['id']}/comments", "comments")) == ROUNDS
        assert (now["reactions"]["wow"], now["reactions"]["like"]) == (kept, 0)
        shown = one.get(f"users/{one.id}").json()
        assert (shown["followers_count"], shown["following_count"]) == (kept, kept)
        for name in ("followers", "following"):
            assert len(walk(one, f"users/{one.id}/{name}", "users")) == kept
    assert len(live_records("chat.message")) == MEMBERS * ROUNDS
    for one in people:
        talks = walk(one, "chat/conversations", "conversations")
        assert one.get("chat/unread").json() == {
            "unread": sum(talk["unread"] for talk in talks),
            "conversations": sum(talk["unread"] > 0 for talk in talks),
        }
    settle(*people)


def test_what_many_do_and_undo_to_one_ends_at_nothing():
    star, *fans = crowd()
    post = star.create_post("Hello, all")
    path = f"posts/{post['id']}"

    def life(one: Person) -> list[Call]:
        return [
            lambda: one.put(f"users/{star.id}/follow"),
            lambda: one.put(f"{path}/reaction", {"type": "love"}),
            lambda: one.delete(f"{path}/reaction"),
            lambda: one.delete(f"users/{star.id}/follow"),
        ] * ROUNDS

    reads = [
        lambda: star.post("notifications/read-all"),
        lambda: star.get("notifications"),
        lambda: star.get(path),
    ] * (2 * ROUNDS)
    assert storm(*map(life, fans), reads) == {200}

    now = star.get(path).json()
    assert set(now["reactions"].values()) == {0}
    assert star.get(f"users/{star.id}").json()["followers_count"] == 0
    assert star.get("notifications").json() == {
        "notifications": [],
        "next": None,
        "unread_count": 0,
    }
    settle(star, *fans)


def test_a_post_that_is_deleted_in_the_midst_takes_all_along():
    author, *crew = crowd()
    author.put(f"users/{crew[0].id}/follow")
    posts = [author.create_post(f"Number {number}")["id"] for number in range(3)]

    def life(one: Person) -> list[Call]:
        return [
            call
            for post in posts
            for call in (
                lambda p=post: one.post(f"posts/{p}/comments", {"text": "Oh"}),
                lambda p=post: one.put(f"posts/{p}/reaction", {"type": "sad"}),
            )
        ] * 2

    ends = [lambda p=post: author.delete(f"posts/{p}") for post in posts]
    assert storm(*map(life, crew), ends) <= {*FINE, 404}
    assert {author.get(f"posts/{post}").status_code for post in posts} == {404}
    settle(author, *crew)
    assert (
        live_records("posts.post")
        == live_records("comments.comment")
        == live_records("reactions.reaction")
        == {}
    )
    assert author.get("notifications").json()["unread_count"] == 0


def test_records_that_redis_lets_go_in_the_midst_change_no_count(flush_all):
    people = crowd()
    posts = [one.create_post()["id"] for one in people]

    def life(one: Person) -> list[Call]:
        return [
            call
            for post in posts
            for call in (
                lambda p=post: one.put(f"posts/{p}/reaction", {"type": "happy"}),
                lambda p=post: one.post(f"posts/{p}/comments", {"text": "Oh"}),
            )
        ]

    def evict() -> Any:
        """Carry to MongoDB what is owed, and drop what may be dropped, as a full Redis does."""
        flush_all()
        for key in client().scan_iter("posts.post:*"):
            client().expire(key, 0, xx=True)  # only what has a TTL
        return people[0].get("currentuser")

    assert storm(*map(life, people), [evict] * 5) == FINE
    for post in posts:
        now = people[0].get(f"posts/{post}").json()
        assert (now["reactions"]["happy"], now["comments_count"]) == (MEMBERS, MEMBERS)
    settle(*people)
