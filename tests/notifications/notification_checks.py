"""What people were told, as the API says it."""


def list_notifications(person, query=""):
    """Return a person's notifications, newest first; all pages, three a page."""
    found, cursor = [], ""
    while cursor is not None:
        answer = person.get(f"notifications?limit=3{query}{cursor}")
        assert answer.status_code == 200, answer.content
        found += answer.json()["notifications"]
        following = answer.json()["next"]
        cursor = following and f"&cursor={following}"
    assert len({one["id"] for one in found}) == len(found)
    return found


def unread_count(person):
    """Return how many the person has not read, which is also how many of the list are unread."""
    count = person.get("notifications?limit=1").json()["unread_count"]
    assert count == sum(not one["read"] for one in list_notifications(person))
    return count


def notification_types(person):
    """Return the kind of each notification, newest first."""
    return [one["type"] for one in list_notifications(person)]


def author_card(person):
    """Return what is shown of a person beside what they did."""
    profile = person.get("users/me").json()
    return {name: profile[name] for name in ("id", "username", "avatar_color", "avatar_url")}


def create_comment(person, post, text="Well said."):
    """Write a comment; return it."""
    answer = person.post(f"posts/{post['id']}/comments", {"text": text})
    assert answer.status_code == 201, answer.content
    return answer.json()["comment"]


def set_reaction(person, post, kind="like"):
    """React to a post; return the id of the reaction."""
    answer = person.put(f"posts/{post['id']}/reaction", {"type": kind})
    assert answer.status_code == 200, answer.content
    return f"{post['id']}:{person.id}"


def follow(person, other):
    """Follow somebody, or ask to; return the id of the edge."""
    answer = person.put(f"users/{other.id}/follow")
    assert answer.status_code == 200, answer.content
    return f"{person.id}:{other.id}"


def set_channels(person, kind, **channels):
    """Switch ways of being told on or off."""
    answer = person.patch("users/me/settings", {"notifications": {kind: channels}})
    assert answer.status_code == 200, answer.content
