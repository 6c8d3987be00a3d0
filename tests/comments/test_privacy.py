"""Audience of comments: the viewers of the post, except blocked members."""

import pytest

from tests.support.concurrency import assert_no_changes
from tests.support.people import sign_up

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
def members(alice):
    """The author of a post, a commenter, and members with each relation to the two."""
    people = {name: sign_up(f"person{number}") for number, name in enumerate(WATCHERS[1:])}
    followers = ("follower", "commenter", "blocked by the commenter", "blocks the commenter")
    for name in followers:
        people[name].put(f"users/{alice.id}/follow")
    alice.put(f"users/{people['blocked by the author'].id}/block")
    commenter = people["commenter"]
    commenter.put(f"users/{people['blocked by the commenter'].id}/block")
    people["blocks the commenter"].put(f"users/{commenter.id}/block")
    return {"author": alice, **people}


def can_see(person, comment):
    """Return whether a member sees a comment by its id; the lists must agree."""
    by_id = person.get(f"comments/{comment['id']}")
    assert by_id.status_code in {200, 404}
    listed = person.get(f"posts/{comment['post_id']}/comments").json().get("comments", [])
    assert (comment["id"] in [record["id"] for record in listed]) == (by_id.status_code == 200)
    names = person.get(f"posts/{comment['post_id']}/comments/names").json().get("names", [])
    assert (comment["author"]["username"] in names) == (by_id.status_code == 200)
    return by_id.status_code == 200


def received_types(person, comment):
    """Return the types of a comment's events that a member would have received."""
    events = person.received_events(f"post:{comment['post_id']}")
    typed = [(event["type"], event["data"].get("comment", event["data"])) for event in events]
    return [type_ for type_, data in typed if data.get("id") == comment["id"]]


def names_of(members, test):
    return {name for name, person in members.items() if test(person)}


def comment_on_post(members, privacy, comments):
    """Return a comment on a post of this privacy, which was public when it was created."""
    post = members["author"].create_post(privacy="public")
    comment = comments(members["commenter"], post)
    if privacy != "public":
        members["author"].patch(f"posts/{post['id']}", {"privacy": privacy})
    return comment


@pytest.mark.parametrize("privacy", SEEN_BY)
def test_exactly_the_audience_of_a_comment_sees_it_and_receives_its_events(
    members, privacy, comments, flush_all
):
    comment = comment_on_post(members, privacy, comments)
    for _ in range(2):
        assert names_of(members, lambda member: can_see(member, comment)) == SEEN_BY[privacy]
        assert names_of(members, lambda member: received_types(member, comment)) == SEEN_BY[privacy]
        flush_all()


def test_edits_and_deletions_are_sent_to_exactly_the_viewers_of_the_post(members, comments):
    comment = comment_on_post(members, "followers", comments)
    members["commenter"].patch(f"comments/{comment['id']}", {"text": "x"})
    members["commenter"].delete(f"comments/{comment['id']}")
    story = ["comment.created", "comment.updated", "comment.deleted"]
    for name, person in members.items():
        assert received_types(person, comment) == (story if name in SEEN_BY["followers"] else []), (
            name
        )


def test_comments_on_posts_of_a_private_account_are_visible_to_followers_only(members, comments):
    comment = comment_on_post(members, "public", comments)
    members["author"].patch("users/me/settings", {"is_private": True})
    assert names_of(members, lambda member: can_see(member, comment)) == SEEN_BY["followers"]
    assert names_of(members, lambda member: received_types(member, comment)) == SEEN_BY["followers"]


@pytest.mark.parametrize(
    ("privacy", "allowed"),
    [
        ("public", set(WATCHERS) - {"blocked by the author"}),
        ("followers", set(WATCHERS) - {"blocked by the author", "stranger"}),
        ("private", {"author"}),
    ],
)
def test_exactly_the_viewers_of_a_post_may_comment_on_it(members, privacy, allowed):
    post = members["author"].create_post(privacy=privacy)
    path = f"posts/{post['id']}/comments"
    for name in set(WATCHERS) - allowed:
        with assert_no_changes():
            assert members[name].post(path, {"text": "x"}).status_code == 404, name
            assert members[name].get(path).status_code == 404, name
            assert members[name].get(f"{path}/names").status_code == 404, name
    for name in allowed:
        assert members[name].post(path, {"text": "x"}).status_code == 201, name
    count = members["author"].get(f"posts/{post['id']}").json()["comments_count"]
    assert count == len(allowed)


def test_an_invisible_comment_is_indistinguishable_from_a_missing_one(members, comments):
    comment = comment_on_post(members, "private", comments)
    absent = f"comments/{'0' * 24}"
    with assert_no_changes():
        for name in set(WATCHERS) - {"author", "commenter"}:
            for method, body in (("GET", None), ("PATCH", {"text": "x"}), ("DELETE", None)):
                hidden = members[name].call(method, f"comments/{comment['id']}", body)
                nothing = members[name].call(method, absent, body)
                assert hidden.status_code == nothing.status_code == 404, name
                assert hidden.content == nothing.content, name
                assert set(hidden.headers) == set(nothing.headers), name
        assert (
            members["author"].patch(f"comments/{comment['id']}", {"text": "x"}).status_code == 403
        )


@pytest.mark.parametrize("hides", ["block", "private", "unfollow"])
def test_commenters_can_delete_comments_on_posts_that_they_no_longer_see(
    alice, bob, comments, hides
):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post(privacy="followers")
    comment = comments(bob, post)
    other = comments(alice, post)
    if hides == "block":
        alice.put(f"users/{bob.id}/block")
    elif hides == "private":
        alice.patch(f"posts/{post['id']}", {"privacy": "private"})
    else:
        bob.delete(f"users/{alice.id}/follow")
    with assert_no_changes():
        assert bob.get(f"comments/{comment['id']}").status_code == 404
        assert bob.patch(f"comments/{comment['id']}", {"text": "x"}).status_code == 404
        assert bob.delete(f"comments/{other['id']}").status_code == 404
    response = bob.delete(f"comments/{comment['id']}")
    assert response.json() == {"message": "Comment deleted"}
    assert alice.get(f"posts/{post['id']}").json()["comments_count"] == 1


def test_a_block_hides_comments_and_an_unblock_shows_them_again(alice, bob, stranger, comments):
    comment = comments(bob, alice.create_post())
    assert can_see(stranger, comment)
    for blocker, blocked in ((stranger, bob), (bob, stranger)):
        blocker.put(f"users/{blocked.id}/block")
        assert not can_see(stranger, comment)
        assert received_types(stranger, comment) == []
        assert can_see(alice, comment)
        blocker.delete(f"users/{blocked.id}/block")
        assert can_see(stranger, comment)
        assert received_types(stranger, comment) == ["comment.created"]
