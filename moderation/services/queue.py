"""What staff do with a report."""

from contextlib import suppress

from moderation import selectors
from moderation.models import ActionType, Report, StaffNote, State, Target
from moderation.selectors import Context
from moderation.services.actions import Decision, delete_target, enforce_action, new_action
from mysocial.admin import audit
from mysocial.core.errors import Conflict, Forbidden, Invalid, NotFound
from mysocial.core.ids import now
from mysocial.store import STALE_ERRORS, run_with_retry, write
from notifications.services import notify_of_decision


def look(*, report_id: str) -> Context:
    """Return what was reported in its context; that somebody looks is written down first.

    `Forbidden` unless staff act.
    """
    if not audit.in_staff_action():
        raise Forbidden("Only staff look at what was reported.")
    report = selectors.get_report(report_id)
    with write() as w:
        w.require(Report, report_id)
    return selectors.context_of(report)


def assign(*, report_id: str, staff: str) -> Report:
    """Give a report to somebody of staff; to nobody with an empty name. `Conflict`: closed."""
    return run_with_retry(lambda: _assign(report_id, staff))


def _assign(report_id: str, staff: str) -> Report:
    report = _open_report(report_id)
    with write(*STALE_ERRORS) as w:
        w.update(report, check_revision=True, assignee=staff)
    return report


def add_note(*, report_id: str, staff: str, text: str) -> StaffNote:
    """Note something on a report that only staff see. `Invalid` when it is empty."""
    if not text.strip():
        raise Invalid("A note needs a text.")
    note = StaffNote(report_id=report_id, author=staff, text=text)
    with write() as w:
        w.require(Report, report_id)
        w.create(note, new_id=True)
    return note


def resolve(*, report_id: str, decision: Decision) -> Report:
    """Resolve a report by an act, or by none. Its reporter is told. `Conflict`: it is closed.

    What is done against the member is part of the same write; a thing is deleted before it, and
    one that is gone already is fine.
    """
    report = _open_report(report_id)
    if decision.act == ActionType.DELETE:
        if report.target_type == Target.USER:
            raise Invalid("A member is suspended, not deleted.")
        with suppress(NotFound):
            delete_target(report.target_type, report.target_id)
    return run_with_retry(lambda: _close(report_id, State.RESOLVED, decision))


def decline(*, report_id: str, staff: str) -> Report:
    """Close a report that needs no act. Its reporter is told. `Conflict`: it is closed."""
    return run_with_retry(lambda: _close(report_id, State.DECLINED, Decision("", staff)))


def _close(report_id: str, state: State, decision: Decision) -> Report:
    report = _open_report(report_id)
    with write(*STALE_ERRORS) as w:
        w.update(
            report,
            check_revision=True,
            state=state.value,
            act=decision.act,
            open_key="",
            assignee=report.assignee or decision.staff,
            closed_by=decision.staff,
            closed_at=now(),
        )
        if decision.act:
            one = new_action(report.subject_id, decision, report)
            enforce_action(w, one, decision.until)
        if report.reporter_id:
            notify_of_decision(w, to=report.reporter_id, kind="report", cause=report.id)
    return report


def _open_report(report_id: str) -> Report:
    report = selectors.get_report(report_id)
    if report.state != State.OPEN:
        raise Conflict("This report is closed.")
    return report
