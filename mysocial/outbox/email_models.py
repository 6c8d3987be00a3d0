"""The model of queued e-mails and its store."""

from django.db import models

from mysocial.outbox.email_failures import MAX_REASON_LENGTH
from mysocial.outbox.items import OUTBOX, OutboxItem
from mysocial.store import Store

SENT, DROPPED, HELD, FAILED = "sent", "dropped", "held", "failed"
REPORTED = "reported"  # sent, and reported by the provider as bounced or as spam
KEPT_SECONDS = 30 * 24 * 3600


class Email(OutboxItem):
    """One e-mail: queued, then sent, dropped, held back for a digest, failed, or reported."""

    kind = models.CharField(max_length=40)
    recipient = models.CharField(max_length=254)  # an address, or the id of a member
    params = models.JSONField(default=dict)
    sent_at = models.DateTimeField(null=True, default=None)
    failure = models.CharField(max_length=MAX_REASON_LENGTH, default="")  # of the last attempt

    class Meta(OutboxItem.Meta):
        db_table = "emails"
        app_label = "mysocial"


emails = Store(
    Email,
    plain_fields=("status",),
    queue="email",
    indexes=(OUTBOX,),
    expires_after=("due_at", KEPT_SECONDS),
)
