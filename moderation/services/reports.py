"""Filing reports, and forgetting them with whom they are about."""

from moderation import selectors
from moderation.models import Report
from moderation.store import reports
from mysocial.core.errors import AlreadyExists, Invalid
from mysocial.outbox import queue_cascade
from mysocial.store import pagination, write
from users.services import require_user


def file_report(
    *, reporter_id: str, target_type: str, target_id: str, reason: str, note: str = ""
) -> Report:
    """Report something that the member sees. `NotFound` for the rest; `Invalid` for one's own.

    `AlreadyExists` while a report of the same by the same is open.
    """
    found = selectors.find_reported(target_type, target_id, to=reporter_id)
    if found.subject_id == reporter_id:
        raise Invalid("This is your own.")
    report = Report(
        reporter_id=reporter_id,
        target_type=target_type,
        target_id=target_id,
        subject_id=found.subject_id,
        reason=reason,
        note=note,
        said=found.said,
        open_key=selectors.open_key(reporter_id, target_type, target_id),
    )
    try:
        with write() as w:
            require_user(w, found.subject_id)
            w.create(report, new_id=True)
            w.respond_with(report)
    except AlreadyExists:
        raise AlreadyExists("You have reported this, and it is being looked at.") from None
    return report


def forget_reports(*, index: str, user_id: str, limit: int) -> bool:
    """Remove at most `limit` reports of a list, with their notes; True when none is left."""
    found, are_all = pagination.latest(reports, index, user_id, limit=limit)
    with write() as w:
        for report in found:
            w.delete(report, missing_ok=True)
            queue_cascade(w, report)
    return are_all
