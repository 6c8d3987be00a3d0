"""Invite codes: with a number of uses and an expiry."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings

from accounts import selectors
from accounts.models import Invite
from accounts.store import invites, normalize_invite_code
from mysocial.core.errors import Invalid
from mysocial.core.ids import now
from mysocial.store import Write, reads, write

# Without letters and digits that look alike. 12 characters are 59 bits.
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
CODE_LENGTH, GROUP_LENGTH = 12, 4
MAX_USES, MAX_DAYS = 10_000, 365
INVALID_CODE = "This invite code is unknown, has expired or has no uses left."


def create_invite(*, invite_id: str, max_uses: int, expires_at: datetime, note: str = "") -> Invite:
    """Create an invite code.

    Raises:
        Invalid: The number of uses or the expiry is out of bounds.
    """
    errors = {}
    if not 1 <= max_uses <= MAX_USES:
        errors["max_uses"] = f"Enter a number from 1 to {MAX_USES:,}."
    if not now() < expires_at <= now() + timedelta(days=MAX_DAYS):
        errors["expires_at"] = f"Enter a time within the next {MAX_DAYS} days."
    if errors:
        raise Invalid(errors=errors)
    characters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    groups = range(0, CODE_LENGTH, GROUP_LENGTH)
    invite = Invite(
        id=invite_id,
        code="-".join(characters[start : start + GROUP_LENGTH] for start in groups),
        code_key=characters,
        max_uses=max_uses,
        expires_at=expires_at,
        note=note,
    )
    with write() as w:
        w.create(invite)
    return invite


def remove_invite(*, invite_id: str) -> None:
    """Delete an invite code, which admits nobody from now on.

    Raises:
        NotFound: There is no such code.
    """
    with write() as w:
        w.delete(reads.get_record(invites, invite_id))


def use_invite(w: Write, code: str) -> str:
    """Count a use of an invite code in the write of a sign-up, if the site needs one.

    The write raises `Conflict` if a concurrent sign-up used the code; read it again then.

    Returns:
        The id of the invite, or an empty string if the site needs none.

    Raises:
        Invalid: The site needs a code, and this one cannot be used.
    """
    if settings.SIGN_UP_MODE != "invite":
        return ""
    invite = selectors.find_invite(normalize_invite_code(code)) if code else None
    if invite is None or invite.uses >= invite.max_uses or invite.expires_at <= now():
        raise Invalid(errors={"invite": INVALID_CODE if code else "Enter an invite code."})
    w.update(invite, check_revision=True, uses=invite.uses + 1)
    return str(invite.pk)
