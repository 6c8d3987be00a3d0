"""Tokens that switch off the mails of one kind: signed, never expiring, worth nothing else."""

from django.core.signing import BadSignature, Signer

_signer = Signer(salt="notifications.unsubscribe", sep=".")


def make_unsubscribe_token(user_id: str, kind: str) -> str:
    """Return the token that stands for a member and a kind of notification."""
    return _signer.sign(f"{user_id}.{kind}")


def read_unsubscribe_token(token: str) -> tuple[str, str] | None:
    """Return the member and the kind that a token stands for; None when it is not ours."""
    try:
        user_id, _, kind = _signer.unsign(token).partition(".")
    except BadSignature:
        return None
    return user_id, kind
