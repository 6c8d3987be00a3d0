"""The stored form of a text, and whether it shows anything."""

import re
import unicodedata
from typing import Any

import regex

# Everything that ends a line, and the control characters. NUL stays: serializers refuse it.
UNWANTED = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x9f]")
# Blank characters that Unicode counts as letters, symbols or marks: braille, a note head, blank
# hieroglyphs, a filler. Number signs of Arabic and Syriac are format characters with a shape.
VISIBLE = regex.compile(
    r"[^\p{Z}\p{Cc}\p{Cf}\p{DI}\u2800\U0001D159\U00013441\U00013442\U00016FE4]|\p{PCM}"
)


def normalize_text(text: str) -> str:
    """Return the stored form of a text.

    It is in Unicode Normalization Form C, its lines end with LF, it has no control characters
    except tabs, and no blanks at its ends.
    """
    if UNWANTED.search(text):
        text = CONTROL.sub("", LINE_END.sub("\n", text))
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text.strip()


def is_same_value(stored: Any, value: Any) -> bool:
    """Return whether a field already has a value; texts from before they had one form count too."""
    if stored == value:
        return True
    return isinstance(stored, str) and isinstance(value, str) and normalize_text(stored) == value


def is_visible(text: str) -> bool:
    """Return whether a text shows anything: a character that is neither blank nor invisible."""
    return VISIBLE.search(text) is not None


def normalize_password(password: str) -> str:
    """Return the form of a password that is hashed (NIST SP 800-63B: NFKC).

    Devices compose accented letters differently, and some keyboards write letters of full width.
    """
    return password if password.isascii() else unicodedata.normalize("NFKC", password)
