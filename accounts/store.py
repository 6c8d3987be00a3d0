"""What lives in Redis of accounts."""

from accounts.models import Account, EndedSession, Export, OneTimeToken, Session
from mysocial.outbox import OUTBOX
from mysocial.store import DAY_SECONDS, Index, Store

CONTACT = "contact"  # what only the owner sees
PUBLIC = "shown"  # of a session; its salt is nobody's business

accounts = Store(
    Account,
    fragments={CONTACT: ("email", "email_verified")},
    unique=("email",),
)
sessions = Store(
    Session,
    fragments={PUBLIC: ("id", "created_at", "last_used_at", "user_agent", "address")},
    plain_fields=("user_id",),
    indexes=(Index("user", "user_id", cap=500, parent_label="accounts.account"),),
    expires_after=("last_used_at", 90 * 24 * 3600),
)
ended_sessions = Store(
    EndedSession,
    plain_fields=("user_id",),
    indexes=(Index("user", "user_id", parent_label="accounts.account"),),
    expires_after=("created_at", 90 * 24 * 3600),
)
tokens = Store(OneTimeToken, plain_fields=("user_id",), expires_after=("expires_at", 3600))
EXPORT_RETENTION_SECONDS = 7 * DAY_SECONDS  # of an export that is ready
exports = Store(
    Export,
    fragments={PUBLIC: ("requested_at", "ready_at", "expires_at", "size")},
    plain_fields=("status",),
    indexes=(OUTBOX,),
    expires_after=("due_at", EXPORT_RETENTION_SECONDS),
)
