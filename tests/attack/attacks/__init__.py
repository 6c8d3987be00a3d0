"""The attacks, by subject. Importing this package registers all of them."""

from tests.attack.attacks import (
    accounts,
    connections,
    emails,
    files,
    guesses,
    memory,
    pages,
    privacy,
    recovery,
    requests,
    sockets,
    staff,
)

__all__ = [
    "accounts",
    "connections",
    "emails",
    "files",
    "guesses",
    "memory",
    "pages",
    "privacy",
    "recovery",
    "requests",
    "sockets",
    "staff",
]
