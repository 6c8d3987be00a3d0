"""Checks of the cards: no acknowledged change is lost, and the fields are those of the release.

Each check yields its problems as text.
"""

from collections import Counter
from itertools import pairwise
from math import inf
from typing import Any

from pymongo import MongoClient

from tests.chaos.actors import Actor
from tests.chaos.card_actors import CardActor, derived_fields
from tests.chaos.checks import Problems, differences
from tests.chaos.http_client import MemberClient
from tests.chaos.site import Site

META_FIELDS = {"_id", "_version", "_deleted_at", "created_at"}


def check_cards(site: Site, actors: list[Actor]) -> Problems:
    """Check the cards in MongoDB and in the API, and that all releases ran side by side."""
    members = [actor for actor in actors if isinstance(actor, CardActor)]
    yield from _check_documents(site, members)
    for member in members:
        yield from _check_as_owner(member, site.port)
    yield from _check_releases(site, members)


def expected_document(member: CardActor, pk: str, release: int) -> dict[str, Any]:
    """Return the fields of a card after the migrations of a release."""
    title, text = member.record.cards[pk]
    fields = {"user_id": member.member.id, "text": text}
    if release > 1:
        fields |= {"title": title, **derived_fields(title)}
    if release < 4:
        fields |= {"headline": title, "mood": "calm"}
    return fields


def _check_documents(site: Site, members: list[CardActor]) -> Problems:
    client: MongoClient[dict[str, Any]] = MongoClient(site.running["mongo_url"])
    with client:
        documents = {
            document["_id"]: {k: v for k, v in document.items() if k not in META_FIELDS}
            for document in client["mysocial"]["cards"].find({"_deleted_at": None})
        }
    expected = {
        pk: expected_document(member, pk, site.releases[-1])
        for member in members
        for pk in member.record.cards
    }
    yield from differences("card", expected, documents)


def _check_as_owner(member: CardActor, port: int) -> Problems:
    client = MemberClient(member.member, port)
    for pk in (*member.record.cards, *member.record.deleted_cards):
        response = client.request("GET", f"cards/{pk}")
        if not member.is_card_as_acknowledged(pk, response):
            yield f"GET cards/{pk}: {response}"
    client.close()


def _check_releases(site: Site, members: list[CardActor]) -> Problems:
    """Check that each release served members while the next one did."""
    reads = sorted(read for member in members for read in member.record.releases)
    last_at = {release: at for at, release in reads}
    first_at = {release: at for at, release in reversed(reads)}
    for old, new in pairwise(site.releases):
        if not first_at.get(new, inf) < last_at.get(old, -inf):
            yield f"release {new} did not serve members while release {old} did"


def card_figures(actors: list[Actor]) -> dict[str, Any]:
    """Return how many cards there are, and how often each release showed one; nothing without."""
    records = [actor.record for actor in actors]
    reads = Counter(number for record in records for _, number in record.releases)
    cards = sum(len(record.cards) for record in records)
    return {"cards": cards, "cards_read_by_release": dict(sorted(reads.items()))} if reads else {}
