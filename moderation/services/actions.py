"""What is done against members and things, and undone."""

from typing import NamedTuple

from accounts import services as accounts
from chat.services import remove_message
from comments.services import remove_comment
from moderation import selectors
from moderation.models import LIFTED, Act, Measure, Report, Target
from mysocial.core.errors import Conflict, Invalid, until_of
from mysocial.core.ids import milliseconds, now
from mysocial.store.writes import MOVED, Write, again, write
from notifications.services import tell_member
from posts.services import restore_post, withhold_post
from users import services as users


class Decision(NamedTuple):
    """What somebody of staff decides: the act, the words to the member, and until when."""

    act: str
    staff: str
    words: str = ""
    until: int = 0  # milliseconds


def take_measure(*, measure_id: str, name: str, decision: Decision) -> Measure:
    """Act against a member of this id or username without a report. `NotFound`, `Invalid`."""
    user_id = selectors.find_member(name)
    if decision.act not in {Act.WARN, Act.SILENCE, Act.SUSPEND}:
        raise Invalid("Without a report a member can be warned, silenced or suspended.")
    return again(lambda: _take(measure_id, user_id, decision))


def _take(measure_id: str, user_id: str, decision: Decision) -> Measure:
    one = new_measure(user_id, decision)
    one.id = measure_id
    with write(*MOVED) as w:
        apply_measure(w, one, decision.until)
    return one


def new_measure(user_id: str, decision: Decision, report: Report | None = None) -> Measure:
    """Return the record of a measure. `Invalid` for what is missing."""
    is_timed = decision.act in {Act.SILENCE, Act.SUSPEND}
    if decision.act == Act.WARN and not decision.words.strip():
        raise Invalid("A warning needs words.")
    if is_timed and decision.until <= milliseconds(now()):
        raise Invalid("Until when must be a moment to come.")
    return Measure(
        user_id=user_id,
        act=decision.act,
        words=decision.words,
        until=until_of(decision.until) if is_timed else None,
        staff=decision.staff,
        report_id=report.id if report else "",
        target_type=report.target_type if report else "",
        target_id=report.target_id if report else "",
    )


def apply_measure(w: Write, one: Measure, until: int) -> None:
    """Carry a measure out within a write. `NotFound` when the member is gone.

    `Conflict` when somebody signed in to an account that is to be suspended: look again.
    """
    w.create(one, fresh=True)
    if one.act == Act.WARN:
        tell_member(w, to=one.user_id, kind="warning", cause=one.id, words=one.words, always=True)
    elif one.act == Act.SILENCE:
        users.silence(w, one.user_id, until)
    elif one.act == Act.SUSPEND:
        accounts.suspend_account(w, user_id=one.user_id, until=until, words=one.words)


def remove_thing(target_type: str, target_id: str) -> None:
    """Withhold a post, delete a comment, or a message for everyone. `NotFound`."""
    if target_type == Target.POST:
        withhold_post(post_id=target_id)
    elif target_type == Target.COMMENT:
        remove_comment(comment_id=target_id)
    else:
        remove_message(message_id=target_id)


def undo_measure(*, measure_id: str, staff: str, words: str = "") -> Measure:
    """Lift a silence or suspension, or show a withheld post again.

    `Conflict` when there is nothing to undo: it is over, or what was deleted can't come back.
    """
    return again(lambda: _undo(selectors.get_measure(measure_id), staff, words))


def _undo(one: Measure, staff: str, words: str) -> Measure:
    if selectors.is_undone(one):
        raise Conflict("There is nothing left of this that could be undone.")
    if one.act == Act.DELETE:
        restore_post(post_id=one.target_id)
    lifted = Measure(
        user_id=one.user_id,
        act=LIFTED,
        words=words,
        staff=staff,
        report_id=one.report_id,
        target_type=one.target_type,
        target_id=one.target_id,
    )
    with write(*MOVED) as w:
        w.create(lifted, fresh=True)
        if one.act == Act.SILENCE:
            users.silence(w, one.user_id, 0)
        elif one.act == Act.SUSPEND:
            accounts.lift_suspension(w, user_id=one.user_id)
    return lifted
