"""Reads of follows and blocks: what holds between two people."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from followers.store import blocks, follows
from mysocial import reads
from mysocial.reads import Fact


class Relation(NamedTuple):
    """What holds between a viewer and another person."""

    follows: bool  # the viewer follows the other
    blocked: bool  # either blocks the other

    @classmethod
    def of(cls, flags: Sequence[int]) -> "Relation":
        """Return the relation that the answers to `relation_facts` stand for."""
        return cls(bool(flags[0]), bool(flags[1] or flags[2]))


def relation_facts(viewer_id: str) -> list[Fact]:
    """Return what to ask about each author that `viewer_id` may meet."""
    return [
        (follows.list_key("follower", viewer_id), f"{viewer_id}:", "", follows.prefix),
        (blocks.list_key("blocker", viewer_id), f"{viewer_id}:", "", blocks.prefix),
        (blocks.list_key("blocked", viewer_id), "", f":{viewer_id}", blocks.prefix),
    ]


def get_relation(viewer_id: str, other_id: str) -> Relation:
    """Return what holds between the viewer and the other."""
    return Relation.of(reads.facts(other_id, relation_facts(viewer_id)))


def relations_to(author_id: str, viewers: Iterable[str]) -> dict[str, Relation]:
    """Return what holds between each viewer and one author, from the author's lists."""
    facts = [
        (follows.list_key("followee", author_id), "", f":{author_id}", follows.prefix),
        (blocks.list_key("blocked", author_id), "", f":{author_id}", blocks.prefix),
        (blocks.list_key("blocker", author_id), f"{author_id}:", "", blocks.prefix),
    ]
    some = list(viewers)
    answers = reads.ask(*({"kind": "facts", "value": one, "facts": facts} for one in some))
    return {one: Relation.of(flags) for one, flags in zip(some, answers, strict=True)}


def unblocked(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` between whom and the person no block stands."""
    relations = relations_to(person_id, others)
    return {other for other in others if not relations[other].blocked}
