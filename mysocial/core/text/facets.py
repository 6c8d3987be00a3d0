"""Facets: the links, mentions and hashtags of a text, and where they are."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import regex

from mysocial.core.text.links import find_links, may_have_links, top_level_domains
from mysocial.core.text.scripts import SPACED

LINK, MENTION, HASHTAG = "link", "mention", "hashtag"
FACET_TYPES = [(LINK, "Link"), (MENTION, "Mention"), (HASHTAG, "Hashtag")]
MAX_FACETS, MAX_FACET_BYTES = 50, 8 * 1024  # of one text, as JSON
MAX_MENTIONS = 10
WIDE_AT, WIDE_HASH = "\uff20", "\uff03"  # as keyboards for Japanese write them
MAX_HASHTAG_LENGTH = 100
FACET_OVERHEAD_BYTES = 110  # of the JSON of a facet, without its value
# The field of a stored facet that holds its value. No other record has a field `mentioned_id`: the
# scan after an erasure recognizes mentions by it.
VALUE_FIELDS = {LINK: "url", MENTION: "mentioned_id", HASHTAG: "tag"}

# Not in a word, an e-mail address, a path or a query, and not followed by what makes it a name
# elsewhere (`@name@host`), another word, or a path (`@name/file`). It begins with the sign, so that
# the search is fast.
MENTION_PATTERN = regex.compile(
    rf"""(?V1x)[@\uFF20]
    (?:(?<![{SPACED}@\uFF20.+\-/\\=].)|(?<=[@\uFF20][A-Za-z0-9_]{{3,30}}/.))
    ([A-Za-z0-9_\uFF21-\uFF3A\uFF41-\uFF5A\uFF10-\uFF19\uFF3F]{{3,30}}+)
    (?!{SPACED}|[@\uFF20]{SPACED}|/{SPACED})"""
)
HASHTAG_PATTERN = regex.compile(
    rf"""(?V1x)(?<![{SPACED}&/\#\uFF03@])[\#\uFF03]
    ((?=[\p{{L}}\p{{M}}\p{{N}}_]*?\p{{L}})[\p{{L}}\p{{M}}\p{{N}}_\u200C\u200D·]{{1,{MAX_HASHTAG_LENGTH}}}+)
    (?![\p{{L}}\p{{M}}\p{{N}}_])"""
)
HOST_END = regex.compile(rf"(?V1)(?:\.[{SPACED}\-]{{1,63}}+){{1,8}}")


class Facet(NamedTuple):
    """A part of a text, between two code points.

    `value` is the URL of a link, the lowercase name of a mention, or a hashtag without its sign.
    """

    type: str
    start: int
    end: int
    value: str


def find_facets(text: str) -> list[Facet]:
    """Return the facets of a text in order, at most `MAX_FACETS`. They do not overlap."""
    if not ("#" in text or WIDE_AT in text or WIDE_HASH in text or may_have_links(text)):
        return []
    links = [Facet(LINK, *link) for link in find_links(text)]
    others = [
        facet
        for facet in (*_find_mentions(text), *_find_hashtags(text))
        if not any(link.start < facet.end and facet.start < link.end for link in links)
    ]
    return list(_within_limits(sorted((*links, *others), key=lambda facet: facet.start)))


def _find_mentions(text: str) -> Iterator[Facet]:
    if "@" in text or WIDE_AT in text:
        for match in MENTION_PATTERN.finditer(text):
            host = HOST_END.match(text, match.end())
            # `@name.example.com` is a name elsewhere; `@name.` ends a sentence.
            if not host or host[0].rpartition(".")[2] not in top_level_domains():
                name = unicodedata.normalize("NFKC", match[1]).lower()
                yield Facet(MENTION, match.start(), match.end(), name)


def _find_hashtags(text: str) -> Iterator[Facet]:
    if "#" in text or WIDE_HASH in text:
        for match in HASHTAG_PATTERN.finditer(text):
            yield Facet(HASHTAG, match.start(), match.end(), match[1])


def _within_limits(facets: Iterable[Facet]) -> Iterator[Facet]:
    names: set[str] = set()
    size = 0
    for number, facet in enumerate(facets):
        size += FACET_OVERHEAD_BYTES + len(facet.value.encode())
        if number == MAX_FACETS or size > MAX_FACET_BYTES:
            return
        if facet.type == MENTION:
            names.add(facet.value)
        if facet.type != MENTION or len(names) <= MAX_MENTIONS:
            yield facet


def mentioned_names(facets: Iterable[Facet]) -> set[str]:
    """Return the names that facets mention, in lowercase: at most `MAX_MENTIONS`."""
    return {facet.value for facet in facets if facet.type == MENTION}


def store_facets(
    text: str, facets: Iterable[Facet], ids_by_name: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return facets as they are stored and shown, with their positions in code points and bytes.

    Mentions get the ids of the members; those of unknown names are left out.
    """
    stored = []
    position = byte_position = 0
    for facet in facets:
        value = ids_by_name.get(facet.value, "") if facet.type == MENTION else facet.value
        byte_start = byte_position + len(text[position : facet.start].encode())
        byte_end = byte_start + len(text[facet.start : facet.end].encode())
        position, byte_position = facet.end, byte_end
        if value:
            stored.append(
                {
                    "type": facet.type,
                    "start": facet.start,
                    "end": facet.end,
                    "byte_start": byte_start,
                    "byte_end": byte_end,
                    VALUE_FIELDS[facet.type]: value,
                }
            )
    return stored
