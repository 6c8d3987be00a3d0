"""What a client does with events of its own notifications, and of chat."""

from copy import deepcopy

from tests.states.holder import Data, Holder
from tests.states.rules import on, read_again

# What is left of a message that was deleted for everyone.
EMPTY: Data = {"text": "", "gif_url": "", "media": None, "reactions": {}, "is_deleted": True}


@on("notification.created")
def _notification_created(h: Holder, data: Data) -> None:
    told = h.state["notifications"]
    told["unread_count"] = data["unread_count"]
    told["notifications"].insert(0, data["notification"])


@on("notification.updated")
def _notification_updated(h: Holder, data: Data) -> None:
    told = h.state["notifications"]
    told["unread_count"] = data["unread_count"]
    for one in told["notifications"]:
        if one["id"] in data["ids"]:
            one["read"] = data["read"]


@on("notification.deleted")
def _notification_deleted(h: Holder, data: Data) -> None:
    h.state["notifications"]["unread_count"] = data["unread_count"]
    h.drop_notices(lambda one: one["id"] == data["id"])


@on("message.created")
def _message_created(h: Holder, message: Data) -> None:
    ends = {message["sender_id"], message["receiver_id"]}
    (other,) = ends - {h.me}
    if h.has(f"messages:{other}"):
        h.state[f"messages:{other}"]["messages"].insert(0, message)


@on("message.updated")
def _message_updated(h: Holder, message: Data) -> None:
    for one in h.shown_messages(message["id"]):
        one.update(message)


@on("message.reaction")
def _message_reaction(h: Holder, data: Data) -> None:
    for one in h.shown_messages(data["message_id"]):
        one["reactions"].pop(data["user_id"], None)
        if data["type"]:
            one["reactions"][data["user_id"]] = data["type"]


@on("message.deleted")
def _message_deleted(h: Holder, data: Data) -> None:
    shown = list(h.shown_messages(data["id"]))
    if data["for"] == "me":
        for name in h.names("messages"):
            listed = h.state[name]["messages"]
            h.state[name]["messages"] = [one for one in listed if one["id"] != data["id"]]
    elif shown:
        for one in shown:
            one.update(deepcopy(EMPTY))
    else:
        read_again(h, "message.deleted")


@on("message.read")
def _message_read(h: Holder, data: Data) -> None:
    if data["user_id"] != h.me and h.has(f"messages:{data['user_id']}"):
        h.state[f"messages:{data['user_id']}"]["read_up_to"] = data["read_up_to"]


@on("conversation.updated")
def _conversation_updated(h: Holder, conversation: Data) -> None:
    listed = h.state["conversations"]
    places = [n for n, one in enumerate(listed) if one["user"]["id"] == conversation["user"]["id"]]
    if places and not _is_newer(conversation["last_message"], listed[places[0]]["last_message"]):
        listed[places[0]] = conversation
    else:
        h.state["conversations"] = [
            conversation,
            *(one for n, one in enumerate(listed) if n not in places),
        ]
    h.count_unread()


def _is_newer(last: Data | None, than: Data | None) -> bool:
    """Tell whether a message came; ids of a conversation rise."""
    return last is not None and (than is None or last["id"] > than["id"])


@on("chat.users")
def _chat_users(h: Holder, data: Data) -> None:
    if data["is_open"]:
        h.put("open_chats", h.person(data["user_id"]))
    else:
        h.drop_person("open_chats", data["user_id"])
