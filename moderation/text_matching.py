"""Whether a text has unwanted words: plain comparison of folded words. No state, no I/O."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

WORD = re.compile(r"[^\W_]+")
DROPPED = {"Mn", "Me", "Cf"}  # marks on letters, and what is not seen
Phrases = Mapping[str, Sequence[tuple[tuple[str, ...], str]]]  # by first word: words, act


def fold(text: str) -> tuple[str, ...]:
    """Return the words of a text, without case, marks, widths and invisible characters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    bare = (
        one
        for one in unicodedata.normalize("NFKD", plain)
        if unicodedata.category(one) not in DROPPED
    )
    return tuple(WORD.findall("".join(bare)))


def by_first_word(filters: Iterable[tuple[str, str]]) -> Phrases:
    """Return phrases with their acts as `acts_on` wants them."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, act in filters:
        words = fold(phrase)
        if words:
            found.setdefault(words[0], []).append((words, act))
    return found


def acts_on(text: str, phrases: Phrases) -> set[str]:
    """Return the acts of all phrases that stand in a text, as whole words in a row."""
    words = fold(text) if phrases else ()
    return {
        act
        for place, word in enumerate(words)
        for phrase, act in phrases.get(word, ())
        if words[place : place + len(phrase)] == phrase
    }
