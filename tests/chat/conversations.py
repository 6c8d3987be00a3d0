"""What the tests of chat say to one another, and what they look at."""

GIF = "https://media.giphy.com/media/l0HlBO7eyXzSZkJri/giphy.gif"


def send_message(sender, receiver, text="Hello", **fields):
    """Write to somebody; return the message."""
    answer = sender.post("chat/message", {"receiver_id": receiver.id, "text": text, **fields})
    assert answer.status_code == 201, answer.content
    return answer.json()["chat_message"]


def mark_read(reader, other):
    """Mark as read what the other wrote; return the conversation."""
    answer = reader.put("chat/messages/read", {"user_id": other.id})
    assert answer.status_code == 200, answer.content
    return answer.json()["conversation"]


def list_conversations(person):
    """Return a member's conversations."""
    return person.get("chat/conversations").json()["conversations"]


def list_texts(person, other, query=""):
    """Return what a member sees of the conversation, in the order in which it is listed."""
    answer = person.get(f"chat/messages/{other.id}{query}")
    assert answer.status_code == 200, answer.content
    return [message["text"] for message in answer.json()["messages"]]


def unread_counts(person):
    """Return how much is unread, and in how many conversations."""
    found = person.get("chat/unread").json()
    return found["unread"], found["conversations"]


def author_card(person):
    """Return what is shown of a member."""
    shown = person.get("users/" + person.id).json()
    return {name: shown[name] for name in ("id", "username", "avatar_color", "avatar_url")}


def chat_events(person, *kinds):
    """Return what a member heard of chat; of these kinds only, when some are given."""
    names = kinds or ("message.", "conversation.", "chat.")
    return [event for event in person.received_events() if event["type"].startswith(names)]
