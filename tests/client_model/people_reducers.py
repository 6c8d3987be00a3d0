"""What a client does with events of members, and of what holds between them and itself."""

from tests.client_model.client import Data, Holder
from tests.client_model.reducer_rules import on, read_again
from tests.client_model.state import RELATION

PICTURES = ("avatar_url", "background_url")


@on("user.updated")
def _user_updated(h: Holder, profile: Data) -> None:
    name = f"profile:{profile['id']}"
    known = {one["url"] for one in h.state.get(f"gallery:{profile['id']}", ())}
    new = {profile[one] for one in PICTURES if h.state[name][one] != profile[one]}
    if new - known - {""}:
        read_again(h, "user.updated with a new picture", profile["id"])
    for one in h.cards(profile["id"]):
        one.update({key: value for key, value in profile.items() if key in one})


@on("user.hidden")
def _user_hidden(h: Holder, data: Data) -> None:
    if data["what"] == "posts":
        h.drop_posts(data["user_id"])
    else:
        h.hide(data["user_id"])
        nothing = dict.fromkeys(RELATION, False)
        nothing.pop("blocking")
        h.relate(data["user_id"], **nothing)


@on("user.shown")
def _user_shown(h: Holder, data: Data) -> None:
    whom = "a member" if data["what"] == "all" else "the posts"
    read_again(h, f"user.shown of {whom}", data["user_id"])


@on("user.deleted")
def _user_deleted(h: Holder, data: Data) -> None:
    h.hide(data["id"])
    h.drop_person("blocks", data["id"])
    h.relate(data["id"], **dict.fromkeys(RELATION, False))


@on("image.deleted")
def _image_deleted(h: Holder, data: Data) -> None:
    for name in h.names("gallery"):
        h.keep(name, lambda one: one["id"] != data["id"])


@on("follow.created")
def _follow_created(h: Holder, data: Data) -> None:
    follower, followee = data["follower_id"], data["followee_id"]
    if follower == h.me:
        h.relate(followee, following=True, requested=False)
        h.put_person("following", followee)
        h.count("following_count", 1)
        read_again(h, "follow.created by oneself", followee)
    else:
        h.relate(follower, followed_by=True)
        h.drop_person("follow-requests", follower)
        h.put_person("followers", follower)
        h.count("followers_count", 1)


@on("follow.deleted")
def _follow_deleted(h: Holder, data: Data) -> None:
    follower, followee = data["follower_id"], data["followee_id"]
    if follower == h.me:
        h.relate(followee, following=False)
        h.drop_person("following", followee)
        h.count("following_count", -1)
        profile = h.state.get(f"profile:{followee}")
        h.drop_posts(followee, but="" if profile and profile["is_private"] else "public")
        h.drop_from("home", followee)
    else:
        h.relate(follower, followed_by=False)
        h.drop_person("followers", follower)
        h.count("followers_count", -1)


@on("follow.requested")
def _follow_requested(h: Holder, data: Data) -> None:
    if data["follower_id"] == h.me:
        h.relate(data["followee_id"], requested=True)
    else:
        h.put_person("follow-requests", data["follower_id"])


@on("follow.unrequested")
def _follow_unrequested(h: Holder, data: Data) -> None:
    if data["follower_id"] == h.me:
        h.relate(data["followee_id"], requested=False)
    else:
        h.drop_person("follow-requests", data["follower_id"])


@on("block.created")
def _block_created(h: Holder, data: Data) -> None:
    h.put_person("blocks", data["user_id"])
    h.hide(data["user_id"])
    h.relate(data["user_id"], following=False, followed_by=False, requested=False, blocking=True)


@on("block.deleted")
def _block_deleted(h: Holder, data: Data) -> None:
    h.drop_person("blocks", data["user_id"])
    h.relate(data["user_id"], blocking=False)
    read_again(h, "block.deleted of a member", data["user_id"])


@on("mute.created")
def _mute_created(h: Holder, data: Data) -> None:
    h.relate(data["user_id"], muting=True)
    h.put_person("mutes", data["user_id"])
    for name in ("feed", "home"):
        h.drop_from(name, data["user_id"])
    h.drop_notices(lambda one: one["actor"]["id"] == data["user_id"])


@on("mute.deleted")
def _mute_deleted(h: Holder, data: Data) -> None:
    h.drop_person("mutes", data["user_id"])
    h.relate(data["user_id"], muting=False)
    read_again(h, "mute.deleted of a member", data["user_id"])
