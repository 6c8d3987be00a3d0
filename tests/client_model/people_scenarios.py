"""How people come to stand to one another."""

from tests.client_model.scenario_table import proves
from tests.client_model.world import World, must, work
from tests.notifications.notification_checks import follow


@proves("follow.created", again="feed home wall gallery notifications")
def _carol_follows_alice(w: World) -> None:
    follow(w.carol, w.alice)


@proves("follow.deleted")
def _bob_follows_alice_no_longer(w: World) -> None:
    must(w.bob.delete(f"users/{w.alice.id}/follow"))


@proves("follow.deleted")
def _alice_follows_dora_no_longer(w: World) -> None:
    must(w.alice.delete(f"users/{w.dora.id}/follow"))


@proves("follow.deleted")
def _alice_removes_a_follower(w: World) -> None:
    must(w.alice.delete(f"users/me/followers/{w.bob.id}"))


@proves("follow.requested")
def _bob_asks_to_follow_dora(w: World) -> None:
    follow(w.bob, w.dora)


@proves("follow.requested", "notification.created")
def _erik_asks_to_follow_dora(w: World) -> None:
    follow(w.erik, w.dora)


@proves("follow.unrequested", "notification.deleted")
def _carol_asks_to_follow_dora_no_longer(w: World) -> None:
    must(w.carol.delete(f"users/{w.dora.id}/follow"))


@proves("follow.unrequested")
def _dora_refuses_carol(w: World) -> None:
    must(w.dora.delete(f"users/me/follow-requests/{w.carol.id}"))


@proves("follow.created", again="feed home wall gallery notifications")
def _dora_accepts_carol(w: World) -> None:
    must(w.dora.put(f"users/me/follow-requests/{w.carol.id}"))


def _dora_goes_public(w: World) -> None:
    must(w.dora.patch("users/me/settings", {"is_private": False}))


@proves("follow.created", again="home", after=_dora_goes_public)
def _carol_who_had_asked_follows_dora(w: World) -> None:
    follow(w.carol, w.dora)


@proves("block.created", "user.hidden", "follow.deleted")
def _alice_blocks_bob(w: World) -> None:
    must(w.alice.put(f"users/{w.bob.id}/block"))
    work()


@proves("block.created", "notification.deleted")
def _dora_blocks_carol(w: World) -> None:
    must(w.dora.put(f"users/{w.carol.id}/block"))
    work()


@proves("block.created", again="blocks")
def _erik_blocks_alice_who_blocks_him(w: World) -> None:
    must(w.erik.put(f"users/{w.alice.id}/block"))
    work()


@proves(
    "block.deleted",
    "user.shown",
    again="profile relation wall gallery messages feed post comments mutes open_chats "
    "conversations unread notifications",
)
def _alice_unblocks_erik(w: World) -> None:
    must(w.alice.delete(f"users/{w.erik.id}/block"))


@proves("mute.created")
def _bob_mutes_alice(w: World) -> None:
    must(w.bob.put(f"users/{w.alice.id}/mute"))


@proves("mute.deleted", again="feed home notifications")
def _dora_mutes_bob_no_longer(w: World) -> None:
    must(w.dora.delete(f"users/{w.bob.id}/mute"))
