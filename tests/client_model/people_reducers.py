"""Reducers for events of members and of relationships."""

from tests.client_model.client import ClientState, Data
from tests.client_model.reducer_rules import mark_stale, on
from tests.client_model.state import RELATION

PICTURES = ("avatar_url", "background_url")


@on("user.updated")
def _user_updated(client: ClientState, profile: Data) -> None:
    name = f"profile:{profile['id']}"
    known = {image["url"] for image in client.state.get(f"gallery:{profile['id']}", ())}
    new = {profile[field] for field in PICTURES if client.state[name][field] != profile[field]}
    if new - known - {""}:
        mark_stale(client, "user.updated with a new picture", profile["id"])
    for member in client.member_objects(profile["id"]):
        member.update({key: value for key, value in profile.items() if key in member})


@on("user.hidden")
def _user_hidden(client: ClientState, data: Data) -> None:
    if data["what"] == "posts":
        client.remove_posts_of(data["user_id"])
    else:
        client.hide_member(data["user_id"])
        no_relation = dict.fromkeys(RELATION, False)
        no_relation.pop("blocking")
        client.update_relation(data["user_id"], **no_relation)


@on("user.shown")
def _user_shown(client: ClientState, data: Data) -> None:
    subject = "a member" if data["what"] == "all" else "the posts"
    mark_stale(client, f"user.shown of {subject}", data["user_id"])


@on("user.deleted")
def _user_deleted(client: ClientState, data: Data) -> None:
    client.hide_member(data["id"])
    client.remove_member("blocks", data["id"])
    client.update_relation(data["id"], **dict.fromkeys(RELATION, False))


@on("image.deleted")
def _image_deleted(client: ClientState, data: Data) -> None:
    for name in client.names("gallery"):
        client.filter_list(name, lambda image: image["id"] != data["id"])


@on("follow.created")
def _follow_created(client: ClientState, data: Data) -> None:
    follower, followee = data["follower_id"], data["followee_id"]
    if follower == client.me:
        client.update_relation(followee, following=True, requested=False)
        client.add_member("following", followee)
        client.add_to_count("following_count", 1)
        mark_stale(client, "follow.created by this member", followee)
    else:
        client.update_relation(follower, followed_by=True)
        client.remove_member("follow-requests", follower)
        client.add_member("followers", follower)
        client.add_to_count("followers_count", 1)


@on("follow.deleted")
def _follow_deleted(client: ClientState, data: Data) -> None:
    follower, followee = data["follower_id"], data["followee_id"]
    if follower == client.me:
        client.update_relation(followee, following=False)
        client.remove_member("following", followee)
        client.add_to_count("following_count", -1)
        profile = client.state.get(f"profile:{followee}")
        client.remove_posts_of(followee, but="" if profile and profile["is_private"] else "public")
        client.remove_posts_from("home", followee)
    else:
        client.update_relation(follower, followed_by=False)
        client.remove_member("followers", follower)
        client.add_to_count("followers_count", -1)


@on("follow.requested")
def _follow_requested(client: ClientState, data: Data) -> None:
    if data["follower_id"] == client.me:
        client.update_relation(data["followee_id"], requested=True)
    else:
        client.add_member("follow-requests", data["follower_id"])


@on("follow.unrequested")
def _follow_unrequested(client: ClientState, data: Data) -> None:
    if data["follower_id"] == client.me:
        client.update_relation(data["followee_id"], requested=False)
    else:
        client.remove_member("follow-requests", data["follower_id"])


@on("block.created")
def _block_created(client: ClientState, data: Data) -> None:
    client.add_member("blocks", data["user_id"])
    client.hide_member(data["user_id"])
    client.update_relation(
        data["user_id"], following=False, followed_by=False, requested=False, blocking=True
    )


@on("block.deleted")
def _block_deleted(client: ClientState, data: Data) -> None:
    client.remove_member("blocks", data["user_id"])
    client.update_relation(data["user_id"], blocking=False)
    mark_stale(client, "block.deleted of a member", data["user_id"])


@on("mute.created")
def _mute_created(client: ClientState, data: Data) -> None:
    client.update_relation(data["user_id"], muting=True)
    client.add_member("mutes", data["user_id"])
    for name in ("feed", "home"):
        client.remove_posts_from(name, data["user_id"])
    client.remove_notifications(lambda notification: notification["actor"]["id"] == data["user_id"])


@on("mute.deleted")
def _mute_deleted(client: ClientState, data: Data) -> None:
    client.remove_member("mutes", data["user_id"])
    client.update_relation(data["user_id"], muting=False)
    mark_stale(client, "mute.deleted of a member", data["user_id"])
