"""The stored form of e-mail addresses: one mailbox is one account.

The domain is stored in its ASCII form (IDNA 2008 after the mapping of UTS #46, which includes NFKC,
lower case and the removal of invisible characters). The local part is ASCII and in lower case.
"""

import functools
import unicodedata
from importlib import import_module

import idna
from django.conf import settings

MAX_EMAIL_LENGTH = 254  # characters; RFC 5321, section 4.5.3.1.3, without the angle brackets
MIN_DOMAIN_LABELS = 2
BLOCKED_EMAIL = "Addresses of this provider cannot be used here. Use another address."
LOCAL_DOMAINS = {"localhost", "localdomain"}  # RFC 6761, section 6.3; they name this machine


def normalize_email(text: str) -> str:
    """Return the stored form of an e-mail address.

    Raises:
        ValueError: It is no address, or its domain is not one of the internet: an address literal,
            a name without a dot, or a name of the machine itself.
    """
    local, separator, domain = text.strip().rpartition("@")
    if not (separator and local) or len(text) > MAX_EMAIL_LENGTH:
        raise ValueError(text)
    if not (local.isascii() and local.isprintable()):
        raise ValueError(text)
    return f"{local.lower()}@{_ascii_domain(domain)}"


def is_blocked_email(email: str) -> bool:
    """Return whether nobody may have a normalized address, because of its domain."""
    labels = email.rpartition("@")[2].split(".")
    domains = {".".join(labels[first:]) for first in range(len(labels))}
    if domains & _ascii_domains(tuple(settings.BLOCKED_EMAIL_DOMAINS)):
        return True
    return settings.BLOCK_DISPOSABLE_EMAIL and bool(domains & _disposable_domains())


@functools.lru_cache(maxsize=1)
def _ascii_domains(domains: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_ascii_domain, domains))


@functools.cache
def _disposable_domains() -> frozenset[str]:
    # Only a site that needs the list loads it: a few megabytes.
    return frozenset(import_module("disposable_email_domains").blocklist)


def normalize_sign_in_name(text: str) -> str:
    """Return the stored form of a username or an e-mail address, so that each has one spelling.

    A text that is neither is returned in lower case. No account has such a name.
    """
    name = unicodedata.normalize("NFKC", text).strip()
    if "@" in name:
        try:
            return normalize_email(name)
        except ValueError:
            pass
    return name.lower()


def _ascii_domain(domain: str) -> str:
    """Return the ASCII form of a domain; raises ValueError (`idna.IDNAError` is one)."""
    ascii_domain = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii").lower()
    labels = ascii_domain.split(".")
    if len(labels) < MIN_DOMAIN_LABELS or "" in labels:
        raise ValueError(domain)
    if labels[-1].isdigit() or labels[-1] in LOCAL_DOMAINS:
        raise ValueError(domain)
    return ascii_domain
