"""The audience of posts: in reads, in lists and in events."""

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
def members(alice):
    """The author, and members with each relation to the author."""
    people = {name: sign_up(f"person{number}") for number, name in enumerate(WATCHERS[1:])}
    people["follower"].put(f"users/{alice.id}/follow")
    alice.put(f"users/{people['blocked by the author'].id}/block")
    people["blocks the author"].put(f"users/{alice.id}/block")
    return {"author": alice, **people}


def can_see(person, post):
    """Return whether a member sees a post by its id; the lists must agree."""
    by_id = person.get(f"posts/{post['id']}")
    assert by_id.status_code in {200, 404}
    author = post["author"]["id"]
    listed = person.get(f"users/{author}/posts")
    ids = [record["id"] for record in listed.json().get("posts", [])]
    assert (post["id"] in ids) == (by_id.status_code == 200)
    feed = [record["id"] for record in person.get("posts").json()["posts"]]
    if post["privacy"] != "private":
        assert (post["id"] in feed) == (by_id.status_code == 200)
    else:
        assert post["id"] not in feed
    return by_id.status_code == 200


def received_types(person, post, *types):
    """Return the types of a post's events that a member would have received, on any topic."""
    topics = ("feed", f"user:{post['author']['id']}", f"post:{post['id']}")
    received = [
        event["type"]
        for event in person.received_events(*topics)
        if event["data"].get("id") == post["id"]
    ]
    return [type_ for type_ in received if type_ in types]


def names_of(members, test):
    return {name for name, person in members.items() if test(person)}


@pytest.mark.parametrize("privacy", SEEN_BY)
def test_exactly_the_audience_of_a_post_sees_it_and_receives_its_events(
    members, privacy, flush_all
):
    post = members["author"].create_post(privacy=privacy)
    assert names_of(members, lambda member: can_see(member, post)) == SEEN_BY[privacy]
    assert (
        names_of(members, lambda member: received_types(member, post, "post.created"))
        == SEEN_BY[privacy]
    )
    flush_all()
    assert names_of(members, lambda member: can_see(member, post)) == SEEN_BY[privacy]


def test_a_blocked_member_cannot_list_the_posts_of_the_author(members):
    author = members["author"]
    for name in ("blocked by the author", "blocks the author"):
        assert members[name].get(f"users/{author.id}/posts").status_code == 404
    assert author.get(f"users/{'0' * 24}/posts").status_code == 404


@pytest.mark.parametrize(
    ("before", "after"),
    [(before, after) for before in SEEN_BY for after in SEEN_BY if before != after],
)
def test_a_change_of_privacy_sends_post_deleted_to_those_who_lose_the_post(members, before, after):
    post = members["author"].create_post(privacy=before)
    response = members["author"].patch(f"posts/{post['id']}", {"privacy": after})
    assert response.status_code == 200
    post = response.json()["post"]
    assert names_of(members, lambda member: can_see(member, post)) == SEEN_BY[after]
    lost = SEEN_BY[before] - SEEN_BY[after]
    assert names_of(members, lambda member: received_types(member, post, "post.deleted")) == lost
    assert (
        names_of(members, lambda member: received_types(member, post, "post.updated"))
        == SEEN_BY[after]
    )


def test_the_author_receives_an_event_of_a_post_that_leaves_the_feed(alice):
    post = alice.create_post()
    alice.patch(f"posts/{post['id']}", {"privacy": "private"})
    assert [event["type"] for event in alice.received_events("feed")] == [
        "post.created",
        "post.updated",
    ]
    assert alice.get("posts").json()["posts"] == []
    assert [record["id"] for record in alice.get(f"users/{alice.id}/posts").json()["posts"]] == [
        post["id"]
    ]


@pytest.mark.parametrize("privacy", SEEN_BY)
def test_only_previous_viewers_receive_post_deleted(members, privacy):
    post = members["author"].create_post(privacy=privacy)
    members["author"].delete(f"posts/{post['id']}")
    assert (
        names_of(members, lambda member: received_types(member, post, "post.deleted"))
        == SEEN_BY[privacy]
    )
    assert names_of(members, lambda member: received_types(member, post, "post.created")) == set()


def test_posts_of_a_private_account_are_visible_to_followers_only(members):
    author = members["author"]
    before = author.create_post(privacy="public")
    assert author.patch("users/me/settings", {"is_private": True}).status_code == 200
    post = author.create_post(privacy="public")
    allowed = SEEN_BY["followers"]
    for one_post in (before, post):
        assert names_of(members, lambda member, post=one_post: can_see(member, post)) == allowed
        assert (
            names_of(
                members, lambda member, post=one_post: received_types(member, post, "post.created")
            )
            == allowed
        )
    author.delete(f"posts/{post['id']}")
    assert names_of(members, lambda member: received_types(member, post, "post.deleted")) == allowed


def test_a_block_hides_posts_and_their_events(alice, bob):
    post = alice.create_post()
    assert can_see(bob, post)
    alice.put(f"users/{bob.id}/block")
    assert not can_see(bob, post)
    assert received_types(bob, post, "post.created") == []
    alice.patch(f"posts/{post['id']}", {"text": "x"})
    assert received_types(bob, post, "post.updated") == []


def test_an_unfollow_hides_posts_for_followers(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post(privacy="followers")
    assert can_see(bob, post)
    bob.delete(f"users/{alice.id}/follow")
    assert not can_see(bob, post)


def test_an_invisible_post_is_indistinguishable_from_a_missing_one(alice, bob):
    post = alice.create_post(privacy="private")
    with assert_no_changes():
        hidden = bob.get(f"posts/{post['id']}")
        absent = bob.get(f"posts/{'0' * 24}")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    assert set(hidden.headers) == set(absent.headers)
