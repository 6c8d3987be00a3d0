"""The comments of a post, and who wrote them: in order, none twice, none missed."""

import pytest

from mysocial.core.redis import client
from tests.support.concurrency import assert_no_changes, run_concurrently
from tests.support.people import sign_up


def ids(answer):
    return [comment["id"] for comment in answer.json()["comments"]]


def walk(person, path, query="", between=lambda: None):
    """Return the ids of all pages, with `between` done between any two."""
    seen, cursor = [], None
    while True:
        answer = person.get(f"{path}?{query}" + (f"&cursor={cursor}" if cursor else ""))
        assert answer.status_code == 200
        seen += ids(answer)
        cursor = answer.json()["next"]
        if cursor is None:
            return seen
        between()


@pytest.fixture
def path(alice):
    """Where the comments of a post of Alice's are."""
    return f"posts/{alice.create_post()['id']}/comments"


def written(person, path, number):
    """Write comments, some in one millisecond; return their ids, newest first."""
    for _ in range(0, number, 8):
        run_concurrently(*[lambda: person.post(path, {"text": "x"})] * 8)
    return ids(person.get(f"{path}?limit=100"))


@pytest.mark.parametrize("limit", [1, 7, 24])
def test_all_comments_are_listed_once_newest_or_oldest_first(bob, path, limit):
    mine = written(bob, path, 24)
    assert len(set(mine)) == 24
    times = [one["created_at"] for one in bob.get(f"{path}?limit=100").json()["comments"]]
    assert times == sorted(times, reverse=True)
    assert walk(bob, path, f"limit={limit}") == mine
    assert walk(bob, path, f"limit={limit}&order=newest") == mine
    assert walk(bob, path, f"limit={limit}&order=oldest") == mine[::-1]
    assert bob.get(f"{path}?limit=24").json()["next"] is None


def test_no_comment_is_repeated_or_skipped_while_others_write_and_delete(
    alice, bob, stranger, path
):
    mine = written(bob, path, 24)
    for order, known in (("newest", mine[4:-1]), ("oldest", mine[3:-4])):
        victims = iter([mine[0], mine[-1]] if order == "newest" else [mine[-2], mine[-3]])

        def meanwhile(victims=victims):
            alice.post(path, {"text": "new"})
            victim = next(victims, None)
            if victim:
                bob.delete(f"comments/{victim}")

        seen = walk(stranger, path, f"limit=9&order={order}", meanwhile)
        assert len(seen) == len(set(seen))
        assert [pk for pk in seen if pk in known] == known[:: 1 if order == "newest" else -1]


def test_pages_are_the_same_when_only_mongodb_has_the_comments(bob, stranger, path, flush_all):
    mine = written(bob, path, 24)
    flush_all()
    client().flushall()
    assert walk(stranger, path, "limit=10") == mine
    assert walk(stranger, path, "limit=10&order=oldest") == mine[::-1]


def test_the_next_page_is_linked_with_its_order(bob, path):
    written(bob, path, 8)
    answer = bob.get(f"{path}?limit=3&order=oldest")
    cursor = answer.json()["next"]
    assert answer.headers["Link"].endswith(f'?limit=3&order=oldest&cursor={cursor}>; rel="next"')


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("cursor=x", "cursor"),
        ("order=", "order"),
        ("order=best", "order"),
    ],
)
def test_a_limit_cursor_or_order_that_is_none_is_refused_by_name(alice, path, query, field):
    with assert_no_changes():
        answer = alice.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_comments_of_blocked_people_leave_no_holes_in_pages(alice, bob, stranger, path):
    first = bob.post(path, {"text": "Old"}).json()["comment"]["id"]
    written(stranger, path, 24)
    last = alice.post(path, {"text": "New"}).json()["comment"]["id"]
    bob.put(f"users/{stranger.id}/block")
    for limit in (1, 2, 100):
        assert walk(bob, path, f"limit={limit}") == [last, first]
        assert walk(bob, path, f"limit={limit}&order=oldest") == [first, last]


# Who wrote them ----------------------------------------------------------------------------------


def test_the_names_of_commenters_are_told_once_newest_first(alice, bob, stranger, path, flush_all):
    names = f"{path}/names"
    assert bob.get(names).json() == {"count": 0, "names": []}
    for person in (bob, alice, bob, stranger, alice):
        person.post(path, {"text": "x"})
    expected = {"count": 5, "names": ["alice", "stranger", "bob"]}
    assert bob.get(names).json() == expected
    flush_all()
    client().flushall()
    assert bob.get(names).json() == expected
    assert bob.get(f"{names}?limit=2").json() == {"count": 5, "names": ["alice", "stranger"]}


def test_a_name_goes_with_the_last_comment_and_behind_a_block(alice, bob, stranger, path):
    mine = [bob.post(path, {"text": "x"}).json()["comment"]["id"] for _ in range(2)]
    stranger.post(path, {"text": "x"})
    names = f"{path}/names"
    bob.delete(f"comments/{mine[1]}")
    assert alice.get(names).json() == {"count": 2, "names": ["stranger", "bob"]}
    bob.delete(f"comments/{mine[0]}")
    assert alice.get(names).json() == {"count": 1, "names": ["stranger"]}
    bob.put(f"users/{stranger.id}/block")
    assert bob.get(names).json() == {"count": 1, "names": []}


def test_a_name_is_found_behind_many_comments_of_another(alice, bob, path):
    bob.post(path, {"text": "first"})
    for _ in range(7):
        written(alice, path, 16)
    assert alice.get(f"{path}/names").json() == {"count": 113, "names": ["alice", "bob"]}


@pytest.mark.parametrize("limit", ["0", "101", "x"])
def test_a_limit_of_names_that_is_none_is_refused(alice, path, limit):
    assert alice.get(f"{path}/names?limit={limit}").status_code == 400


def test_each_of_many_commenters_is_named(path):
    people = [sign_up(f"fan{number}") for number in range(6)]
    run_concurrently(*[lambda p=p: p.post(path, {"text": "x"}) for p in people])
    found = people[0].get(f"{path}/names").json()
    assert found["count"] == 6
    assert sorted(found["names"]) == [person.username for person in people]
