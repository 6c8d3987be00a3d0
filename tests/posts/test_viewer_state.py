"""The state of the viewer in posts, comments and profiles."""

import pytest

from mysocial.core.redis import client
from tests.support.concurrency import count_script_calls, mongod_paused
from tests.support.people import logged_events, new_client, sign_up
from tests.support.shared_objects import shared

NOTHING = {
    "reaction": None, "bookmarked": False, "follows_author": False, "muted": False,
    "can_edit": False, "can_comment": True, "poll": None,
}  # fmt: skip
OWN = {**NOTHING, "can_edit": True}
NO_RELATION = dict.fromkeys(("following", "followed_by", "blocking", "muting", "requested"), False)


def posts_of_everywhere(person, post, author):
    """Return a post as each route shows it to a person."""
    paths = [
        "posts", "posts?page=1", "posts?media=images", "posts/home", "posts/home?media=images",
        f"users/{author.id}/posts", f"users/{author.id}/posts?media=images",
    ]  # fmt: skip
    shown = [
        item
        for path in paths
        for item in person.get(path).json()["posts"]
        if item["id"] == post["id"]
    ]
    single = person.get(f"posts/{post['id']}")
    return [*shown, *([single.json()] if single.status_code == 200 else [])]


def viewer_of(person, post, author):
    """Return the viewer state of a post for a person; all routes must agree."""
    states = [shown["viewer"] for shown in posts_of_everywhere(person, post, author)]
    assert all(state == states[0] for state in states)
    assert len(states) >= 3
    return states[0]


@pytest.fixture
def post(alice):
    return alice.create_post("", gif_url="https://media.giphy.com/media/abc/giphy.gif")


def test_every_route_returns_the_viewer_state_of_a_post(alice, bob, stranger, post):
    assert viewer_of(alice, post, alice) == OWN
    assert viewer_of(bob, post, alice) == NOTHING
    bob.put(f"users/{alice.id}/follow")
    assert viewer_of(bob, post, alice) == {**NOTHING, "follows_author": True}
    for kind in ("love", "wow"):
        bob.put(f"posts/{post['id']}/reaction", {"type": kind})
        expected = {**NOTHING, "follows_author": True, "reaction": kind}
        assert viewer_of(bob, post, alice) == expected
    bob.put(f"posts/{post['id']}/bookmark")
    expected["bookmarked"] = True
    assert viewer_of(bob, post, alice) == expected
    bob.put(f"users/{alice.id}/mute")
    assert viewer_of(bob, post, alice) == {**expected, "muted": True}
    bob.delete(f"posts/{post['id']}/bookmark")
    bob.delete(f"posts/{post['id']}/reaction")
    bob.delete(f"users/{alice.id}/follow")
    assert viewer_of(bob, post, alice) == {**NOTHING, "muted": True}
    alice.put(f"posts/{post['id']}/reaction", {"type": "sad"})
    assert viewer_of(alice, post, alice) == {**OWN, "reaction": "sad"}
    assert viewer_of(stranger, post, alice) == NOTHING


def test_the_list_of_reactions_of_a_member_has_the_viewer_state_of_each_post(alice, bob, post):
    other = alice.create_post("Other")
    for reacted, kind in ((post, "love"), (other, "sad")):
        bob.put(f"posts/{reacted['id']}/reaction", {"type": kind})
    alice.put(f"posts/{other['id']}/reaction", {"type": "wow"})

    def states(person):
        items = person.get(f"users/{bob.id}/reactions").json()["reactions"]
        return [(item["type"], item["post"]["viewer"]) for item in items]

    assert states(bob) == [("sad", {**NOTHING, "reaction": "sad"}),
                           ("love", {**NOTHING, "reaction": "love"})]  # fmt: skip
    assert states(alice) == [("sad", {**OWN, "reaction": "wow"}), ("love", OWN)]


def test_each_post_of_a_page_has_its_own_reaction(alice, bob):
    kinds = ["love", None, "wow", "like", None, "angry", None, "happy"]
    posts = [alice.create_post(str(number)) for number in range(len(kinds))]
    for reacted, kind in zip(posts, kinds, strict=True):
        if kind:
            bob.put(f"posts/{reacted['id']}/reaction", {"type": kind})
    for path in ("posts", "posts?limit=3", f"users/{alice.id}/posts"):
        shown = bob.get(path).json()["posts"]
        wanted = kinds[::-1][: len(shown)]
        assert [item["viewer"]["reaction"] for item in shown] == wanted
        # The other members' requests are not affected.
        assert {i["viewer"]["reaction"] for i in alice.get(path).json()["posts"]} == {None}


def test_reactions_that_only_mongodb_has_are_shown(alice, bob, post, flush_all):
    second = alice.create_post("Second")
    bob.put(f"posts/{post['id']}/reaction", {"type": "love"})
    flush_all()
    expected = [{**NOTHING}, {**NOTHING, "reaction": "love"}]
    client().delete(f"reactions.reaction:{post['id']}:{bob.id}")
    assert [item["viewer"] for item in bob.get("posts").json()["posts"]] == expected
    client().flushall()
    assert [item["viewer"] for item in bob.get("posts").json()["posts"]] == expected
    assert bob.get(f"posts/{second['id']}").json()["viewer"] == NOTHING


def test_a_member_with_more_reactions_than_redis_lists_sees_all_of_them(
    alice, bob, post, flush_all
):
    """Below the floor of the list, the record itself decides."""
    recent = alice.create_post("Recent")
    bob.put(f"posts/{post['id']}/reaction", {"type": "love"})
    flush_all()
    key = f"reactions.reaction/user:{bob.id}"
    score = client().zscore(key, f"{post['id']}:{bob.id}")
    assert client().zrem(key, f"{post['id']}:{bob.id}") == 1
    client().zadd(key, {"~": score})
    for _ in range(2):
        shown = bob.get("posts").json()["posts"]
        assert [item["viewer"]["reaction"] for item in shown] == [None, "love"]
    assert bob.get(f"posts/{recent['id']}").json()["viewer"] == NOTHING


def test_the_viewer_state_takes_no_further_script_call(alice, bob):
    for number in range(5):
        made = alice.create_post(str(number))
        bob.put(f"posts/{made['id']}/reaction", {"type": "love"})
        bob.put(f"posts/{made['id']}/bookmark")
    bob.get("posts")
    for path in ("posts", f"posts/{made['id']}", f"users/{alice.id}", "users"):
        bob.get(path)
        assert count_script_calls(lambda path=path: bob.get(path)) == 1, path


# Writes ------------------------------------------------------------------------------------------


def test_the_response_to_a_write_has_the_viewer_state_of_the_author(alice, bob, flush_all):
    created = alice.post("posts", {"text": "Hello"}).json()["post"]
    assert created["viewer"] == OWN
    path = f"posts/{created['id']}"
    assert alice.patch(path, {"text": "Hello!"}).json()["post"]["viewer"] == OWN
    alice.put(f"{path}/reaction", {"type": "love"})
    edited = alice.patch(path, {"text": "Hello."}).json()["post"]
    assert edited["viewer"] == {**OWN, "reaction": "love"}
    alice.put(f"{path}/bookmark")
    edited = alice.patch(path, {"text": "Hello, you."}).json()["post"]
    assert edited["viewer"] == {**OWN, "reaction": "love", "bookmarked": True}
    assert edited == alice.get(path).json()
    # Nothing to remove: the response of a request without a write.
    assert alice.patch(path, {"image": None}).json()["post"] == edited
    flush_all()
    client().flushall()
    assert alice.patch(path, {"text": "Hello?"}).json()["post"]["viewer"] == edited["viewer"]
    alice.delete(f"{path}/reaction")
    alice.delete(f"{path}/bookmark")
    assert alice.patch(path, {"text": "Bye"}).json()["post"]["viewer"] == OWN
    assert bob.get(path).json()["viewer"] == NOTHING


def test_an_edit_without_an_own_reaction_needs_no_mongodb(alice):
    post = alice.create_post()
    with mongod_paused():
        edited = alice.patch(f"posts/{post['id']}", {"text": "Meanwhile"})
    assert (edited.status_code, edited.json()["post"]["viewer"]) == (200, OWN)


def test_a_stored_response_is_returned_to_its_member_only(alice, bob):
    post = bob.create_post("By Bob")
    alice.put(f"posts/{post['id']}/reaction", {"type": "love"})
    key = {"Idempotency-Key": "the same"}
    first = alice.post("posts", {"text": "x"}, **key)
    second = bob.post("posts", {"text": "x"}, **key)
    assert first.json()["post"]["id"] != second.json()["post"]["id"]
    own = first.json()["post"]["id"]
    alice.put(f"posts/{own}/reaction", {"type": "wow"})
    again = alice.post("posts", {"text": "x"}, **key)
    # Byte for byte, so with the viewer state of the first response.
    assert again.content == first.content
    edited = alice.patch(f"posts/{own}", {"text": "y"}, **{"Idempotency-Key": "edit"})
    assert edited.json()["post"]["viewer"]["reaction"] == "wow"
    refused = bob.patch(f"posts/{own}", {"text": "y"}, **{"Idempotency-Key": "edit"})
    assert (refused.status_code, b"viewer" in refused.content) == (403, False)


def test_no_event_has_the_state_of_a_viewer(alice, bob, stranger):
    post = alice.create_post("Hello @bob")
    bob.put(f"posts/{post['id']}/reaction", {"type": "love"})
    comment = bob.post(f"posts/{post['id']}/comments", {"text": "Hi"}).json()["comment"]
    bob.patch(f"comments/{comment['id']}", {"text": "Hi!"})
    alice.patch(f"posts/{post['id']}", {"text": "Hello @stranger"})
    alice.patch("users/me", {"quote": "Less"})
    stranger.put(f"users/{alice.id}/follow")
    events = logged_events()
    assert {event["type"] for event in events} >= {
        "post.created", "post.updated", "comment.created", "comment.updated", "user.updated",
    }  # fmt: skip
    for event in events:
        assert event["data"] == shared(event["data"]), event["type"]


# Comments and profiles ---------------------------------------------------------------------------


def test_a_comment_has_a_viewer_state(alice, bob, stranger):
    post = alice.create_post()
    response = bob.post(f"posts/{post['id']}/comments", {"text": "Hi"})
    comment = response.json()["comment"]
    flags = ("follows_author", "muted", "can_edit", "can_delete")
    nothing = {"reaction": None, **dict.fromkeys(flags, False)}
    own = {**nothing, "can_edit": True, "can_delete": True}
    assert comment["viewer"] == own
    path = f"comments/{comment['id']}"
    assert bob.patch(path, {"text": "Hi!"}).json()["comment"]["viewer"] == own

    def viewer(person):
        (listed,) = person.get(f"posts/{post['id']}/comments").json()["comments"]
        assert person.get(path).json() == listed
        return listed["viewer"]

    assert viewer(bob) == own
    assert viewer(alice) == {**nothing, "can_delete": True}
    assert viewer(stranger) == nothing
    stranger.put(f"users/{bob.id}/follow")
    stranger.put(f"users/{bob.id}/mute")
    assert viewer(stranger) == {**nothing, "follows_author": True, "muted": True}
    assert stranger.delete(path).status_code == 403
    assert alice.delete(path).status_code == 200


def test_a_profile_has_a_viewer_state(alice, bob, stranger, flush_all):
    nothing = {**NO_RELATION, "can_edit": False}

    def viewer(person, member):
        shown = person.get(f"users/{member.id}").json()
        listed = {item["id"]: item for item in person.get("users").json()["users"]}
        assert listed[member.id] == shown
        return shown["viewer"]

    assert viewer(alice, alice) == {**NO_RELATION, "can_edit": True}
    assert alice.get("users/me").json()["viewer"] == viewer(alice, alice)
    assert alice.patch("users/me", {"quote": "x"}).json()["user"]["viewer"] == viewer(alice, alice)
    assert viewer(bob, alice) == nothing
    bob.put(f"users/{alice.id}/follow")
    assert viewer(bob, alice) == {**nothing, "following": True}
    assert viewer(alice, bob) == {**nothing, "followed_by": True}
    bob.put(f"users/{alice.id}/mute")
    assert viewer(bob, alice) == {**nothing, "following": True, "muting": True}
    alice.patch("users/me/settings", {"is_private": True})
    stranger.put(f"users/{alice.id}/follow")
    assert viewer(stranger, alice) == {**nothing, "requested": True}
    assert viewer(alice, stranger) == nothing
    (relation,) = bob.get(f"users/relationships?id={alice.id}").json()["relationships"]
    assert {**relation, "can_edit": False} == {**viewer(bob, alice), "id": alice.id}
    flush_all()
    (match,) = bob.get("users/search?q=alice").json()["users"]
    assert match == bob.get(f"users/{alice.id}").json()
    assert match == bob.get("users/lookup?username=alice").json()


def test_a_hidden_member_shows_no_state(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    alice.put(f"users/{bob.id}/block")
    for person, other in ((alice, bob), (bob, alice)):
        response = person.get(f"users/{other.id}")
        assert (response.status_code, b"viewer" in response.content) == (404, False)


def test_the_own_account_has_no_viewer(alice):
    assert "viewer" not in alice.get("accounts/me").json()
    dora = sign_up("dora")
    headers = {"Authorization": f"Bearer {dora.access}"}
    assert (
        new_client().get("/api/v1/users/me", headers=headers).json()["viewer"]["can_edit"] is True
    )
