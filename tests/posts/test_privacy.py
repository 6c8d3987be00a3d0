"""Who sees, finds and hears of which post."""

import pytest

from tests.support.concurrency import assert_no_changes
from tests.support.people import sign_up

WATCHERS = ("author", "follower", "stranger", "blocked by the author", "blocks the author")
SEEN_BY = {
    "public": {"author", "follower", "stranger"},
    "followers": {"author", "follower"},
    "private": {"author"},
}


@pytest.fixture
def cast(alice):
    """The author, and people who stand to them in each way."""
    people = {name: sign_up(f"person{number}") for number, name in enumerate(WATCHERS[1:])}
    people["follower"].put(f"users/{alice.id}/follow")
    alice.put(f"users/{people['blocked by the author'].id}/block")
    people["blocks the author"].put(f"users/{alice.id}/block")
    return {"author": alice, **people}


def sees(person, post):
    """Tell whether somebody sees a post by id; the other ways must agree."""
    by_id = person.get(f"posts/{post['id']}")
    assert by_id.status_code in {200, 404}
    author = post["author"]["id"]
    listed = person.get(f"users/{author}/posts")
    ids = [one["id"] for one in listed.json().get("posts", [])]
    assert (post["id"] in ids) == (by_id.status_code == 200)
    feed = [one["id"] for one in person.get("posts").json()["posts"]]
    if post["privacy"] != "private":
        assert (post["id"] in feed) == (by_id.status_code == 200)
    else:
        assert post["id"] not in feed
    return by_id.status_code == 200


def heard(person, post, *types):
    """Return the news of a post that somebody would have been sent, on every topic."""
    topics = ("feed", f"user:{post['author']['id']}", f"post:{post['id']}")
    found = [
        event["type"]
        for event in person.received_events(*topics)
        if event["data"].get("id") == post["id"]
    ]
    return [one for one in found if one in types]


def who(cast, test):
    return {name for name, person in cast.items() if test(person)}


@pytest.mark.parametrize("privacy", SEEN_BY)
def test_a_post_is_seen_and_heard_of_by_exactly_those_it_is_for(cast, privacy, flush_all):
    post = cast["author"].create_post(privacy=privacy)
    assert who(cast, lambda one: sees(one, post)) == SEEN_BY[privacy]
    assert who(cast, lambda one: heard(one, post, "post.created")) == SEEN_BY[privacy]
    flush_all()
    assert who(cast, lambda one: sees(one, post)) == SEEN_BY[privacy]


def test_a_blocked_member_finds_nobody_whose_posts_could_be_listed(cast):
    author = cast["author"]
    for name in ("blocked by the author", "blocks the author"):
        assert cast[name].get(f"users/{author.id}/posts").status_code == 404
    assert author.get(f"users/{'0' * 24}/posts").status_code == 404


@pytest.mark.parametrize(
    ("before", "after"),
    [(one, other) for one in SEEN_BY for other in SEEN_BY if one != other],
)
def test_when_the_privacy_changes_whoever_loses_the_post_is_told_it_is_gone(cast, before, after):
    post = cast["author"].create_post(privacy=before)
    answer = cast["author"].patch(f"posts/{post['id']}", {"privacy": after})
    assert answer.status_code == 200
    post = answer.json()["post"]
    assert who(cast, lambda one: sees(one, post)) == SEEN_BY[after]
    lost = SEEN_BY[before] - SEEN_BY[after]
    assert who(cast, lambda one: heard(one, post, "post.deleted")) == lost
    assert who(cast, lambda one: heard(one, post, "post.updated")) == SEEN_BY[after]


def test_the_author_hears_on_the_feed_of_a_post_that_leaves_it(alice):
    post = alice.create_post()
    alice.patch(f"posts/{post['id']}", {"privacy": "private"})
    assert [one["type"] for one in alice.received_events("feed")] == [
        "post.created",
        "post.updated",
    ]
    assert alice.get("posts").json()["posts"] == []
    assert [one["id"] for one in alice.get(f"users/{alice.id}/posts").json()["posts"]] == [
        post["id"]
    ]


@pytest.mark.parametrize("privacy", SEEN_BY)
def test_only_those_who_saw_a_post_hear_that_it_was_deleted(cast, privacy):
    post = cast["author"].create_post(privacy=privacy)
    cast["author"].delete(f"posts/{post['id']}")
    assert who(cast, lambda one: heard(one, post, "post.deleted")) == SEEN_BY[privacy]
    assert who(cast, lambda one: heard(one, post, "post.created")) == set()


def test_the_posts_of_a_private_account_are_for_followers_at_most(cast):
    author = cast["author"]
    before = author.create_post(privacy="public")
    assert author.patch("users/me/settings", {"is_private": True}).status_code == 200
    post = author.create_post(privacy="public")
    allowed = SEEN_BY["followers"]
    for one_post in (before, post):
        assert who(cast, lambda one, post=one_post: sees(one, post)) == allowed
        assert who(cast, lambda one, post=one_post: heard(one, post, "post.created")) == allowed
    author.delete(f"posts/{post['id']}")
    assert who(cast, lambda one: heard(one, post, "post.deleted")) == allowed


def test_a_block_hides_what_was_seen_and_heard_before(alice, bob):
    post = alice.create_post()
    assert sees(bob, post)
    alice.put(f"users/{bob.id}/block")
    assert not sees(bob, post)
    assert heard(bob, post, "post.created") == []
    alice.patch(f"posts/{post['id']}", {"text": "x"})
    assert heard(bob, post, "post.updated") == []


def test_an_unfollow_hides_what_was_for_followers(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post(privacy="followers")
    assert sees(bob, post)
    bob.delete(f"users/{alice.id}/follow")
    assert not sees(bob, post)


def test_a_post_that_is_not_visible_is_like_one_that_is_not_there(alice, bob):
    post = alice.create_post(privacy="private")
    with assert_no_changes():
        hidden = bob.get(f"posts/{post['id']}")
        absent = bob.get(f"posts/{'0' * 24}")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    assert set(hidden.headers) == set(absent.headers)
