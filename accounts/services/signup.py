"""Signing up."""

from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from accounts import selectors
from accounts.email_addresses import normalize_email
from accounts.models import VERIFY_EMAIL, Account
from accounts.passwords import check_strength, hash_password
from accounts.services.email_changes import require_not_reserved
from accounts.services.sessions import Device, SignIn, open_session
from images import services as images
from mysocial.core.errors import AlreadyExists, Invalid
from mysocial.core.ids import new_id
from mysocial.core.known_networks import remember_network
from mysocial.outbox import queue_email
from mysocial.security_log import Kind, network_of, record_event
from mysocial.store import Write, write
from notifications import services as notifications
from users import services as users
from users.selectors import find_user_id


def sign_up(  # noqa: PLR0913 - the fields of the sign-up form
    *,
    username: str,
    email: str,
    password: str,
    avatar_color: str = "",
    birth_date: date | None = None,
    avatar_image: "UploadedFile[bytes] | None" = None,
    device: Device,
    is_confirmed: bool = False,
) -> SignIn:
    """Create an account, its profile and its first session.

    The address gets an e-mail to confirm it, unless it `is_confirmed`, as those of the demo are.

    Raises:
        Invalid: The password is too weak, the username or the address is not allowed, or the
            member is too young.
        AlreadyExists: The username or the address is taken; `errors` names each that is.
    """
    email = _stored_email(email)
    check_strength(password, username=username, email=email)
    user_id = new_id()
    profile: dict[str, Any] = {"avatar_color": avatar_color, "birth_date": birth_date}
    account = Account(id=user_id, email=email, known_networks=network_of(device.address))
    account.password, account.email_verified = hash_password(password), is_confirmed
    try:
        with _received_avatar(avatar_image, user_id) as avatar, write() as w:
            _create_account(w, account)
            if avatar:
                images.create_media(w, avatar)
                profile["avatar_id"] = avatar.id
            users.create_user(w, user_id=user_id, username=username, **profile)
            w.respond_with(result := SignIn(user_id, open_session(w, user_id, device)))
    except AlreadyExists as error:
        error.errors = _taken_fields(username, email)
        raise
    remember_network(user_id, device.address)
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


def _stored_email(email: str) -> str:
    try:
        return normalize_email(email)
    except ValueError:
        raise Invalid(errors={"email": "This is not an e-mail address."}) from None


def _received_avatar(
    image: "UploadedFile[bytes] | None", user_id: str
) -> AbstractContextManager[Any]:
    """Receive the uploaded avatar, if there is one."""
    return (
        images.receive_upload(image, owner_id=user_id, purpose="profile")
        if image
        else nullcontext()
    )
