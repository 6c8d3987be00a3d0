"""Cursors: places in lists, as clients send them back.

A cursor may name a record that its reader may not see: the page ended there because the record was
left out. So cursors are encrypted, and nobody else can make one. Equal places have equal cursors,
so that equal pages have equal ETags.
"""

import base64
import binascii
import contextlib
import functools

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from mysocial.core.errors import Invalid
from mysocial.core.secret_keys import derive_keys, secret_keys
from mysocial.store.indexes import AFTER_ID, Entry


def encode_cursor(entry: Entry | None) -> str | None:
    """Return the opaque cursor of a place in a list."""
    if entry is None:
        return None
    pk, score = entry
    encrypted = _ciphers(*secret_keys())[0].encrypt(f"{score}.{pk}".encode(), None)
    return base64.urlsafe_b64encode(encrypted).decode().rstrip("=")


def encode_anchor(first_id: str, score: int) -> str:
    """Return the cursor of the place just before an entry, so that a page starts with it."""
    return str(encode_cursor((first_id + AFTER_ID, score)))


def decode_cursor(cursor: str, name: str = "cursor") -> Entry:
    """Return the place in a list that a cursor stands for; `name` is that of its parameter.

    Raises:
        Invalid: The cursor was not made by `encode_cursor`, or with an unknown `SECRET_KEY`.
    """
    try:
        encrypted = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        score, _, pk = _decrypt(encrypted).decode().partition(".")
    except (binascii.Error, ValueError, InvalidTag):
        raise Invalid(errors={name: "Invalid cursor."}) from None
    return pk, int(score)


def _decrypt(encrypted: bytes) -> bytes:
    """Return the plain text.

    Raises:
        InvalidTag: No secret key fits.
    """
    for cipher in _ciphers(*secret_keys()):
        with contextlib.suppress(InvalidTag):
            return cipher.decrypt(encrypted, None)
    raise InvalidTag


@functools.lru_cache(maxsize=1)
def _ciphers(*_secret_keys: str) -> list[AESSIV]:
    return [AESSIV(key) for key in derive_keys("cursors")]
