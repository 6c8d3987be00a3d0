"""Lists of posts: complete and in order, also during concurrent writes."""

import base64

import pytest

from mysocial.core.redis import client
from tests.support.concurrency import assert_no_changes, run_concurrently
from tests.support.people import anonymous


def ids(response):
    return [post["id"] for post in response.json()["posts"]]


def walk_pages(person, path, limit, after_each_page=lambda: None):
    """Return the ids of all pages; call `after_each_page` between two pages."""
    listed, cursor = [], None
    while True:
        query = f"?limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        response = person.get(path + query)
        assert response.status_code == 200
        listed += ids(response)
        cursor = response.json()["next"]
        if cursor is None:
            return listed
        after_each_page()


def create_posts(person, count):
    """Create posts, some in one millisecond; return their ids as they are listed."""
    for _ in range(0, count, 8):
        run_concurrently(*[person.create_post] * 8)
    return ids(person.get(f"users/{person.id}/posts?limit=100"))


@pytest.mark.parametrize("limit", [1, 7, 24, 100])
@pytest.mark.parametrize("path", ["posts", "users/{}/posts"])
def test_all_posts_are_listed_once_newest_first(alice, bob, limit, path):
    mine = create_posts(alice, 24)
    assert len(mine) == 24
    assert walk_pages(bob, path.format(alice.id), limit) == mine
    assert sorted(mine, reverse=True)[0] in mine[:8]


def test_no_post_is_repeated_or_skipped_during_concurrent_writes(alice, bob, stranger):
    mine = create_posts(alice, 32)
    to_delete = iter([mine[30], mine[0], mine[29], mine[1]])
    deleted = []

    def create_and_delete():
        bob.create_post()
        pk = next(to_delete, None)
        if pk:
            alice.delete(f"posts/{pk}")
            deleted.append(pk)

    listed = walk_pages(stranger, "posts", 5, create_and_delete)

    assert len(listed) == len(set(listed))
    # The posts 0 and 1 were listed before they were deleted.
    expected = [pk for pk in mine if pk not in {mine[29], mine[30]}]
    assert [pk for pk in listed if pk in mine] == expected
    assert len(deleted) == 4


def test_pages_are_the_same_when_only_mongodb_has_the_posts(alice, bob, flush_all):
    mine = create_posts(alice, 24)
    first = bob.get("posts?limit=10")
    flush_all()
    client().flushall()
    assert ids(bob.get("posts?limit=10")) == ids(first)
    rest = bob.get(f"posts?limit=100&cursor={first.json()['next']}")
    assert ids(first) + ids(rest) == mine
    assert rest.json()["total_posts"] == 24


def test_pages_by_number_have_exactly_ten_visible_posts(alice, bob, stranger):
    mine = []
    for number in range(25):
        mine.insert(0, alice.create_post(str(number))["id"])
        stranger.create_post()
        stranger.create_post(privacy="followers")
    stranger.put(f"users/{bob.id}/block")
    pages = [ids(bob.get(f"posts?page={number}")) for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    assert [pk for page in pages for pk in page] == mine


def test_pages_by_number_with_an_anchor_do_not_move(alice, bob, stranger, flush_all):
    """The anchor of the first page is where pages are counted from, unless a post is deleted."""
    mine = create_posts(alice, 32)[:25]
    first = bob.get("posts?page=1").json()
    anchor = first["anchor"]
    pages = [[post["id"] for post in first["posts"]]]
    for number in (2, 3):
        stranger.create_post("meanwhile")
        stranger.create_post("meanwhile, for followers", privacy="followers")
        response = bob.get(f"posts?page={number}&anchor={anchor}")
        assert response.json()["anchor"] == anchor
        pages.append(ids(response))
    listed = [pk for page in pages for pk in page]
    assert listed[:25] == mine
    assert len(listed) == len(set(listed)) == 30
    again = bob.get(f"posts?page=1&anchor={anchor}").json()
    assert again["posts"] == first["posts"]
    moved = bob.get("posts?page=1").json()
    assert moved["anchor"] != anchor
    assert [post["text"] for post in moved["posts"][:2]] == ["meanwhile", "meanwhile"]
    flush_all()
    client().flushall()
    assert ids(bob.get(f"posts?page=2&anchor={anchor}")) == pages[1]  # from MongoDB


def test_an_empty_feed_has_no_anchor(alice):
    assert alice.get("posts?page=1").json()["anchor"] is None
    assert "anchor" not in alice.get("posts").json()


def test_the_link_of_a_page_by_number_continues_by_cursor(alice, bob):
    mine = create_posts(alice, 24)
    page = bob.get("posts?page=1")
    alice.create_post("meanwhile")
    (path,) = [page["Link"].partition("/api/v1/")[2].partition(">")[0]]
    assert ids(bob.get(path)) == mine[10:]
    with_anchor = bob.get(f"posts?page=1&anchor={page.json()['anchor']}")
    assert with_anchor["Link"] == page["Link"]


def test_pages_are_full_in_spite_of_invisible_posts(alice, bob):
    mine = alice.create_post("Old")["id"]
    for _ in range(5):
        run_concurrently(*[lambda: alice.create_post(privacy="followers")] * 10)
    assert ids(bob.get("posts?limit=1")) == [mine]
    assert walk_pages(bob, "posts", 3) == [mine]


def test_the_next_page_is_linked(alice):
    create_posts(alice, 8)
    response = alice.get("posts?limit=3")
    link = response.headers["Link"]
    cursor = response.json()["next"]
    assert link.endswith(f'/api/v1/posts?limit=3&cursor={cursor}>; rel="next"')
    assert "Link" not in alice.get("posts")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.5", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("limit=٣", "limit"),
        ("limit=%00", "limit"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("page=2&limit=x", "limit"),
        ("page=2&cursor=x", "cursor"),
        ("page=2&anchor=x", "anchor"),
        ("anchor=x", "anchor"),
        ("page=101", "page"),
        ("cursor=x", "cursor"),
        ("cursor=%ff", "cursor"),
        ("cursor=é", "cursor"),
        ("cursor=" + base64.urlsafe_b64encode(b"1.x").decode(), "cursor"),
        ("cursor=" + base64.urlsafe_b64encode(b"x" * 5000).decode(), "cursor"),
    ],
)
def test_an_invalid_limit_page_or_cursor_is_reported(alice, query, field):
    paths = (
        ["posts"]
        if field in {"page", "anchor"}
        else ["posts", f"users/{alice.id}/posts", "accounts/me/sessions"]
    )
    for path in paths:
        with assert_no_changes():
            response = alice.get(f"{path}?{query}")
        assert response.status_code == 400, path
        assert [error["field"] for error in response.json()["errors"]] == [field]


def test_lists_require_authentication():
    assert anonymous.get("posts").status_code == 401
    assert anonymous.get(f"users/{'0' * 24}/posts").status_code == 401
