"""Services with which staff work on reports."""

from contextlib import suppress

from moderation import selectors
from moderation.models import ActionType, Report, StaffNote, State, Target
from moderation.selectors import Context
from moderation.services.actions import Decision, delete_target, enforce_action, new_action
from mysocial.admin import audit
from mysocial.core.errors import Conflict, Forbidden, Invalid, NotFound
from mysocial.core.ids import now
from mysocial.store import STALE_ERRORS, retry_on_conflict, write
from notifications.services import notify_without_actor


def view_report(*, report_id: str) -> Context:
    """Return the reported content in its context, after an entry in the audit log.

    Raises:
        Forbidden: The call is not part of a staff action.
        NotFound: There is no such report.
    """
    if not audit.in_staff_action():
        raise Forbidden("Only staff can view reported content.")
    report = selectors.get_report(report_id)
    with write() as w:  # the staff action adds its audit entry to this write
        w.require(Report, report_id)
    return selectors.report_context(report)


@retry_on_conflict
def assign_report(*, report_id: str, staff_username: str) -> Report:
    """Assign a report to a staff member, or to nobody with an empty username.

    Raises:
        NotFound: There is no such report.
        Conflict: The report is closed.
    """
    report = _open_report(report_id)
    with write(*STALE_ERRORS) as w:
        w.update(report, check_revision=True, assignee=staff_username)
    return report


def add_note(*, report_id: str, staff_username: str, text: str) -> StaffNote:
    """Add an internal note to a report.

    Raises:
        NotFound: There is no such report.
        Invalid: The text is empty.
    """
    if not text.strip():
        raise Invalid("A note cannot be empty.")
    note = StaffNote(report_id=report_id, author=staff_username, text=text)
    with write() as w:
        w.require(Report, report_id)
        w.create(note, new_id=True)
    return note


def resolve_report(*, report_id: str, decision: Decision) -> Report:
    """Resolve a report with an action, or with none, and notify its reporter.

    The action is part of the write that closes the report. Reported content is deleted by a write
    of its own before that; content that is already gone is no error.

    Raises:
        NotFound: There is no such report.
        Conflict: The report is closed.
        Invalid: The action does not apply to the target, or lacks a message or duration.
    """
    report = _open_report(report_id)
    if decision.action_type == ActionType.DELETE:
        if report.target_type == Target.USER:
            raise Invalid("A member cannot be deleted, only suspended.")
        with suppress(NotFound):
            delete_target(report.target_type, report.target_id)
    return _close_report(report_id, State.RESOLVED, decision)


def decline_report(*, report_id: str, staff_username: str) -> Report:
    """Close a report without an action, and notify its reporter.

    Raises:
        NotFound: There is no such report.
        Conflict: The report is closed.
    """
    return _close_report(report_id, State.DECLINED, Decision("", staff_username))


@retry_on_conflict
def _close_report(report_id: str, state: State, decision: Decision) -> Report:
    report = _open_report(report_id)
    with write(*STALE_ERRORS) as w:
        w.update(
            report,
            check_revision=True,
            state=state.value,
            action_type=decision.action_type,
            open_key="",
            assignee=report.assignee or decision.staff_username,
            closed_by=decision.staff_username,
            closed_at=now(),
        )
        if decision.action_type:
            action = new_action(report.subject_id, decision, report)
            enforce_action(w, action, decision.until_ms)
        if report.reporter_id:
            notify_without_actor(w, to=report.reporter_id, kind="report", cause=report.id)
    return report


def _open_report(report_id: str) -> Report:
    report = selectors.get_report(report_id)
    if report.state != State.OPEN:
        raise Conflict("This report is closed.")
    return report
