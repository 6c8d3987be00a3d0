"""Signing in with the link of an e-mail, without a password."""

from django.conf import settings

from accounts.email_addresses import normalize_sign_in_name
from accounts.models import SIGN_IN_LINK
from accounts.services.one_time_tokens import read_token
from accounts.services.sessions import Device, SignIn, explain_suspension, sign_in_in_write
from mysocial.core.errors import NotFound
from mysocial.core.known_networks import remember_network
from mysocial.outbox import queue_email
from mysocial.store import STALE_ERRORS, retry_on_conflict, write


def require_sign_in_links() -> None:
    """Check that the site sends links to sign in, before anything else is done.

    Raises:
        NotFound: It does not.
    """
    if not settings.SIGN_IN_LINKS:
        raise NotFound("This site does not send links to sign in.")


def request_sign_in_link(*, email: str) -> None:
    """Queue the e-mail with a link to sign in.

    Whether the address belongs to an account is looked up when the e-mail is sent, so neither the
    response nor its time discloses it.

    Raises:
        NotFound: The site does not send such links.
    """
    require_sign_in_links()
    with write() as w:
        queue_email(w, SIGN_IN_LINK, recipient=normalize_sign_in_name(email))
        w.respond_with(None)


def sign_in_with_link(*, token: str, device: Device) -> SignIn:
    """Open a session with a one-time token, which no other link of the account survives.

    Raises:
        NotFound: The site does not send such links.
        Invalid: The token is unknown, used or expired.
        Suspended: The account is suspended; the token is not used.
    """
    require_sign_in_links()
    result = _sign_in(token, device)
    remember_network(result.user_id, device.address)
    return result


@retry_on_conflict
def _sign_in(token: str, device: Device) -> SignIn:
    valid = read_token(token, SIGN_IN_LINK)
    with explain_suspension(valid.account.id), write(*STALE_ERRORS) as w:
        result = sign_in_in_write(w, valid.account, device, detail="link of an e-mail")
        w.delete(valid.record)
    return result
