"""What a client does with events of its own notifications, and of chat."""

from copy import deepcopy

from tests.client_model.client import Data, Holder
from tests.client_model.reducer_rules import on, read_again

# What is left of a message that was deleted for everyone.
EMPTY: Data = {
    "text": "",
    "gif_url": "",
    "media": None,
    "reactions": {},
    "edited_at": None,
    "is_deleted": True,
}


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
        read_again(h, "message.deleted of one not held")


@on("message.read")
def _message_read(h: Holder, data: Data) -> None:
    if data["user_id"] != h.me and h.has(f"messages:{data['user_id']}"):
        h.state[f"messages:{data['user_id']}"]["read_up_to"] = data["read_up_to"]


@on("conversation.updated")
def _conversation_updated(h: Holder, conversation: Data) -> None:
    listed, last = h.state["conversations"], conversation["last_message"]
    other = conversation["user"]["id"]
    place = next((n for n, one in enumerate(listed) if one["user"]["id"] == other), None)
    if place is not None and not _is_older(listed[place], last):
        listed[place] = conversation
    else:
        # Not on top: who was away may hear of newer ones first, by what became of them later.
        h.keep("conversations", lambda one: one["user"]["id"] != other)
        listed = h.state["conversations"]
        listed.insert(sum(not _is_older(one, last) for one in listed), conversation)
    h.count_unread()


def _is_older(conversation: Data, message: Data | None) -> bool:
    """Tell whether the last message of a conversation is older than this one; none is, than any."""
    last = conversation["last_message"]
    return message is not None and (last is None or last["created_at"] < message["created_at"])


@on("chat.users")
def _chat_users(h: Holder, data: Data) -> None:
    if data["is_open"]:
        h.put("open_chats", h.person(data["user_id"]))
    else:
        h.drop_person("open_chats", data["user_id"])
