"""Comments on a post that becomes invisible while they are being written."""

import pytest

from tests.support.people import logged_events

LOSSES = {
    "deleted": lambda alice, post, bob: alice.delete(f"posts/{post['id']}"),
    "private": lambda alice, post, bob: alice.patch(f"posts/{post['id']}", {"privacy": "private"}),
    "blocked": lambda alice, post, bob: alice.put(f"users/{bob.id}/block"),
    "blocks": lambda alice, post, bob: bob.put(f"users/{alice.id}/block"),
    "account private": lambda alice, post, bob: alice.patch(
        "users/me/settings", {"is_private": True}
    ),
    "follower removed": lambda alice, post, bob: alice.delete(f"users/me/followers/{bob.id}"),
}


def create_post(alice, bob, loss):
    """Create a post that bob can see until the loss."""
    bob.put(f"users/{alice.id}/follow")
    privacy = "followers" if loss == "follower removed" else "public"
    if loss == "account private":
        bob.delete(f"users/{alice.id}/follow")
    return alice.create_post(privacy=privacy)


def comment_events():
    return [event["type"] for event in logged_events() if event["type"].startswith("comment.")]


@pytest.mark.parametrize("loss", LOSSES)
def test_no_comment_is_written_after_the_post_became_invisible(alice, bob, before_writes, loss):
    post = create_post(alice, bob, loss)
    before_writes(lambda: LOSSES[loss](alice, post, bob))
    response = bob.post(f"posts/{post['id']}/comments", {"text": "Too late"})
    assert response.status_code == 404
    assert comment_events() == []
    if loss != "deleted":
        assert alice.get(f"posts/{post['id']}/comments").json()["comments"] == []
        assert alice.get(f"posts/{post['id']}").json()["comments_count"] == 0


@pytest.mark.parametrize("loss", LOSSES)
def test_no_comment_is_edited_after_the_post_became_invisible(alice, bob, before_writes, loss):
    post = create_post(alice, bob, loss)
    comment = bob.post(f"posts/{post['id']}/comments", {"text": "In time"}).json()["comment"]
    before_writes(lambda: LOSSES[loss](alice, post, bob))
    response = bob.patch(f"comments/{comment['id']}", {"text": "Too late"})
    assert response.status_code == 404
    assert "comment.updated" not in comment_events()


def test_an_edit_of_the_post_does_not_prevent_a_comment(alice, bob, before_writes):
    post = alice.create_post()
    before_writes(lambda: alice.patch(f"posts/{post['id']}", {"text": "Edited"}))
    response = bob.post(f"posts/{post['id']}/comments", {"text": "Still here"})
    assert response.status_code == 201
    assert alice.get(f"posts/{post['id']}").json()["comments_count"] == 1
