"""Replay and live events leave out what happened while a member could not see an object.

A client that was away receives the event with which the object became visible, reads the object,
and then has what a fresh read returns.
"""

from typing import Any

from images.services import process_due_media
from mysocial.realtime import replay as replay_module
from tests.images.pictures import make_image, send_form
from tests.mysocial.realtime.test_live_privacy import run_at_once
from tests.mysocial.realtime.test_replay_privacy import call, cursor_of, replay
from tests.support.people import PASSWORD, Person, sign_up
from tests.support.shared_objects import shared

PASSWORD_BODY = {"password": PASSWORD}


def act_on(post: dict[str, Any], author: Person, *others: Person) -> None:
    """Cause an event of each type about a post, and leave one comment and one reaction."""
    path = f"posts/{post['id']}"
    for member in (author, *others):
        comments = [
            member.post(f"{path}/comments", {"text": text}).json()["comment"]["id"]
            for text in ("Stays", "Goes")
        ]
        member.patch(f"comments/{comments[0]}", {"text": "Edited"})
        member.put(f"comments/{comments[0]}/reaction", {"type": "wow"})
        assert member.delete(f"comments/{comments[1]}").status_code == 200
        member.put(f"{path}/reaction", {"type": "love"})
        assert member.put(f"{path}/reaction", {"type": "like"}).status_code == 200
    assert author.patch(path, {"text": f"Edited by {author.username}"}).status_code == 200


def types_of(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events if not event["type"].startswith("notification.")]


def topics_of(author: Person, *posts: dict[str, Any]) -> list[str]:
    return ["feed", "home", f"user:{author.id}", *(f"post:{post['id']}" for post in posts)]


async def test_events_of_a_private_post_are_not_replayed(connected, alice, bob):
    cursor = await cursor_of(bob)
    post = await call(alice.create_post, "Draft", privacy="private")
    await call(act_on, post, alice)
    path = f"posts/{post['id']}"
    published = (await call(alice.patch, path, {"privacy": "public"})).json()["post"]
    assert (published["comments_count"], published["reactions"]["like"]) == (1, 1)
    events = await replay(connected, bob, cursor, *topics_of(alice, post))
    assert [(event["type"], event["data"]) for event in events] == [
        ("post.updated", shared(published))
    ]
    own = types_of(await replay(connected, alice, cursor, *topics_of(alice, post)))
    assert {"post.created", "comment.deleted", "comment.reaction", "reaction.changed"} <= set(own)


async def test_events_of_a_private_post_are_not_delivered_when_it_is_published_at_once(
    connected, alice, bob
):
    post = await call(alice.create_post, "Draft", privacy="private")
    socket = await connected(bob, f"user:{alice.id}", f"post:{post['id']}")
    run_at_once(
        lambda: act_on(post, alice),
        lambda: alice.patch(f"posts/{post['id']}", {"privacy": "public"}),
    )
    assert (await socket.next())["type"] == "post.updated"
    assert await socket.receive_nothing(timeout=0.3)


async def test_a_post_that_was_hidden_for_a_while_is_removed_and_shown_again(connected, alice, bob):
    post = await call(alice.create_post, "Hello")
    path = f"posts/{post['id']}"
    cursor = await cursor_of(bob)
    await call(alice.patch, path, {"privacy": "private"})
    await call(act_on, post, alice)
    shown = (await call(alice.patch, path, {"privacy": "public"})).json()["post"]
    await call(alice.put, f"{path}/reaction", {"type": "sad"})
    events = await replay(connected, bob, cursor, *topics_of(alice, post))
    # A client that held the post drops it with its comments, and reads it again.
    assert types_of(events) == ["post.deleted", "post.updated", "reaction.changed"]
    assert events[1]["data"]["comments_count"] == shown["comments_count"] == 1


async def test_events_of_a_private_account_are_replayed_to_its_followers_only(
    connected, alice, bob, stranger
):
    post = await call(alice.create_post)
    await call(bob.put, f"users/{alice.id}/follow")
    cursor = await cursor_of(stranger)
    for is_private in (True, False):
        await call(alice.patch, "users/me/settings", {"is_private": is_private})
        if is_private:
            await call(act_on, post, alice, bob)
    events = await replay(connected, stranger, cursor, *topics_of(alice, post))
    assert types_of(events) == ["user.updated", "user.hidden", "user.updated", "user.shown"]
    followed = types_of(await replay(connected, bob, cursor, *topics_of(alice, post)))
    assert followed.count("comment.deleted") == 2
    assert "user.hidden" not in followed


async def test_events_from_before_a_follow_are_not_replayed(connected, alice, bob):
    post = await call(alice.create_post, privacy="followers")
    deleted = await call(alice.create_post, privacy="followers")
    cursor = await cursor_of(bob)
    await call(act_on, post, alice)
    await call(alice.delete, f"posts/{deleted['id']}")
    await call(bob.put, f"users/{alice.id}/follow")
    await call(alice.put, f"posts/{post['id']}/reaction", {"type": "sad"})
    events = await replay(connected, bob, cursor, *topics_of(alice, post, deleted))
    followed = types_of(events).index("follow.created")
    assert "post.deleted" not in types_of(events)
    assert {"user.updated"} >= set(types_of(events)[:followed])
    assert "reaction.changed" in types_of(events)[followed:]


async def test_an_account_that_was_private_before_a_follow_is_hidden_from_the_follower(
    connected, alice, bob
):
    post = await call(alice.create_post)
    cursor = await cursor_of(bob)
    await call(alice.patch, "users/me/settings", {"is_private": True})
    await call(act_on, post, alice)
    await call(bob.put, f"users/{alice.id}/follow")
    await call(alice.put, f"users/me/follow-requests/{bob.id}")
    events = types_of(await replay(connected, bob, cursor, *topics_of(alice, post)))
    # Without `user.hidden`, the client would keep the post without the comment.
    hidden, followed = events.index("user.hidden"), events.index("follow.created")
    assert hidden < followed
    assert not {kind for kind in events if kind.startswith(("comment.", "reaction.", "post."))}


async def test_events_during_a_block_are_replayed_to_neither(connected, alice, bob, stranger):
    posts = {member.id: await call(member.create_post) for member in (alice, bob, stranger)}
    gone = await call(alice.create_post, "Goes")
    cursor = await cursor_of(bob)
    await call(alice.put, f"users/{bob.id}/block")
    for author, others in ((alice, [stranger]), (bob, [stranger]), (stranger, [alice, bob])):
        await call(act_on, posts[author.id], author, *others)
    await call(alice.delete, f"posts/{gone['id']}")
    await call(alice.patch, "users/me", {"quote": "During the block"})
    await call(alice.delete, f"users/{bob.id}/block")
    for member, other, shown in (
        (bob, alice, ["user.hidden", "user.shown"]),
        (alice, bob, ["block.created", "block.deleted"]),
    ):
        topics = topics_of(other, posts[other.id], gone)
        events = await replay(connected, member, cursor, *topics)
        hidden = {other.id, posts[other.id]["id"], *([gone["id"]] if other is alice else [])}
        about = [event for event in events if any(pk in str(event["data"]) for pk in hidden)]
        assert types_of(about) == shown
    # Of a third member's post, each receives what the other members did.
    topic = f"post:{posts[stranger.id]['id']}"
    for member, other in ((bob, alice), (alice, bob)):
        events = await replay(connected, member, cursor, topic)
        about = [event for event in events if event["type"].startswith(("comment.", "reaction."))]
        assert stranger.id in str(about)
        assert other.id not in str(about)


async def test_a_block_that_ends_in_a_later_portion_hides_what_happened_before(
    connected, alice, bob, monkeypatch
):
    post = await call(alice.create_post)
    cursor = await cursor_of(bob)
    await call(alice.put, f"users/{bob.id}/block")
    await call(act_on, post, alice)
    await call(alice.delete, f"users/{bob.id}/block")
    monkeypatch.setattr(replay_module, "MAX_ENTRIES", 1)
    events = await replay(connected, bob, cursor, *topics_of(alice, post))
    assert types_of(events) == ["user.hidden", "user.shown"]


async def test_a_client_that_subscribes_learns_of_no_hidden_changes(connected, alice, bob):
    post = await call(alice.create_post)
    await call(alice.put, f"users/{bob.id}/block")
    cursor = await cursor_of(bob)
    await call(act_on, post, alice)
    await call(alice.delete, f"users/{bob.id}/block")
    socket = await connected(bob)
    topics = [f"post:{post['id']}", f"user:{alice.id}"]
    reply = await socket.ask(type="subscribe", cid="1", topics=topics, cursor=cursor)
    assert reply == {"type": "ok", "cid": "1", "changed": []}


async def test_an_image_that_was_deleted_in_private_is_not_replayed(connected, alice, bob):
    cursor = await cursor_of(bob)
    response = await call(
        send_form, alice, "POST", "posts", text="x", privacy="private", image=make_image()
    )
    post = response.json()["post"]
    await call(process_due_media)
    image = (await call(alice.get, f"posts/{post['id']}")).json()["media"]
    assert (await call(alice.delete, f"users/me/images/{image['id']}")).status_code == 200
    await call(alice.patch, f"posts/{post['id']}", {"privacy": "public"})
    events = await replay(connected, bob, cursor, *topics_of(alice, post))
    assert types_of(events) == ["post.updated"]
    own = await replay(connected, alice, cursor, *topics_of(alice, post))
    assert "image.deleted" in types_of(own)


async def test_an_erasure_is_not_announced_to_blocked_members(
    connected, alice, bob, stranger, run_cascades
):
    blocker = await call(sign_up, "blocker")
    post, other_post = await call(alice.create_post), await call(stranger.create_post)
    await call(act_on, post, alice, stranger)
    await call(act_on, other_post, stranger, alice)
    await call(alice.put, f"users/{bob.id}/block")
    await call(blocker.put, f"users/{alice.id}/block")
    cursor = await cursor_of(bob)
    assert (await call(alice.call, "DELETE", "accounts/me", PASSWORD_BODY)).status_code == 200
    await call(run_cascades)
    topics = topics_of(alice, post, other_post)
    assert await replay(connected, bob, cursor, *topics) == []
    events = await replay(connected, blocker, cursor, *topics)
    assert [(event["type"], event["data"]) for event in events] == [
        ("block.deleted", {"user_id": alice.id})
    ]
    seen = types_of(await replay(connected, stranger, cursor, *topics))
    assert {"user.deleted", "comment.deleted", "reaction.changed"} <= set(seen)


async def test_the_posts_of_an_erased_private_account_are_not_announced(
    connected, alice, bob, run_cascades
):
    await call(alice.patch, "users/me/settings", {"is_private": True})
    posts = [await call(alice.create_post, privacy=p) for p in ("public", "followers", "private")]
    cursor = await cursor_of(bob)
    await call(alice.call, "DELETE", "accounts/me", PASSWORD_BODY)
    await call(run_cascades)
    events = await replay(connected, bob, cursor, *topics_of(alice, *posts))
    assert types_of(events) == ["user.deleted"]
