"""Reasons to refuse a text, in words for the person who wrote it."""

from typing import NamedTuple

from mysocial.core.text.counting import (
    MAX_STACKED_MARKS,
    byte_length,
    count_characters,
    has_too_many_marks,
    is_longer_than,
)
from mysocial.core.text.normalization import is_visible

INVISIBLE = "This shows nothing: it has only invisible characters."
STACKED_MARKS = (
    f"A letter may have at most {MAX_STACKED_MARKS} marks above and below it. "
    "Remove some of the stacked marks."
)


class TextProblem(NamedTuple):
    """The reason why a text is refused: a code for programs, and an explanation."""

    code: str
    detail: str


def find_text_problem(text: str, *, max_characters: int, max_bytes: int) -> TextProblem | None:
    """Return why a normalized text is refused; None if it is not. An empty text is not."""
    size = byte_length(text)
    # Counting the characters of a much longer text would take long.
    if size <= max_bytes and is_longer_than(text, max_characters):
        count = count_characters(text)
        return TextProblem("max_length", _too_many(f"{count:,}", max_characters))
    if size > max_bytes and len(text) > max_bytes:
        return TextProblem("max_length", _too_many(f"more than {max_bytes:,}", max_characters))
    if size > max_bytes:
        return TextProblem(
            "max_bytes",
            f"This takes {size:,} bytes, and may take at most {max_bytes:,}. "
            "Letters with marks and emoji take several bytes each.",
        )
    if text and not is_visible(text):
        return TextProblem("invisible", INVISIBLE)
    return TextProblem("marks", STACKED_MARKS) if has_too_many_marks(text) else None


def _too_many(count: str, max_characters: int) -> str:
    return f"This has {count} characters, and may have at most {max_characters:,}."
