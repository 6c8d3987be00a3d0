"""A crowd for the demo world: as many people and posts as are asked for, the same for each seed.

People and texts follow from the seed alone, so what is there already is known again: nobody and
nothing is made twice, and what a run that was killed left out is made by the next.
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

FOLLOWS_PER_PERSON = 3  # by each
PAGE_SIZE = 100
PRIVACIES = ("public",) * 8 + ("followers", "private")


class CrowdSize(NamedTuple):
    """What was made, which is what was not there."""

    people: int
    posts: int


def username_for(seed: int, number: int) -> str:
    """Return the name of a person: speaking, and no other person's of any seed."""
    dice = random.Random(f"{seed}:{number}")  # noqa: S311 - a demo, the same each time
    return f"{dice.choice(ADJECTIVES)}_{dice.choice(ANIMALS)}_{seed}_{number}"


def post_for(seed: int, number: int, turn: int) -> tuple[str, str]:
    """Return text and privacy of what a person writes in their turn."""
    dice = random.Random(f"{seed}:{number}:{turn}")  # noqa: S311
    text = " ".join(dice.choice(words) for words in (STARTS, MIDDLES, ENDS))
    return text, dice.choice(PRIVACIES)


def posts_per_person(total: int, people: int, number: int) -> int:
    """Return how many of all posts are a person's."""
    return total // people + (number < total % people)


def create_crowd(
    *, seed: int, people: int, total: int, password: str, tell: ProgressCallback
) -> CrowdSize:
    """Make what lacks of the crowd, through the services."""
    names = [username_for(seed, number) for number in range(people)]
    known = find_user_ids(names)
    ids, new = [], 0
    for number, name in enumerate(names):
        if name in known:
            ids.append(known[name])
        else:
            ids.append(_sign_up(name, password))
            new += 1
        tell("People", number + 1, people)
    for number in range(people):
        _follow(seed, number, ids)
        tell("Follows", number + 1, people)
    made = 0
    tell("Posts", 0, total)
    for number, text, privacy in _missing_posts(seed, total, ids, set(known.values())):
        posts.create_post(author_id=ids[number], text=text, privacy=privacy)
        made += 1
        tell("Posts", made, total)
    return CrowdSize(new, made)


def _sign_up(name: str, password: str) -> str:
    return accounts.sign_up(
        username=name,
        email=f"{name}@mysocial.example",
        password=password,
        device=accounts.Device("seed_demo"),
    ).user_id


def _follow(seed: int, number: int, ids: list[str]) -> None:
    """Let a person follow a few others; whom they follow already, they go on following."""
    dice = random.Random(f"{seed}:{number}:follows")  # noqa: S311
    others = [one for one in ids if one != ids[number]]
    for other in dice.sample(others, min(FOLLOWS_PER_PERSON, len(others))):
        followers.follow(user_id=ids[number], other_id=other)


def _missing_posts(
    seed: int, total: int, ids: list[str], known: set[str]
) -> Iterator[tuple[int, str, str]]:
    """Yield author, text and privacy of the posts that are not there, turn by turn."""
    there = {
        number: _existing_texts(ids[number]) if ids[number] in known else Counter[str]()
        for number in range(len(ids))
    }
    for turn in range(posts_per_person(total, len(ids), 0)):
        for number in range(len(ids)):
            if turn >= posts_per_person(total, len(ids), number):
                break
            text, privacy = post_for(seed, number, turn)
            if there[number][text]:
                there[number][text] -= 1
            else:
                yield number, text, privacy


def _existing_texts(user_id: str) -> Counter[str]:
    """Return what a person has written, and how often each."""
    found: Counter[str] = Counter()
    after: Entry | None = None
    while True:
        rows, after = author_page(user_id, viewer_id=user_id, limit=PAGE_SIZE, after=after)
        found.update(orjson.loads(post_template.render(row))["text"] for row in rows)
        if after is None:
            return found
