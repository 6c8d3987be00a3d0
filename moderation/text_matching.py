"""Matching of word filters against texts: pure functions without state or I/O."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+")
DROPPED_CATEGORIES = {"Mn", "Me", "Cf"}  # combining marks and invisible format characters


class Phrase(NamedTuple):
    """The folded words of a filter and its action."""

    words: tuple[str, ...]
    action: str


Phrases = Mapping[str, Sequence[Phrase]]  # by first word


def fold(text: str) -> tuple[str, ...]:
    """Return the words of a text without case, marks, width variants and invisible characters."""
    normalized = unicodedata.normalize("NFKC", text).casefold()
    letters = (
        character
        for character in unicodedata.normalize("NFKD", normalized)
        if unicodedata.category(character) not in DROPPED_CATEGORIES
    )
    return tuple(WORD.findall("".join(letters)))


def by_first_word(filters: Iterable[tuple[str, str]]) -> Phrases:
    """Index pairs of phrase and action by the first word, for `matching_actions`."""
    phrases: dict[str, list[Phrase]] = {}
    for phrase, action in filters:
        words = fold(phrase)
        if words:
            phrases.setdefault(words[0], []).append(Phrase(words, action))
    return phrases


def matching_actions(text: str, phrases: Phrases) -> set[str]:
    """Return the actions of all phrases that occur in a text as consecutive whole words."""
    words = fold(text) if phrases else ()
    return {
        phrase.action
        for position, word in enumerate(words)
        for phrase in phrases.get(word, ())
        if words[position : position + len(phrase.words)] == phrase.words
    }
