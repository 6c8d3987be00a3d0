"""Using and looking for links to sign in."""

from mysocial.outbox import send_due
from tests.support.people import anonymous


def use(token, **fields):
    return anonymous.post(f"signin/link/{token}", fields)


def mails_with_links(mailoutbox):
    send_due()
    return [mail.to for mail in mailoutbox if "link to sign in" in mail.subject]
