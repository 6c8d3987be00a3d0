"""Keys that are derived from `SECRET_KEY`, one for each purpose.

Former secret keys are in `SECRET_KEY_FALLBACKS`. What they signed or encrypted is still accepted,
and nothing new is made with them.
"""

import base64
import functools
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def secret_keys() -> list[str]:
    """Return the secret key, followed by its fallbacks."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def derive_key(purpose: str) -> bytes:
    """Return a key of 32 bytes that differs from those of other purposes."""
    return _derive(purpose, settings.SECRET_KEY)


def derive_keys(purpose: str) -> list[bytes]:
    """Return the key of a purpose, followed by its former keys."""
    return [_derive(purpose, secret_key) for secret_key in secret_keys()]


def cipher_for(purpose: str) -> MultiFernet:
    """Return a cipher of a purpose. It decrypts with former keys, too."""
    return _cipher(purpose, tuple(secret_keys()))


@functools.lru_cache(maxsize=16)
def _cipher(purpose: str, secret_keys: tuple[str, ...]) -> MultiFernet:
    keys = [_derive(purpose, secret_key) for secret_key in secret_keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def _derive(purpose: str, secret_key: str) -> bytes:
    return hashlib.sha256(f"{purpose}\n{secret_key}".encode()).digest()
