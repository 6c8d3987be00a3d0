"""Unsubscribe tokens: signed, without expiry, for the e-mails of one type to one member."""

from django.core.signing import BadSignature, Signer

_signer = Signer(salt="notifications.unsubscribe", sep=".")


def make_unsubscribe_token(user_id: str, kind: str) -> str:
    """Return the token for a member and a type of notification."""
    return _signer.sign(f"{user_id}.{kind}")


def read_unsubscribe_token(token: str) -> tuple[str, str] | None:
    """Return the member's id and the type of notification of a token, or None if it is invalid."""
    try:
        user_id, _, kind = _signer.unsign(token).partition(".")
    except BadSignature:
        return None
    return user_id, kind
