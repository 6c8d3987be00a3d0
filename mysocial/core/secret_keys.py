"""Keys that are derived from `SECRET_KEY`, one for each purpose."""

import hashlib

from django.conf import settings


def derive_key(purpose: str) -> bytes:
    """Return a key of 32 bytes that differs from those of other purposes."""
    return hashlib.sha256(f"{purpose}\n{settings.SECRET_KEY}".encode()).digest()
