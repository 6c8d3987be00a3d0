"""N-grams: the short substrings by which MongoDB's index finds a text within a field.

MongoDB keeps them beside the field. Redis does not have them.
"""

MAX_GRAM_LENGTH = 3
MAX_QUERY_GRAMS = 4  # of a longer text: MongoDB scans those of the one that is rarest


def grams_field(name: str) -> str:
    """Return the field of a document that has the n-grams of another field."""
    return f"{name}_grams"


def inner_grams(text: str) -> list[str]:
    """Return the n-grams of a text that do not begin with its first character, in order.

    What a text begins with is found by the order of the field itself. A text of 30 characters has
    at most 84.
    """
    grams = {
        text[first : first + length]
        for first in range(1, len(text))
        for length in range(1, min(MAX_GRAM_LENGTH, len(text) - first) + 1)
    }
    return sorted(grams)


def query_grams(text: str) -> list[str]:
    """Return n-grams that every text which contains `text` has, spread over it."""
    length = min(MAX_GRAM_LENGTH, len(text))
    last = len(text) - length
    count = min(MAX_QUERY_GRAMS, last + 1)
    starts = {round(number * last / max(1, count - 1)) for number in range(count)}
    return sorted({text[start : start + length] for start in starts})
