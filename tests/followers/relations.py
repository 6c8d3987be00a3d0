"""Helpers that read relationships and lists of people."""


def relation(user_id, **flags):
    """Return the JSON object of a relationship in which only `flags` are true."""
    names = ("following", "followed_by", "blocking", "muting", "requested")
    return {"id": user_id, **dict.fromkeys(names, False), **flags}


def people(person, path):
    """Return the members on all pages of a list, with pages of three."""
    members, cursor = [], ""
    while cursor is not None:
        response = person.get(f"{path}?limit=3{cursor}")
        assert response.status_code == 200, response.content
        members += response.json()["users"]
        next_cursor = response.json()["next"]
        cursor = next_cursor and f"&cursor={next_cursor}"
    assert len({member["id"] for member in members}) == len(members)
    return members


def ids(person, path):
    return [member["id"] for member in people(person, path)]


def counters(person):
    """Return how many members a person follows, and how many followers they have."""
    profile = person.get("users/me").json()
    return profile["following_count"], profile["followers_count"]
