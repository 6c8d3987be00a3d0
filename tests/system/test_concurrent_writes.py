"""Concurrent writes across all domains; afterwards every counter is exact."""

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

from mysocial.core.redis import client
from mysocial.ops.consistency import verify
from mysocial.outbox import run_due_cascades
from tests.support.concurrency import live_records, run_concurrently
from tests.support.people import Person, sign_up

MEMBERS, ROUNDS = 8, 6
SUCCESS = {200, 201}
Call = Callable[[], Any]


def sign_up_members() -> list[Person]:
    return [sign_up(f"member{number}") for number in range(MEMBERS)]


def run_concurrent_calls(*sequences: list[Call]) -> set[int]:
    """Run the sequences concurrently, each in its order; return the status codes."""

    def run_sequence(calls: list[Call]) -> set[int]:
        return {call().status_code for call in calls}

    return set().union(
        *run_concurrently(*[lambda calls=calls: run_sequence(calls) for calls in sequences])
    )


def check_consistency(*people: Person) -> None:
    """Run due cascades, then compare Redis, MongoDB, counters and unread counts."""
    while run_due_cascades():
        pass
    assert verify(pause=0) == set()
    for person in people:
        listed = list_all(person, "notifications", "notifications")
        unread = person.get("notifications").json()["unread_count"]
        assert unread == sum(not notification["read"] for notification in listed)


def list_all(person: Person, path: str, name: str) -> list[Any]:
    """Return all pages of a list, and check that it has no duplicates."""
    records: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = person.get(f"{path}?limit=7{cursor and '&cursor=' + cursor}").json()
        records += page[name]
        cursor = page["next"]
    ids = [record.get("id") or record["user"]["id"] for record in records]
    assert len(ids) == len(set(ids))
    return records


def others(people: list[Person], person: Person) -> Iterator[Person]:
    """Cycle through the other people, beginning with the next."""
    index = people.index(person)
    return cycle([*people[index + 1 :], *people[:index]])


def all_actions(person: Person, people: list[Person], posts: list[Any]) -> list[Call]:
    """Return the actions of a member on the others; half of which are undone later."""
    calls: list[Call] = []
    targets = others(people, person)
    for number in range(ROUNDS):
        other = next(targets)
        post = posts[people.index(other)]["id"]
        text = f"{person.username} {number}"
        calls += [
            lambda p=post, t=text: person.post(f"posts/{p}/comments", {"text": t}),
            lambda p=post: person.put(f"posts/{p}/reaction", {"type": "like"}),
            lambda o=other: person.put(f"users/{o.id}/follow"),
            lambda o=other, t=text: person.post("chat/messages", {"receiver_id": o.id, "text": t}),
            lambda p=post: person.put(f"posts/{p}/reaction", {"type": "wow"}),
            lambda: person.post("notifications/read-all"),
            lambda o=other: person.put(f"chat/conversations/{o.id}/read", {}),
        ]
        if number % 2:
            calls += [
                lambda p=post: person.delete(f"posts/{p}/reaction"),
                lambda o=other: person.delete(f"users/{o.id}/follow"),
            ]
    return calls


def test_concurrent_writes_across_all_domains_leave_exact_counts():
    people = sign_up_members()
    posts = [person.create_post(f"By {person.username}") for person in people]

    assert (
        run_concurrent_calls(*[all_actions(person, people, posts) for person in people]) == SUCCESS
    )

    # Each post got actions from ROUNDS members, and half of them were undone.
    for person, post in zip(people, posts, strict=True):
        now = person.get(f"posts/{post['id']}").json()
        kept = ROUNDS // 2
        assert now["comments_count"] == ROUNDS
        assert len(list_all(person, f"posts/{post['id']}/comments", "comments")) == ROUNDS
        assert (now["reactions"]["wow"], now["reactions"]["like"]) == (kept, 0)
        shown = person.get(f"users/{person.id}").json()
        assert (shown["followers_count"], shown["following_count"]) == (kept, kept)
        for name in ("followers", "following"):
            assert len(list_all(person, f"users/{person.id}/{name}", "users")) == kept
    assert len(live_records("chat.message")) == MEMBERS * ROUNDS
    for person in people:
        talks = list_all(person, "chat/conversations", "conversations")
        assert person.get("chat/unread").json() == {
            "unread": sum(talk["unread"] for talk in talks),
            "conversations": sum(talk["unread"] > 0 for talk in talks),
        }
    check_consistency(*people)


def test_concurrent_actions_that_are_undone_leave_zero_counts():
    star, *fans = sign_up_members()
    post = star.create_post("Hello, all")
    path = f"posts/{post['id']}"

    def actions_of(person: Person) -> list[Call]:
        return [
            lambda: person.put(f"users/{star.id}/follow"),
            lambda: person.put(f"{path}/reaction", {"type": "love"}),
            lambda: person.delete(f"{path}/reaction"),
            lambda: person.delete(f"users/{star.id}/follow"),
        ] * ROUNDS

    reads = [
        lambda: star.post("notifications/read-all"),
        lambda: star.get("notifications"),
        lambda: star.get(path),
    ] * (2 * ROUNDS)
    assert run_concurrent_calls(*map(actions_of, fans), reads) == {200}

    now = star.get(path).json()
    assert set(now["reactions"].values()) == {0}
    assert star.get(f"users/{star.id}").json()["followers_count"] == 0
    assert star.get("notifications").json() == {
        "notifications": [],
        "next": None,
        "unread_count": 0,
    }
    check_consistency(star, *fans)


def test_a_concurrently_deleted_post_deletes_all_dependents():
    author, *fans = sign_up_members()
    author.put(f"users/{fans[0].id}/follow")
    posts = [author.create_post(f"Number {number}")["id"] for number in range(3)]

    def actions_of(person: Person) -> list[Call]:
        return [
            call
            for post in posts
            for call in (
                lambda p=post: person.post(f"posts/{p}/comments", {"text": "Oh"}),
                lambda p=post: person.put(f"posts/{p}/reaction", {"type": "sad"}),
            )
        ] * 2

    ends = [lambda p=post: author.delete(f"posts/{p}") for post in posts]
    assert run_concurrent_calls(*map(actions_of, fans), ends) <= {*SUCCESS, 404}
    assert {author.get(f"posts/{post}").status_code for post in posts} == {404}
    check_consistency(author, *fans)
    assert (
        live_records("posts.post")
        == live_records("comments.comment")
        == live_records("reactions.reaction")
        == {}
    )
    assert author.get("notifications").json()["unread_count"] == 0


def test_concurrent_evictions_change_no_count(flush_all):
    people = sign_up_members()
    posts = [person.create_post()["id"] for person in people]

    def actions_of(person: Person) -> list[Call]:
        return [
            call
            for post in posts
            for call in (
                lambda p=post: person.put(f"posts/{p}/reaction", {"type": "happy"}),
                lambda p=post: person.post(f"posts/{p}/comments", {"text": "Oh"}),
            )
        ]

    def evict() -> Any:
        """Flush to MongoDB and evict all keys with a TTL, as a full Redis does."""
        flush_all()
        for key in client().scan_iter("posts.post:*"):
            client().expire(key, 0, xx=True)  # only if it has a TTL
        return people[0].get("accounts/me")

    assert run_concurrent_calls(*map(actions_of, people), [evict] * 5) == SUCCESS
    for post in posts:
        now = people[0].get(f"posts/{post}").json()
        assert (now["reactions"]["happy"], now["comments_count"]) == (MEMBERS, MEMBERS)
    check_consistency(*people)
