"""The counts of posts: each viewer is shown the number of posts that they may see."""

import pytest

from images.services import process_due_media
from mysocial.ops.consistency import verify
from mysocial.outbox import run_due_cascades
from posts.services import restore_post, withhold_post
from tests.images.pictures import make_image, send_form
from tests.support.concurrency import count_statuses, run_concurrently
from tests.support.people import sign_up
from tests.support.servers import PASSWORD

PRIVACIES = ("public", "followers", "private")


@pytest.fixture
def follower(alice):
    """Return a member who follows alice."""
    member = sign_up("follower")
    assert member.put(f"users/{alice.id}/follow").status_code == 200
    return member


def set_private(member, is_private):
    """Make an account private, or public."""
    response = member.patch("users/me/settings", {"is_private": is_private})
    assert response.status_code == 200


def posts_count(viewer, member):
    """Return the number of a member's posts that a viewer is shown, the same on each route."""
    profile = viewer.get(f"users/{member.id}").json()
    listed = {user["id"]: user for user in viewer.get("users").json()["users"]}
    matches = viewer.get(f"users/search?q={profile['username']}").json()["users"]
    counts = {profile["posts_count"], listed[member.id]["posts_count"]}
    counts |= {user["posts_count"] for user in matches if user["id"] == member.id}
    (count,) = counts
    return count


def total_posts(viewer):
    """Return the total of the global feed."""
    return viewer.get("posts").json()["total_posts"]


def visible_posts(viewer, member):
    """Return the number of a member's posts in the list that a viewer is shown."""
    return len(viewer.get(f"users/{member.id}/posts?limit=100").json()["posts"])


def test_the_count_is_the_number_of_posts_that_the_viewer_may_see(alice, bob, follower):
    for privacy in PRIVACIES:
        alice.create_post(privacy=privacy)
    shown = {viewer.id: posts_count(viewer, alice) for viewer in (alice, bob, follower)}
    assert shown == {alice.id: 3, follower.id: 2, bob.id: 1}
    for viewer in (alice, bob, follower):
        assert visible_posts(viewer, alice) == shown[viewer.id]
        assert total_posts(viewer) == 1


@pytest.mark.parametrize("privacy", ["followers", "private"])
def test_nothing_shown_to_a_stranger_changes_with_a_hidden_post(alice, bob, privacy):
    alice.create_post()

    def shown():
        return bob.get(f"users/{alice.id}").content, bob.get("posts").content

    before = shown()
    post = alice.create_post(privacy=privacy)
    assert shown() == before
    assert alice.patch(f"posts/{post['id']}", {"text": "Edited"}).status_code == 200
    assert alice.patch("users/me", {"quote": "New"}).status_code == 200
    assert bob.get("posts").content == before[1]
    alice.patch("users/me", {"quote": ""})
    assert alice.delete(f"posts/{post['id']}").status_code == 200
    assert shown() == before


def test_the_event_of_a_profile_does_not_count_posts(alice, bob, follower):
    alice.create_post(privacy="private")
    alice.patch("users/me", {"quote": "New"})
    for viewer in (bob, follower):
        events = viewer.received_events(f"user:{alice.id}")
        (profile,) = [event["data"] for event in events if event["type"] == "user.updated"]
        assert profile["quote"] == "New"
        assert "posts_count" not in profile


def test_a_private_account_shows_its_count_to_followers_only(alice, bob, follower):
    for privacy in PRIVACIES:
        alice.create_post(privacy=privacy)
    bob.create_post()
    set_private(alice, True)
    assert [posts_count(viewer, alice) for viewer in (alice, follower, bob)] == [3, 2, 0]
    assert total_posts(bob) == 1
    alice.create_post()
    assert posts_count(bob, alice) == 0
    assert total_posts(bob) == 1
    set_private(alice, False)
    assert posts_count(bob, alice) == 2
    assert total_posts(bob) == 3


def test_a_change_of_privacy_moves_a_post_between_the_counts(alice, bob, follower):
    post = alice.create_post()
    for privacy, counts in [
        ("followers", [1, 1, 0]),
        ("private", [1, 0, 0]),
        ("public", [1, 1, 1]),
        ("private", [1, 0, 0]),
        ("followers", [1, 1, 0]),
        ("public", [1, 1, 1]),
    ]:
        assert alice.patch(f"posts/{post['id']}", {"privacy": privacy}).status_code == 200
        assert [posts_count(viewer, alice) for viewer in (alice, follower, bob)] == counts
        assert total_posts(bob) == counts[2]


def test_a_withheld_post_is_counted_for_no_viewer(alice, bob):
    post = alice.create_post()
    withhold_post(post_id=post["id"])
    assert (posts_count(alice, alice), posts_count(bob, alice), total_posts(bob)) == (0, 0, 0)
    restore_post(post_id=post["id"])
    assert (posts_count(alice, alice), posts_count(bob, alice), total_posts(bob)) == (1, 1, 1)


@pytest.mark.parametrize("is_private", [False, True])
def test_erasure_takes_the_posts_of_an_account_out_of_the_total(alice, bob, flush_all, is_private):
    alice.create_post()
    alice.create_post(privacy="followers")
    bob.create_post()
    set_private(alice, is_private)
    erasure = alice.call("DELETE", "accounts/me", {"password": PASSWORD})
    assert erasure.status_code == 200
    assert total_posts(bob) == 1
    while run_due_cascades():
        pass
    assert total_posts(bob) == 1
    flush_all()
    assert verify(pause=0) == set()


def test_posts_while_an_account_changes_its_privacy_keep_the_total_right(alice, bob, flush_all):
    def act(number):
        if number % 4 == 3:
            return lambda: alice.patch("users/me/settings", {"is_private": number % 8 == 3})
        return lambda: alice.post("posts", {"text": str(number)})

    assert count_statuses(run_concurrently(*map(act, range(48)))) == {200: 12, 201: 36}
    is_private = alice.get("users/me/settings").json()["is_private"]
    assert total_posts(bob) == (0 if is_private else 36)
    set_private(alice, not is_private)
    assert total_posts(bob) == (36 if is_private else 0)
    assert alice.get("users/me").json()["posts_count"] == 36
    flush_all()
    assert verify(pause=0) == set()


@pytest.mark.parametrize("path", ["posts", "images"])
def test_the_end_of_a_list_does_not_show_that_hidden_posts_follow(alice, bob, path):
    for privacy in ("private", "followers", "private", "public"):
        send_form(alice, "POST", "posts", text="x", privacy=privacy, image=make_image())
    process_due_media()
    page = bob.get(f"users/{alice.id}/{path}?limit=1").json()
    assert (len(page[path]), page["next"]) == (1, None)
    assert alice.get(f"users/{alice.id}/{path}?limit=1").json()["next"]
