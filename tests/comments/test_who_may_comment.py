"""The choice of an author about comments on a post."""

import pytest

from tests.support.concurrency import assert_no_changes
from tests.support.people import logged_events

REFUSALS = {
    "followers": "Only followers of the author can comment on this post.",
    "mentioned": "Only members that the post mentions can comment on it.",
    "nobody": "Only the author can comment on this post.",
}


@pytest.fixture
def follower(bob, alice):
    bob.put(f"users/{alice.id}/follow")
    return bob


def create_post(alice, policy, text="Hello @stranger"):
    response = alice.post("posts", {"text": text, "who_may_comment": policy})
    assert response.status_code == 201, response.content
    return response.json()["post"]


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        ("everyone", {"alice", "bob", "stranger"}),
        ("followers", {"alice", "bob"}),
        ("mentioned", {"alice", "stranger"}),
        ("nobody", {"alice"}),
    ],
)
def test_the_author_chooses_who_may_comment(
    alice, follower, stranger, comments, *, policy, allowed
):
    post = create_post(alice, policy)
    assert post["who_may_comment"] == policy
    top = comments(alice, post)
    for person in (alice, follower, stranger):
        is_allowed = person.username in allowed
        for path in (f"posts/{post['id']}", f"users/{alice.id}/posts?limit=1"):
            shown = person.get(path).json()
            shown = shown["posts"][0] if "posts" in shown else shown
            assert shown["viewer"]["can_comment"] is is_allowed
        for body in ({"text": "x"}, {"text": "x", "parent_id": top["id"]}):
            if is_allowed:
                assert person.post(f"posts/{post['id']}/comments", body).status_code == 201
                continue
            with assert_no_changes():
                response = person.post(f"posts/{post['id']}/comments", body)
                assert response.status_code == 403
                assert response.json()["detail"] == REFUSALS[policy]


def test_the_default_is_everyone(alice, bob):
    post = alice.create_post()
    assert post["who_may_comment"] == "everyone"
    with assert_no_changes():
        for value in ("friends", "", None):
            response = alice.patch(f"posts/{post['id']}", {"who_may_comment": value})
            assert response.status_code == 400
        assert bob.patch(f"posts/{post['id']}", {"who_may_comment": "nobody"}).status_code == 403


def test_comments_from_before_a_change_remain_and_can_be_edited(alice, bob, comments):
    post = alice.create_post()
    comment = comments(bob, post)
    changed = alice.patch(f"posts/{post['id']}", {"who_may_comment": "nobody"}).json()["post"]
    assert (changed["who_may_comment"], changed["edited_at"]) == ("nobody", None)
    assert bob.received_events(f"post:{post['id']}")[-1]["data"]["who_may_comment"] == "nobody"
    assert bob.patch(f"comments/{comment['id']}", {"text": "Better"}).status_code == 200
    assert bob.delete(f"comments/{comment['id']}").status_code == 200
    assert bob.post(f"posts/{post['id']}/comments", {"text": "More"}).status_code == 403


CHANGES = {
    "followers": lambda alice, post, bob: bob.delete(f"users/{alice.id}/follow"),
    "mentioned": lambda alice, post, bob: alice.patch(f"posts/{post['id']}", {"text": "Hello"}),
    "everyone": lambda alice, post, bob: alice.patch(
        f"posts/{post['id']}", {"who_may_comment": "nobody"}
    ),
}


@pytest.mark.parametrize("policy", CHANGES)
def test_no_comment_is_written_after_a_member_lost_the_permission(
    alice, follower, before_writes, policy
):
    post = create_post(alice, policy, "Hello @bob")
    before_writes(lambda: CHANGES[policy](alice, post, follower))
    response = follower.post(f"posts/{post['id']}/comments", {"text": "Too late"})
    assert response.status_code == 403
    assert "comment.created" not in {event["type"] for event in logged_events()}


def test_an_edit_that_keeps_the_mention_does_not_prevent_a_comment(alice, bob, before_writes):
    post = create_post(alice, "mentioned", "Hello @bob")
    before_writes(lambda: alice.patch(f"posts/{post['id']}", {"text": "Hello, @bob"}))
    assert bob.post(f"posts/{post['id']}/comments", {"text": "In time"}).status_code == 201
