"""Actions that change relationships: follows, follow requests, blocks and mutes."""

from tests.client_model.scenario_table import action
from tests.client_model.world import World, expect_success, run_workers
from tests.notifications.notification_checks import create_comment, follow


@action("follow.created", reread="feed home wall gallery notifications")
def _carol_follows_alice(w: World) -> None:
    follow(w.carol, w.alice)


@action("follow.deleted")
def _bob_unfollows_alice(w: World) -> None:
    expect_success(w.bob.delete(f"users/{w.alice.id}/follow"))


@action("follow.deleted")
def _alice_unfollows_dora(w: World) -> None:
    expect_success(w.alice.delete(f"users/{w.dora.id}/follow"))


@action("follow.deleted")
def _alice_removes_a_follower(w: World) -> None:
    expect_success(w.alice.delete(f"users/me/followers/{w.bob.id}"))


@action("follow.requested")
def _bob_asks_to_follow_dora(w: World) -> None:
    follow(w.bob, w.dora)


@action("follow.requested", "notification.created")
def _erik_asks_to_follow_dora(w: World) -> None:
    follow(w.erik, w.dora)


@action("follow.unrequested", "notification.deleted")
def _carol_withdraws_a_follow_request(w: World) -> None:
    expect_success(w.carol.delete(f"users/{w.dora.id}/follow"))


@action("follow.unrequested")
def _dora_refuses_carol(w: World) -> None:
    expect_success(w.dora.delete(f"users/me/follow-requests/{w.carol.id}"))


@action("follow.created", reread="feed home wall gallery notifications")
def _dora_accepts_carol(w: World) -> None:
    expect_success(w.dora.put(f"users/me/follow-requests/{w.carol.id}"))


def _dora_goes_public(w: World) -> None:
    expect_success(w.dora.patch("users/me/settings", {"is_private": False}))


@action("follow.created", reread="home", setup=_dora_goes_public)
def _carol_follows_dora_after_a_request(w: World) -> None:
    follow(w.carol, w.dora)


@action("block.created", "user.hidden", "follow.deleted")
def _alice_blocks_bob(w: World) -> None:
    expect_success(w.alice.put(f"users/{w.bob.id}/block"))
    run_workers()


@action("block.created", "notification.deleted")
def _dora_blocks_carol(w: World) -> None:
    expect_success(w.dora.put(f"users/{w.carol.id}/block"))
    run_workers()


@action(
    "block.deleted",
    "user.shown",
    reread="profile relation wall gallery messages feed post comments replies mutes "
    "open_chats conversations unread notifications",
)
def _alice_unblocks_erik(w: World) -> None:
    expect_success(w.alice.delete(f"users/{w.erik.id}/block"))


@action(
    "block.deleted",
    "follow.deleted",
    reread="profile wall gallery messages feed post comments replies "
    "open_chats conversations unread notifications",
    in_steps=True,
)
def _alice_blocks_bob_for_a_while(w: World) -> None:
    expect_success(w.alice.put(f"users/{w.bob.id}/block"))
    w.alice.create_post("While he is blocked")
    for member in (w.alice, w.carol):
        create_comment(member, {"id": w.public}, "While he is blocked")
    expect_success(w.alice.delete(f"users/{w.bob.id}/block"))
    run_workers()


@action("user.hidden", "user.shown", reread="wall feed notifications", in_steps=True)
def _alice_is_private_for_a_while(w: World) -> None:
    expect_success(w.alice.patch("users/me/settings", {"is_private": True}))
    create_comment(w.bob, {"id": w.public}, "While the account is private")
    expect_success(w.alice.patch("users/me/settings", {"is_private": False}))


@action("mute.created")
def _bob_mutes_alice(w: World) -> None:
    expect_success(w.bob.put(f"users/{w.alice.id}/mute"))


@action("mute.deleted", reread="feed home notifications")
def _dora_unmutes_bob(w: World) -> None:
    expect_success(w.dora.delete(f"users/{w.bob.id}/mute"))
