"""Lists of the comments of a post and of commenters: in order, complete, without duplicates."""

import pytest

from mysocial.core.redis import client
from tests.support.concurrency import assert_no_changes, run_concurrently
from tests.support.people import sign_up


def ids(response):
    return [comment["id"] for comment in response.json()["comments"]]


def walk_pages(person, path, query="", after_each_page=lambda: None):
    """Return the ids of all pages; call `after_each_page` between two pages."""
    listed, cursor = [], None
    while True:
        response = person.get(f"{path}?{query}" + (f"&cursor={cursor}" if cursor else ""))
        assert response.status_code == 200
        listed += ids(response)
        cursor = response.json()["next"]
        if cursor is None:
            return listed
        after_each_page()


@pytest.fixture
def path(alice):
    """The path of the comments on a post of Alice."""
    return f"posts/{alice.create_post()['id']}/comments"


def create_comments(person, path, number):
    """Create comments, some in one millisecond; return their ids, newest first."""
    for _ in range(0, number, 8):
        run_concurrently(*[lambda: person.post(path, {"text": "x"})] * 8)
    return ids(person.get(f"{path}?limit=100"))


@pytest.mark.parametrize("limit", [1, 7, 24])
def test_all_comments_are_listed_once_newest_or_oldest_first(bob, path, limit):
    mine = create_comments(bob, path, 24)
    assert len(set(mine)) == 24
    times = [comment["created_at"] for comment in bob.get(f"{path}?limit=100").json()["comments"]]
    assert times == sorted(times, reverse=True)
    assert walk_pages(bob, path, f"limit={limit}") == mine
    assert walk_pages(bob, path, f"limit={limit}&order=newest") == mine
    assert walk_pages(bob, path, f"limit={limit}&order=oldest") == mine[::-1]
    assert bob.get(f"{path}?limit=24").json()["next"] is None


def test_no_comment_is_repeated_or_skipped_during_concurrent_writes(alice, bob, stranger, path):
    mine = create_comments(bob, path, 24)
    for order, known in (("newest", mine[4:-1]), ("oldest", mine[3:-4])):
        to_delete = iter([mine[0], mine[-1]] if order == "newest" else [mine[-2], mine[-3]])

        def create_and_delete(to_delete=to_delete):
            alice.post(path, {"text": "new"})
            pk = next(to_delete, None)
            if pk:
                bob.delete(f"comments/{pk}")

        listed = walk_pages(stranger, path, f"limit=9&order={order}", create_and_delete)
        assert len(listed) == len(set(listed))
        assert [pk for pk in listed if pk in known] == known[:: 1 if order == "newest" else -1]


def test_pages_are_the_same_when_only_mongodb_has_the_comments(bob, stranger, path, flush_all):
    mine = create_comments(bob, path, 24)
    flush_all()
    client().flushall()
    assert walk_pages(stranger, path, "limit=10") == mine
    assert walk_pages(stranger, path, "limit=10&order=oldest") == mine[::-1]


def test_the_next_page_is_linked_with_its_order(bob, path):
    create_comments(bob, path, 8)
    response = bob.get(f"{path}?limit=3&order=oldest")
    cursor = response.json()["next"]
    assert response.headers["Link"].endswith(f'?limit=3&order=oldest&cursor={cursor}>; rel="next"')


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
def test_an_invalid_limit_cursor_or_order_is_reported(alice, path, query, field):
    with assert_no_changes():
        response = alice.get(f"{path}?{query}")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_pages_are_full_in_spite_of_comments_of_blocked_members(alice, bob, stranger, path):
    first = bob.post(path, {"text": "Old"}).json()["comment"]["id"]
    create_comments(stranger, path, 24)
    last = alice.post(path, {"text": "New"}).json()["comment"]["id"]
    bob.put(f"users/{stranger.id}/block")
    for limit in (1, 2, 100):
        assert walk_pages(bob, path, f"limit={limit}") == [last, first]
        assert walk_pages(bob, path, f"limit={limit}&order=oldest") == [first, last]


# Commenters ---------------------------------------------------------------------------------------


def test_commenters_are_listed_once_latest_first(alice, bob, stranger, path, flush_all):
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


def test_a_commenter_is_hidden_after_the_last_comment_or_a_block(alice, bob, stranger, path):
    mine = [bob.post(path, {"text": "x"}).json()["comment"]["id"] for _ in range(2)]
    stranger.post(path, {"text": "x"})
    names = f"{path}/names"
    bob.delete(f"comments/{mine[1]}")
    assert alice.get(names).json() == {"count": 2, "names": ["stranger", "bob"]}
    bob.delete(f"comments/{mine[0]}")
    assert alice.get(names).json() == {"count": 1, "names": ["stranger"]}
    bob.put(f"users/{stranger.id}/block")
    assert bob.get(names).json() == {"count": 1, "names": []}


def test_a_commenter_is_found_behind_many_comments_of_another(alice, bob, path):
    bob.post(path, {"text": "first"})
    for _ in range(7):
        create_comments(alice, path, 16)
    assert alice.get(f"{path}/names").json() == {"count": 113, "names": ["alice", "bob"]}


@pytest.mark.parametrize("limit", ["0", "101", "x"])
def test_an_invalid_limit_of_commenters_is_rejected(alice, path, limit):
    assert alice.get(f"{path}/names?limit={limit}").status_code == 400


def test_each_of_many_commenters_is_listed(path):
    people = [sign_up(f"fan{number}") for number in range(6)]
    run_concurrently(*[lambda p=p: p.post(path, {"text": "x"}) for p in people])
    response = people[0].get(f"{path}/names").json()
    assert response["count"] == 6
    assert sorted(response["names"]) == [person.username for person in people]
