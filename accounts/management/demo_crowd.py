"""A demo crowd of any size, the same for each seed.

Usernames and texts follow from the seed alone, so a second run recognizes what exists: nothing is
created twice, and an interrupted run is completed by the next.
"""

import random
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import orjson

from accounts import services as accounts
from accounts.management.demo_texts import ADJECTIVES, ANIMALS, ENDS, MIDDLES, STARTS
from followers import services as followers
from mysocial.core.progress import ProgressCallback
from mysocial.store import Entry
from posts import services as posts
from posts.representations import post_template
from posts.selectors import author_page
from users.selectors import find_user_ids

FOLLOWS_PER_PERSON = 3
PAGE_SIZE = 100
PRIVACIES = ("public",) * 8 + ("followers", "private")


class CrowdSize(NamedTuple):
    """How many members and posts were created."""

    people: int
    posts: int


class MissingPost(NamedTuple):
    """A post to create; `number` is that of its author."""

    number: int
    text: str
    privacy: str


def username_for(seed: int, number: int) -> str:
    """Return the username of a member, which is unique among all seeds."""
    dice = random.Random(f"{seed}:{number}")  # noqa: S311 - reproducible on purpose
    return f"{dice.choice(ADJECTIVES)}_{dice.choice(ANIMALS)}_{seed}_{number}"


def post_for(seed: int, number: int, turn: int) -> tuple[str, str]:
    """Return the text and the privacy of the post of a member in a turn."""
    dice = random.Random(f"{seed}:{number}:{turn}")  # noqa: S311
    text = " ".join(dice.choice(phrases) for phrases in (STARTS, MIDDLES, ENDS))
    return text, dice.choice(PRIVACIES)


def posts_per_person(total: int, people: int, number: int) -> int:
    """Return how many of all posts belong to a member."""
    return total // people + (number < total % people)


def create_crowd(
    *, seed: int, people: int, total: int, password: str, tell: ProgressCallback
) -> CrowdSize:
    """Create what is missing of a crowd, through the services.

    Args:
        seed: The number of the crowd.
        people: How many members it has.
        total: How many posts they have together.
        password: The password of new members.
        tell: Reports the progress.

    Returns:
        The numbers of created members and posts.
    """
    usernames = [username_for(seed, number) for number in range(people)]
    existing = find_user_ids(usernames)
    ids, created_members = [], 0
    for number, username in enumerate(usernames):
        if username in existing:
            ids.append(existing[username])
        else:
            ids.append(_sign_up(username, password))
            created_members += 1
        tell("People", number + 1, people)
    for number in range(people):
        _follow_others(seed, number, ids)
        tell("Follows", number + 1, people)
    created_posts = 0
    tell("Posts", 0, total)
    for post in _missing_posts(seed, total, ids, set(existing.values())):
        posts.create_post(author_id=ids[post.number], text=post.text, privacy=post.privacy)
        created_posts += 1
        tell("Posts", created_posts, total)
    return CrowdSize(created_members, created_posts)


def _sign_up(username: str, password: str) -> str:
    return accounts.sign_up(
        username=username,
        email=f"{username}@mysocial.example",
        password=password,
        device=accounts.Device("seed_demo"),
    ).user_id


def _follow_others(seed: int, number: int, ids: list[str]) -> None:
    """Let a member follow a few others; existing follows are not changed."""
    dice = random.Random(f"{seed}:{number}:follows")  # noqa: S311
    others = [other_id for other_id in ids if other_id != ids[number]]
    for other_id in dice.sample(others, min(FOLLOWS_PER_PERSON, len(others))):
        followers.follow(user_id=ids[number], other_id=other_id)


def _missing_posts(
    seed: int, total: int, ids: list[str], existing: set[str]
) -> Iterator[MissingPost]:
    """Yield the posts that do not exist yet, turn by turn."""
    texts_by_number = {
        number: _existing_texts(user_id) if user_id in existing else Counter[str]()
        for number, user_id in enumerate(ids)
    }
    for turn in range(posts_per_person(total, len(ids), 0)):
        for number in range(len(ids)):
            if turn >= posts_per_person(total, len(ids), number):
                break
            text, privacy = post_for(seed, number, turn)
            if texts_by_number[number][text]:
                texts_by_number[number][text] -= 1
            else:
                yield MissingPost(number, text, privacy)


def _existing_texts(user_id: str) -> Counter[str]:
    """Return the texts of a member's posts, and how often each occurs."""
    texts: Counter[str] = Counter()
    after: Entry | None = None
    while True:
        rows, after = author_page(user_id, viewer_id=user_id, limit=PAGE_SIZE, after=after)
        texts.update(orjson.loads(post_template.render(row))["text"] for row in rows)
        if after is None:
            return texts
