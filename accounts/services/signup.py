"""Signing up."""

from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from accounts import selectors
from accounts.email_addresses import BLOCKED_EMAIL, is_blocked_email, normalize_email
from accounts.models import VERIFY_EMAIL, Account, confirmed_email
from accounts.passwords import check_strength, hash_password
from accounts.services.captcha import use_captcha
from accounts.services.email_changes import require_not_reserved
from accounts.services.invites import use_invite
from accounts.services.sessions import Device, SignIn, open_session
from images import services as images
from mysocial.core.errors import AlreadyExists, Conflict, Invalid, SignUpClosed
from mysocial.core.ids import new_id
from mysocial.core.known_networks import remember_network
from mysocial.outbox import queue_email
from mysocial.security_log import Kind, network_of, record_event
from mysocial.store import StaleRead, Write, retry_on_conflict, write
from notifications import services as notifications
from users import services as users
from users.selectors import find_user_id


class Proofs(NamedTuple):
    """What a sign-up may need: an invite code, and a solved challenge."""

    invite: str
    captcha: str


def require_open(*, is_trusted: bool = False) -> None:
    """Check that people may sign up, before anything else is done for them.

    Raises:
        SignUpClosed: The site accepts no sign-ups.
    """
    if settings.SIGN_UP_MODE == "closed" and not is_trusted:
        raise SignUpClosed


def sign_up(  # noqa: PLR0913 - the fields of the sign-up form
    *,
    username: str,
    email: str,
    password: str,
    avatar_color: str = "",
    birth_date: date | None = None,
    avatar_image: "UploadedFile[bytes] | None" = None,
    invite: str = "",
    captcha: str = "",
    device: Device,
    is_confirmed: bool = False,
) -> SignIn:
    """Create an account, its profile and its first session.

    The address gets an e-mail to confirm it, unless it `is_confirmed`, as those of the demo are:
    these need no code, birth date, challenge or approval. The session is None if staff must
    approve the sign-up.

    Raises:
        Invalid: The password is too weak, the username, the address or the invite code is not
            allowed, or the member is too young.
        AlreadyExists: The username or the address is taken; `errors` names each that is.
        SignUpClosed: The site accepts no sign-ups.
    """
    require_open(is_trusted=is_confirmed)
    email = _stored_email(email, is_trusted=is_confirmed)
    if not is_confirmed:
        users.check_birth_date(birth_date)
    check_strength(password, username=username, email=email)
    account = _new_account(email, password, device, is_trusted=is_confirmed)
    profile = {"username": username, "avatar_color": avatar_color, "birth_date": birth_date}
    with _received_avatar(avatar_image, account.id) as avatar:
        proofs = None if is_confirmed else Proofs(invite, captcha)
        result = _create_member(account, profile, avatar, device, proofs)
    remember_network(account.id, device.address)
    return result


def _new_account(email: str, password: str, device: Device, *, is_trusted: bool) -> Account:
    return Account(
        id=new_id(),
        email=email,
        password=hash_password(password),
        **(confirmed_email() if is_trusted else {}),
        awaits_approval=needs_approval() and not is_trusted,
        known_networks=network_of(device.address),
    )


def needs_approval() -> bool:
    """Return whether new accounts wait for an approval by staff."""
    return bool(settings.SIGN_UP_MODE == "approval")


def sign_up_options() -> dict[str, Any]:
    """Return what clients need to know to offer a sign-up."""
    return {
        "mode": settings.SIGN_UP_MODE,
        "minimum_age": settings.MINIMUM_AGE,
        "captcha": settings.SIGN_UP_CAPTCHA,
    }


@retry_on_conflict
def _create_member(
    account: Account, profile: dict[str, Any], avatar: Any, device: Device, proofs: Proofs | None
) -> SignIn:
    """Create a member in one write; again if a concurrent sign-up used the same invite code."""
    try:
        with write() as w:
            if proofs:
                use_captcha(w, proofs.captcha)
                account.invite_id = use_invite(w, proofs.invite)
            _create_account(w, account)
            if avatar:
                images.create_media(w, avatar)
                profile["avatar_id"] = avatar.id
            users.create_user(w, user_id=account.id, is_hidden=account.awaits_approval, **profile)
            session = None if account.awaits_approval else open_session(w, account.id, device)
            w.respond_with(result := SignIn(account.id, session))
    except AlreadyExists as error:
        error.errors = _taken_fields(profile["username"], account.email)
        if not error.errors:  # The challenge was used by a concurrent sign-up.
            raise StaleRead from error
        raise
    except Conflict as error:
        raise StaleRead from error
    return result


def _create_account(w: Write, account: Account) -> None:
    """Create an account in a write, and queue the e-mail to confirm its address, if it is not."""
    require_not_reserved(w, account.email)
    w.create(account, new_id=True)
    notifications.create_inbox(w, account.id)
    record_event(w, Kind.SIGN_UP, account_id=account.id)
    if not account.email_verified:
        queue_email(w, VERIFY_EMAIL, recipient=account.id)


def _taken_fields(username: str, email: str) -> dict[str, str]:
    """Return the errors of the fields that are taken; the script reports the first only."""
    reservation = selectors.find_email_reservation(email)
    is_reserved = bool(reservation and reservation.is_in_force)
    taken = {
        "username": bool(find_user_id(username)),
        "email": is_reserved or bool(selectors.find_by_email(email)),
    }
    return {name: "This is taken." for name, is_taken in taken.items() if is_taken}


def _stored_email(email: str, *, is_trusted: bool) -> str:
    try:
        normalized = normalize_email(email)
    except ValueError:
        raise Invalid(errors={"email": "This is not an e-mail address."}) from None
    if is_blocked_email(normalized) and not is_trusted:
        raise Invalid(errors={"email": BLOCKED_EMAIL})
    return normalized


def _received_avatar(
    image: "UploadedFile[bytes] | None", user_id: str
) -> AbstractContextManager[Any]:
    """Receive the uploaded avatar, if there is one."""
    return (
        images.receive_upload(image, owner_id=user_id, purpose="profile")
        if image
        else nullcontext()
    )
