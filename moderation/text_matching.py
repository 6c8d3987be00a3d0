"""Matching of word filters against texts: pure functions without state or I/O."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import regex

from mysocial.core.text import fold_words

# A capital I inside a word of small letters looks like an l: `paypaI`.
CAPITAL_I = regex.compile(r"(?<=\p{Ll})I")


class Phrase(NamedTuple):
    """The folded words of a filter and its action."""

    words: tuple[str, ...]
    action: str


Phrases = Mapping[str, Sequence[Phrase]]  # by first word


def by_first_word(filters: Iterable[tuple[str, str]]) -> Phrases:
    """Index pairs of phrase and action by the first word, for `matching_actions`."""
    phrases: dict[str, list[Phrase]] = {}
    for phrase, action in filters:
        words = fold_words(phrase)
        if words:
            phrases.setdefault(words[0], []).append(Phrase(words, action))
    return phrases


def matching_actions(text: str, phrases: Phrases) -> set[str]:
    """Return the actions of all phrases that occur in a text as consecutive whole words."""
    if not phrases:
        return set()
    actions = _actions_of(fold_words(text), phrases)
    lookalike, count = CAPITAL_I.subn("l", text) if "I" in text else (text, 0)
    return actions | _actions_of(fold_words(lookalike), phrases) if count else actions


def _actions_of(words: tuple[str, ...], phrases: Phrases) -> set[str]:
    return {
        phrase.action
        for position, word in enumerate(words)
        for phrase in phrases.get(word, ())
        if words[position : position + len(phrase.words)] == phrase.words
    }
