"""What is done against members and things, and undone."""

from typing import NamedTuple

from accounts import services as accounts
from chat.services import remove_message
from comments.services import remove_comment
from moderation import selectors
from moderation.models import REVOKED, ActionType, ModerationAction, Report, Target
from mysocial.core.errors import Conflict, Invalid, datetime_from_ms
from mysocial.core.ids import milliseconds, now
from mysocial.store import STALE_ERRORS, Write, run_with_retry, write
from notifications.services import notify_of_decision
from posts.services import restore_post, withhold_post
from users import services as users


class Decision(NamedTuple):
    """What somebody of staff decides: the act, the words to the member, and until when."""

    act: str
    staff: str
    words: str = ""
    until: int = 0  # milliseconds


def apply_action(*, measure_id: str, name: str, decision: Decision) -> ModerationAction:
    """Act against a member of this id or username without a report. `NotFound`, `Invalid`."""
    user_id = selectors.find_member(name)
    if decision.act not in {ActionType.WARN, ActionType.SILENCE, ActionType.SUSPEND}:
        raise Invalid("Without a report a member can be warned, silenced or suspended.")
    return run_with_retry(lambda: _take(measure_id, user_id, decision))


def _take(measure_id: str, user_id: str, decision: Decision) -> ModerationAction:
    one = new_action(user_id, decision)
    one.id = measure_id
    with write(*STALE_ERRORS) as w:
        enforce_action(w, one, decision.until)
    return one


def new_action(user_id: str, decision: Decision, report: Report | None = None) -> ModerationAction:
    """Return the record of a measure. `Invalid` for what is missing."""
    is_timed = decision.act in {ActionType.SILENCE, ActionType.SUSPEND}
    if decision.act == ActionType.WARN and not decision.words.strip():
        raise Invalid("A warning needs words.")
    if is_timed and decision.until <= milliseconds(now()):
        raise Invalid("Until when must be a moment to come.")
    return ModerationAction(
        user_id=user_id,
        act=decision.act,
        words=decision.words,
        until=datetime_from_ms(decision.until) if is_timed else None,
        staff=decision.staff,
        report_id=report.id if report else "",
        target_type=report.target_type if report else "",
        target_id=report.target_id if report else "",
    )


def enforce_action(w: Write, one: ModerationAction, until: int) -> None:
    """Carry a measure out within a write. `NotFound` when the member is gone.

    `Conflict` when somebody signed in to an account that is to be suspended: look again.
    """
    w.create(one, new_id=True)
    if one.act == ActionType.WARN:
        notify_of_decision(
            w, to=one.user_id, kind="warning", cause=one.id, message=one.words, always_in_app=True
        )
    elif one.act == ActionType.SILENCE:
        users.silence(w, one.user_id, until)
    elif one.act == ActionType.SUSPEND:
        accounts.suspend_account(w, user_id=one.user_id, until_ms=until, reason=one.words)


def delete_target(target_type: str, target_id: str) -> None:
    """Withhold a post, delete a comment, or a message for everyone. `NotFound`."""
    if target_type == Target.POST:
        withhold_post(post_id=target_id)
    elif target_type == Target.COMMENT:
        remove_comment(comment_id=target_id)
    else:
        remove_message(message_id=target_id)


def revoke_action(*, measure_id: str, staff: str, words: str = "") -> ModerationAction:
    """Lift a silence or suspension, or show a withheld post again.

    `Conflict` when there is nothing to undo: it is over, or what was deleted can't come back.
    """
    return run_with_retry(lambda: _undo(selectors.get_action(measure_id), staff, words))


def _undo(one: ModerationAction, staff: str, words: str) -> ModerationAction:
    if selectors.is_undone(one):
        raise Conflict("There is nothing left of this that could be undone.")
    if one.act == ActionType.DELETE:
        restore_post(post_id=one.target_id)
    lifted = ModerationAction(
        user_id=one.user_id,
        act=REVOKED,
        words=words,
        staff=staff,
        report_id=one.report_id,
        target_type=one.target_type,
        target_id=one.target_id,
    )
    with write(*STALE_ERRORS) as w:
        w.create(lifted, new_id=True)
        if one.act == ActionType.SILENCE:
            users.silence(w, one.user_id, 0)
        elif one.act == ActionType.SUSPEND:
            accounts.lift_suspension(w, user_id=one.user_id)
    return lifted
