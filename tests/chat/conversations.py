"""Helpers that send and read messages through the API."""

GIF = "https://media.giphy.com/media/l0HlBO7eyXzSZkJri/giphy.gif"


def send_message(sender, receiver, text="Hello", **fields):
    """Send a message and return it."""
    response = sender.post("chat/messages", {"receiver_id": receiver.id, "text": text, **fields})
    assert response.status_code == 201, response.content
    return response.json()["chat_message"]


def mark_read(reader, other):
    """Mark the messages of the other as read and return the conversation."""
    response = reader.put(f"chat/conversations/{other.id}/read", {})
    assert response.status_code == 200, response.content
    return response.json()["conversation"]


def list_conversations(person):
    """Return a member's conversations."""
    return person.get("chat/conversations").json()["conversations"]


def list_texts(person, other, query=""):
    """Return the texts that a member sees in a conversation, in the order of the list."""
    response = person.get(f"chat/conversations/{other.id}/messages{query}")
    assert response.status_code == 200, response.content
    return [message["text"] for message in response.json()["messages"]]


def unread_counts(person):
    """Return the number of unread messages, and of the conversations that they are in."""
    counts = person.get("chat/unread").json()
    return counts["unread"], counts["conversations"]


def author_card(person):
    """Return the JSON of a member as the other side of a conversation."""
    shown = person.get("users/" + person.id).json()
    card = ("id", "username", "display_name", "avatar_color", "avatar_url")
    return {name: shown[name] for name in card}


def chat_events(person, *types):
    """Return the chat events that a member received, all or only those of the given types."""
    prefixes = types or ("message.", "conversation.", "chat.")
    return [event for event in person.received_events() if event["type"].startswith(prefixes)]
