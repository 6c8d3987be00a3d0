"""Helpers that create and read notifications through the API."""


def list_notifications(person, query=""):
    """Return all notifications of a person, newest first, from pages of three."""
    notifications, cursor = [], ""
    while cursor is not None:
        response = person.get(f"notifications?limit=3{query}{cursor}")
        assert response.status_code == 200, response.content
        notifications += response.json()["notifications"]
        next_cursor = response.json()["next"]
        cursor = next_cursor and f"&cursor={next_cursor}"
    assert len({notification["id"] for notification in notifications}) == len(notifications)
    return notifications


def unread_count(person):
    """Return the unread count of a person, and check it against the list."""
    count = person.get("notifications?limit=1").json()["unread_count"]
    assert count == sum(not notification["read"] for notification in list_notifications(person))
    return count


def notification_types(person):
    """Return the type of each notification, newest first."""
    return [notification["type"] for notification in list_notifications(person)]


def author_card(person):
    """Return the JSON of a person as the actor of a notification."""
    profile = person.get("users/me").json()
    card = ("id", "username", "display_name", "avatar_color", "avatar_url")
    return {name: profile[name] for name in card}


def create_comment(person, post, text="Well said.", *, parent=None):
    """Write a comment, or a reply to the comment `parent`, and return it."""
    body = {"text": text} | ({"parent_id": parent} if parent else {})
    response = person.post(f"posts/{post['id']}/comments", body)
    assert response.status_code == 201, response.content
    return response.json()["comment"]


def set_reaction(person, post, kind="like"):
    """React to a post and return the id of the reaction."""
    response = person.put(f"posts/{post['id']}/reaction", {"type": kind})
    assert response.status_code == 200, response.content
    return f"{post['id']}:{person.id}"


def follow(person, other):
    """Follow somebody or request it, and return the id of the record."""
    response = person.put(f"users/{other.id}/follow")
    assert response.status_code == 200, response.content
    return f"{person.id}:{other.id}"


def set_channels(person, kind, **channels):
    """Switch notification channels of a type on or off."""
    response = person.patch("users/me/settings", {"notifications": {kind: channels}})
    assert response.status_code == 200, response.content
