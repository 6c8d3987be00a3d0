"""The length of a text: characters as a person counts them, and bytes."""

import regex

# An extended grapheme cluster (UAX 29): a letter with its marks, or an emoji of several parts.
CHARACTER = regex.compile(r"\X")
MAX_STACKED_MARKS = 8  # above and below one letter; Tibetan stacks need six
MAX_INVISIBLE_RUN = 32  # a flag of a region takes six
# The bytes that a field allows for each of its characters: most scripts need one to six.
BYTES_PER_CHARACTER = 6
# Marks are counted through what may stand between them: joiners, and marks that take space.
TOO_MANY_MARKS = regex.compile(
    rf"(?:[\p{{Mn}}\p{{Me}}][\p{{Mc}}\p{{Cf}}]*+){{{MAX_STACKED_MARKS + 1}}}"
    rf"|[\p{{Cf}}\p{{Mn}}\p{{Me}}\p{{DI}}]{{{MAX_INVISIBLE_RUN + 1}}}"
)


def count_characters(text: str) -> int:
    """Return the number of characters as a person counts them (grapheme clusters)."""
    return len(text) if text.isascii() else sum(1 for _ in CHARACTER.finditer(text))


def is_longer_than(text: str, max_characters: int) -> bool:
    """Return whether a text has more characters. Only a text of more code points is counted."""
    return len(text) > max_characters and count_characters(text) > max_characters


def byte_length(text: str) -> int:
    """Return the length of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def has_too_many_marks(text: str) -> bool:
    """Return whether marks are stacked so high that they would cover what stands around them."""
    return not text.isascii() and TOO_MANY_MARKS.search(text) is not None
