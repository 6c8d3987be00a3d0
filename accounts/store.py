"""What lives in Redis of accounts."""

from accounts.models import Account, EndedSession, Export, OneTimeToken, Session
from mysocial.outbox.items import OUTBOX
from mysocial.store.store import DAY, Index, Store

CONTACT = "contact"  # what only the owner sees
SHOWN = "shown"  # of a session; its salt is nobody's business

accounts = Store(
    Account,
    parts={CONTACT: ("email", "email_verified")},
    unique=("email",),
)
sessions = Store(
    Session,
    parts={SHOWN: ("id", "created_at", "last_used_at", "user_agent", "address")},
    raw=("user_id",),
    indexes=(Index("user", "user_id", cap=500, of="accounts.account"),),
    expires=("last_used_at", 90 * 24 * 3600),
)
ended_sessions = Store(
    EndedSession,
    raw=("user_id",),
    indexes=(Index("user", "user_id", of="accounts.account"),),
    expires=("created_at", 90 * 24 * 3600),
)
tokens = Store(OneTimeToken, raw=("user_id",), expires=("expires_at", 3600))
KEPT_SECONDS = 7 * DAY  # of an export that is ready
exports = Store(
    Export,
    parts={SHOWN: ("requested_at", "ready_at", "expires_at", "size")},
    raw=("status",),
    indexes=(OUTBOX,),
    expires=("due_at", KEPT_SECONDS),
)
