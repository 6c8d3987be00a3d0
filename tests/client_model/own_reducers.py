"""Reducers for events of notifications and chat."""

from copy import deepcopy

from tests.client_model.client import ClientState, Data
from tests.client_model.reducer_rules import mark_stale, on

# The fields of a message after it was deleted for everyone.
DELETED_MESSAGE_FIELDS: Data = {
    "text": "",
    "facets": [],
    "gif_url": "",
    "media": None,
    "reactions": {},
    "edited_at": None,
    "is_deleted": True,
}


@on("notification.created")
def _notification_created(client: ClientState, data: Data) -> None:
    inbox = client.state["notifications"]
    inbox["unread_count"] = data["unread_count"]
    inbox["notifications"].insert(0, data["notification"])


@on("notification.updated")
def _notification_updated(client: ClientState, data: Data) -> None:
    inbox = client.state["notifications"]
    inbox["unread_count"] = data["unread_count"]
    for notification in inbox["notifications"]:
        # With `up_to`, also those that are too many to be named.
        if notification["id"] in data["ids"] or notification["id"] <= (data["up_to"] or ""):
            notification["read"] = data["read"]


@on("notification.deleted")
def _notification_deleted(client: ClientState, data: Data) -> None:
    client.state["notifications"]["unread_count"] = data["unread_count"]
    client.remove_notifications(lambda notification: notification["id"] == data["id"])


@on("message.created")
def _message_created(client: ClientState, message: Data) -> None:
    participants = {message["sender_id"], message["receiver_id"]}
    (other,) = participants - {client.me}
    if client.has(f"messages:{other}"):
        client.state[f"messages:{other}"]["messages"].insert(0, message)


@on("message.updated")
def _message_updated(client: ClientState, message: Data) -> None:
    for held in client.message_objects(message["id"]):
        held.update(message)


@on("message.reaction")
def _message_reaction(client: ClientState, data: Data) -> None:
    for message in client.message_objects(data["message_id"]):
        message["reactions"].pop(data["user_id"], None)
        if data["type"]:
            message["reactions"][data["user_id"]] = data["type"]


@on("message.deleted")
def _message_deleted(client: ClientState, data: Data) -> None:
    held = list(client.message_objects(data["id"]))
    if data["for"] == "me":
        for name in client.names("messages"):
            listed = client.state[name]["messages"]
            client.state[name]["messages"] = [m for m in listed if m["id"] != data["id"]]
    elif held:
        for message in held:
            message.update(deepcopy(DELETED_MESSAGE_FIELDS))
    else:
        mark_stale(client, "message.deleted of an unknown message")


@on("message.read")
def _message_read(client: ClientState, data: Data) -> None:
    if data["user_id"] != client.me and client.has(f"messages:{data['user_id']}"):
        client.state[f"messages:{data['user_id']}"]["read_up_to"] = data["read_up_to"]


@on("conversation.updated")
def _conversation_updated(client: ClientState, conversation: Data) -> None:
    listed, last = client.state["conversations"], conversation["last_message"]
    other = conversation["user"]["id"]
    position = next((n for n, c in enumerate(listed) if c["user"]["id"] == other), None)
    if position is not None and not _is_older(listed[position], last):
        listed[position] = conversation
    else:
        # Not always on top: a client that was away may get a later update of a newer one first.
        client.filter_list("conversations", lambda c: c["user"]["id"] != other)
        listed = client.state["conversations"]
        listed.insert(sum(not _is_older(c, last) for c in listed), conversation)
    client.recount_unread()


def _is_older(conversation: Data, message: Data | None) -> bool:
    """Return whether a conversation's last message, if it has one, is older than `message`."""
    last = conversation["last_message"]
    return message is not None and (last is None or last["created_at"] < message["created_at"])


@on("chat.users")
def _chat_users(client: ClientState, data: Data) -> None:
    if data["is_open"]:
        client.move_to_top("open_chats", client.list_entry(data["user_id"]))
    else:
        client.remove_member("open_chats", data["user_id"])
