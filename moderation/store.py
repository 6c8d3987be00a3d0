"""Declaration of the moderation records in the store."""

from moderation.models import ModerationAction, Report, StaffNote, WordFilter
from mysocial.store import Index, Store

MEMBER = "users.user"
SHOWN = "shown"  # the fragment with the fields that the reporter may see

reports = Store(
    Report,
    fragments={SHOWN: ("id", "created_at", "reason", "note", "closed_at")},
    plain_fields=("reporter_id", "target_type", "target_id", "subject_id", "state"),
    unique=("open_key",),
    indexes=(
        Index("all"),
        Index("reporter", "reporter_id", parent_label=MEMBER),
        Index("subject", "subject_id", parent_label=MEMBER),
    ),
)
staff_notes = Store(
    StaffNote,
    plain_fields=("report_id",),
    indexes=(Index("report", "report_id", parent_label="moderation.report"),),
)
moderation_actions = Store(
    ModerationAction,
    plain_fields=("user_id", "report_id"),
    indexes=(Index("all"), Index("user", "user_id", parent_label=MEMBER)),
)
word_filters = Store(WordFilter, indexes=(Index("all"),))
