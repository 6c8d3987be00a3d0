"""The e-mails that a provider reports about: found by the id that the provider gave them.

Redis keeps the ids for a while. An id that it does not know, or no longer, is ignored: losing a
report costs one more e-mail to an address that does not exist.
"""

import hashlib
import logging
import re

from mysocial.core import keys
from mysocial.core.errors import Unavailable
from mysocial.core.redis import available, client
from mysocial.outbox.email_models import REPORTED, SENT, Email, emails
from mysocial.store import DAY_SECONDS, Write, reads

logger = logging.getLogger(__name__)
MESSAGE_ID_SECONDS = 7 * DAY_SECONDS
MAX_MESSAGE_ID_LENGTH = 998  # of a line (RFC 5322, section 2.1.1)
OWN_MESSAGE_ID = re.compile(r"<?([0-9a-f]{24})@[^@\s]+>?")


def remember_message_id(email_id: str, message_id: object) -> None:
    """Keep which e-mail has an id of the provider. Never raises: the e-mail is sent already."""
    if not isinstance(message_id, str) or not message_id:
        return
    try:
        with available():
            client().set(_key(message_id), email_id, ex=MESSAGE_ID_SECONDS)
    except Unavailable as error:
        logger.warning("Reports about e-mail %s will be ignored: %s", email_id, error)


def find_reported_email(message_id: object) -> Email | None:
    """Return the e-mail with an id of the provider, or our `Message-ID`, if it was sent.

    It is None if the id is unknown, or if the e-mail has been reported before.

    Raises:
        Unavailable: The store cannot be reached.
    """
    if not isinstance(message_id, str) or not 0 < len(message_id) <= MAX_MESSAGE_ID_LENGTH:
        return None
    with available():
        stored = client().get(_key(message_id))
    own = OWN_MESSAGE_ID.fullmatch(message_id)  # An SMTP server of a provider keeps ours.
    email_id = stored.decode() if stored else own and own[1]
    email = reads.get_records(emails, [email_id]).get(email_id) if email_id else None
    return email if email and email.status == SENT else None


def mark_reported(w: Write, email: Email, reason: str) -> None:
    """Mark an e-mail in a write, so that the same report counts once."""
    w.update(email, check_revision=True, status=REPORTED, failure=reason)


def _key(message_id: str) -> str:
    return keys.email_message(hashlib.sha256(message_id.strip("<> ").encode()).hexdigest())
