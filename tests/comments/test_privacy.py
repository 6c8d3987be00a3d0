"""Who sees and hears of which comment: whoever sees its post, but for those behind a block."""

import pytest

from mysocial.store import reads, write
from tests.support.concurrency import assert_no_changes
from tests.support.people import sign_up
from users.store import users

WATCHERS = (
    "author",
    "follower",
    "stranger",
    "blocked by the author",
    "commenter",
    "blocked by the commenter",
    "blocks the commenter",
)
SEEN_BY = {
    "public": {"author", "follower", "stranger", "commenter"},
    "followers": {"author", "follower", "commenter"},
    "private": {"author"},
}


@pytest.fixture
def cast(alice):
    """The author of a post, who comments on it, and people who stand to the two in each way."""
    people = {name: sign_up(f"person{number}") for number, name in enumerate(WATCHERS[1:])}
    followers = ("follower", "commenter", "blocked by the commenter", "blocks the commenter")
    for name in followers:
        people[name].put(f"users/{alice.id}/follow")
    alice.put(f"users/{people['blocked by the author'].id}/block")
    commenter = people["commenter"]
    commenter.put(f"users/{people['blocked by the commenter'].id}/block")
    people["blocks the commenter"].put(f"users/{commenter.id}/block")
    return {"author": alice, **people}


def sees(person, comment):
    """Tell whether somebody sees a comment by id; the other ways must agree."""
    by_id = person.get(f"comments/{comment['id']}")
    assert by_id.status_code in {200, 404}
    listed = person.get(f"posts/{comment['post_id']}/comments").json().get("comments", [])
    assert (comment["id"] in [one["id"] for one in listed]) == (by_id.status_code == 200)
    names = person.get(f"posts/{comment['post_id']}/comments/names").json().get("names", [])
    assert (comment["author"]["username"] in names) == (by_id.status_code == 200)
    return by_id.status_code == 200


def heard(person, comment):
    """Return the news of a comment that somebody would have been sent."""
    found = person.received_events(f"post:{comment['post_id']}")
    said = [(one["type"], one["data"].get("comment", one["data"])) for one in found]
    return [kind for kind, data in said if data.get("id") == comment["id"]]


def who(cast, test):
    return {name for name, person in cast.items() if test(person)}


def commented(cast, privacy, comments):
    """Return a comment under a post of this privacy, which was public when it was written."""
    post = cast["author"].create_post(privacy="public")
    comment = comments(cast["commenter"], post)
    if privacy != "public":
        cast["author"].patch(f"posts/{post['id']}", {"privacy": privacy})
    return comment


@pytest.mark.parametrize("privacy", SEEN_BY)
def test_a_comment_is_seen_and_heard_of_by_exactly_those_it_is_for(
    cast, privacy, comments, flush_all
):
    comment = commented(cast, privacy, comments)
    for _ in range(2):
        assert who(cast, lambda one: sees(one, comment)) == SEEN_BY[privacy]
        assert who(cast, lambda one: heard(one, comment)) == SEEN_BY[privacy]
        flush_all()


def test_edits_and_deletions_are_heard_by_exactly_those_who_see_the_post(cast, comments):
    comment = commented(cast, "followers", comments)
    cast["commenter"].patch(f"comments/{comment['id']}", {"text": "x"})
    cast["commenter"].delete(f"comments/{comment['id']}")
    story = ["comment.created", "comment.updated", "comment.deleted"]
    for name, person in cast.items():
        assert heard(person, comment) == (story if name in SEEN_BY["followers"] else []), name


def test_under_the_post_of_a_private_account_comments_are_for_followers(cast, comments):
    comment = commented(cast, "public", comments)
    with write() as w:
        w.update(reads.get_record(users, cast["author"].id), is_private=True)
    assert who(cast, lambda one: sees(one, comment)) == SEEN_BY["followers"]
    assert who(cast, lambda one: heard(one, comment)) == SEEN_BY["followers"]


@pytest.mark.parametrize(
    ("privacy", "allowed"),
    [
        ("public", set(WATCHERS) - {"blocked by the author"}),
        ("followers", set(WATCHERS) - {"blocked by the author", "stranger"}),
        ("private", {"author"}),
    ],
)
def test_exactly_those_who_see_a_post_comment_on_it(cast, privacy, allowed):
    post = cast["author"].create_post(privacy=privacy)
    path = f"posts/{post['id']}/comments"
    for name in set(WATCHERS) - allowed:
        with assert_no_changes():
            assert cast[name].post(path, {"text": "x"}).status_code == 404, name
            assert cast[name].get(path).status_code == 404, name
            assert cast[name].get(f"{path}/names").status_code == 404, name
    for name in allowed:
        assert cast[name].post(path, {"text": "x"}).status_code == 201, name
    count = cast["author"].get(f"posts/{post['id']}").json()["comments_count"]
    assert count == len(allowed)


def test_what_is_hidden_is_neither_edited_nor_deleted_nor_told_from_what_is_not_there(
    cast, comments
):
    comment = commented(cast, "private", comments)
    absent = f"comments/{'0' * 24}"
    with assert_no_changes():
        for name in set(WATCHERS) - {"author"}:
            for method, body in (("GET", None), ("PATCH", {"text": "x"}), ("DELETE", None)):
                hidden = cast[name].call(method, f"comments/{comment['id']}", body)
                nothing = cast[name].call(method, absent, body)
                assert hidden.status_code == nothing.status_code == 404, name
                assert hidden.content == nothing.content, name
                assert set(hidden.headers) == set(nothing.headers), name
        assert cast["author"].patch(f"comments/{comment['id']}", {"text": "x"}).status_code == 403


def test_a_block_hides_what_was_seen_before_and_its_end_shows_it_again(
    alice, bob, stranger, comments
):
    comment = comments(bob, alice.create_post())
    assert sees(stranger, comment)
    for blocker, blocked in ((stranger, bob), (bob, stranger)):
        blocker.put(f"users/{blocked.id}/block")
        assert not sees(stranger, comment)
        assert heard(stranger, comment) == []
        assert sees(alice, comment)
        blocker.delete(f"users/{blocked.id}/block")
        assert sees(stranger, comment)
        assert heard(stranger, comment) == ["comment.created"]
