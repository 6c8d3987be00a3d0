"""How people stand to one another, as the API says it."""


def relation(user_id, **holds):
    """Return the relation to a member of which only `holds` holds."""
    names = ("following", "followed_by", "blocking", "muting", "requested")
    return {"id": user_id, **dict.fromkeys(names, False), **holds}


def people(person, path):
    """Return who is listed, by id, with every relation; all pages, three a page."""
    found, cursor = [], ""
    while cursor is not None:
        answer = person.get(f"{path}?limit=3{cursor}")
        assert answer.status_code == 200, answer.content
        found += answer.json()["users"]
        following = answer.json()["next"]
        cursor = following and f"&cursor={following}"
    assert len({one["id"] for one in found}) == len(found)
    return found


def ids(person, path):
    return [one["id"] for one in people(person, path)]


def counters(person):
    """Return how many a person follows, and how many follow them."""
    profile = person.get("users/me").json()
    return profile["following_count"], profile["followers_count"]
