"""What lives in Redis of moderation."""

from moderation.models import Measure, Report, StaffNote, WordFilter
from mysocial.store.store import Index, Store

MEMBER = "users.user"
SHOWN = "shown"  # what its reporter sees of a report

reports = Store(
    Report,
    parts={SHOWN: ("id", "created_at", "reason", "note", "closed_at")},
    raw=("reporter_id", "target_type", "target_id", "subject_id", "state"),
    unique=("open_key",),
    indexes=(
        Index("all"),
        Index("reporter", "reporter_id", of=MEMBER),
        Index("subject", "subject_id", of=MEMBER),
    ),
)
staff_notes = Store(
    StaffNote, raw=("report_id",), indexes=(Index("report", "report_id", of="moderation.report"),)
)
measures = Store(
    Measure,
    raw=("user_id", "report_id"),
    indexes=(Index("all"), Index("user", "user_id", of=MEMBER)),
)
word_filters = Store(WordFilter, indexes=(Index("all"),))
