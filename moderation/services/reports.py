"""Services that create and delete reports."""

from moderation import selectors
from moderation.models import Report
from moderation.store import reports
from mysocial.core.errors import AlreadyExists, Invalid
from mysocial.outbox import queue_cascade
from mysocial.store import newest_records, write
from users.services import require_user


def file_report(
    *, reporter_id: str, target_type: str, target_id: str, reason: str, note: str = ""
) -> Report:
    """Report something that the reporter can see.

    Raises:
        NotFound: The target does not exist or is not visible to the reporter.
        Invalid: The target belongs to the reporter.
        AlreadyExists: The reporter's earlier report of the same target is open.
    """
    target = selectors.get_report_target(target_type, target_id, viewer_id=reporter_id)
    if target.owner_id == reporter_id:
        raise Invalid("You cannot report yourself or your own content.")
    report = Report(
        reporter_id=reporter_id,
        target_type=target_type,
        target_id=target_id,
        subject_id=target.owner_id,
        reason=reason,
        note=note,
        excerpt=target.text,
        open_key=selectors.open_key(reporter_id, target_type, target_id),
    )
    try:
        with write() as w:
            require_user(w, target.owner_id)
            w.create(report, new_id=True)
            w.respond_with(report)
    except AlreadyExists:
        raise AlreadyExists("You have already reported this; the report is open.") from None
    return report


def delete_reports(*, index: str, user_id: str, limit: int) -> bool:
    """Delete up to `limit` reports of a list with their notes; return whether the list is empty."""
    batch, is_complete = newest_records(reports, index, user_id, limit=limit)
    with write() as w:
        for report in batch:
            w.delete(report, missing_ok=True)
            queue_cascade(w, report)
    return is_complete
