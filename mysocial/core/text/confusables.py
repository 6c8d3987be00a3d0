"""The words of a text in a form in which letters that look alike are equal (UTS 39)."""

import functools
from importlib import resources
from typing import Any

import orjson
import regex

from mysocial.core.text.folding import fold

WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
DIGITS_LIKE_LETTERS = str.maketrans({"0": "o", "1": "l"})


def fold_words(text: str) -> tuple[str, ...]:
    """Return the folded words of a text, with the letters that look like others replaced.

    A number stays what it is; a digit inside a word counts as the letter that it looks like.
    """
    folded = fold(text)
    if not folded.isascii():
        folded = folded.translate(_letters_by_lookalike())
    return tuple(
        word if word.isdecimal() else word.translate(DIGITS_LIKE_LETTERS)
        for word in WORD.findall(folded)
    )


@functools.cache  # 6,000 entries, loaded with the first word filter
def _letters_by_lookalike() -> dict[int, str]:
    """Return the letters by the code points that look like them."""
    file = resources.files("confusable_homoglyphs") / "confusables.json"
    # Each character with those that look like it: a class has one character that all others name.
    classes: dict[str, list[dict[str, str]]] = orjson.loads(file.read_bytes())
    table = {}
    for character, others in classes.items():
        letters = _prototype(character, others, classes)
        # ASCII letters are what they are: `m` and `rn` look alike, and both are common.
        if len(character) == 1 and not character.isascii() and not character.isdecimal():
            folded = fold(letters)
            if folded.isalnum() and folded != character:
                table[ord(character)] = folded
    return table


def _prototype(character: str, others: list[dict[str, str]], classes: dict[str, Any]) -> str:
    """Return the character that stands for the class; the file names it only by its members."""
    if len(others) > 1:
        return character
    other = others[0]["c"]
    is_pair = len(classes.get(other, ())) == 1 and len(other) == 1
    prototype = min(character, other) if is_pair else other
    return "m" if prototype == "rn" else prototype
