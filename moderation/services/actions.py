"""Moderation actions against members and content, and their revocation."""

import re
from typing import NamedTuple

from accounts import services as accounts
from chat.services import remove_message
from comments.services import remove_comment
from moderation import selectors
from moderation.models import REVOKED, ActionType, ModerationAction, Report, Target
from mysocial.core.errors import Conflict, Invalid, datetime_from_ms
from mysocial.core.ids import milliseconds, now
from mysocial.store import STALE_ERRORS, Write, retry_on_conflict, write
from notifications.services import notify_without_actor
from posts.services import restore_post, withhold_post
from users import services as users

ACTIONS_WITHOUT_REPORT = {
    ActionType.WARN,
    ActionType.SILENCE,
    ActionType.SUSPEND,
    ActionType.RENAME,
}
ACTIONS_WITH_DURATION = {ActionType.SILENCE, ActionType.SUSPEND}


class Decision(NamedTuple):
    """A decision of a staff member: the action, and what it needs."""

    action_type: str
    staff_username: str
    message: str = ""  # to the member
    until_ms: int = 0  # the end of a silence or suspension
    username: str = ""  # the new name of a member who is renamed


@retry_on_conflict
def apply_action(*, action_id: str, member: str, decision: Decision) -> ModerationAction:
    """Take an action against a member without a report.

    Args:
        action_id: The id of the new record.
        member: The id or username of the member.
        decision: A warning, silence, suspension or another username.

    Raises:
        NotFound: There is no such member.
        Invalid: The action needs a report, a message, an end in the future, or another username.
        AlreadyExists: The username is taken.
    """
    user_id = selectors.find_member(member)
    if decision.action_type not in ACTIONS_WITHOUT_REPORT:
        raise Invalid("Without a report you can only warn, silence, suspend or rename a member.")
    action = new_action(user_id, decision)
    action.id = action_id
    with write(*STALE_ERRORS) as w:
        enforce_action(w, action, decision.until_ms)
    return action


def new_action(user_id: str, decision: Decision, report: Report | None = None) -> ModerationAction:
    """Return the record of an action, not saved yet.

    Raises:
        Invalid: A warning has no message, a silence or suspension ends in the past, or the new
            username of a member is malformed.
    """
    username = decision.username if decision.action_type == ActionType.RENAME else ""
    has_duration = decision.action_type in ACTIONS_WITH_DURATION
    if decision.action_type == ActionType.WARN and not decision.message.strip():
        raise Invalid("A warning needs a message.")
    if has_duration and decision.until_ms <= milliseconds(now()):
        raise Invalid("Choose a duration.")
    if decision.action_type == ActionType.RENAME and not re.match(users.USERNAME_PATTERN, username):
        raise Invalid("Enter a new username: 3 to 30 letters, digits or underscores.")
    return ModerationAction(
        user_id=user_id,
        action_type=decision.action_type,
        message=decision.message,
        until=datetime_from_ms(decision.until_ms) if has_duration else None,
        username=username,
        staff_username=decision.staff_username,
        report_id=report.id if report else "",
        target_type=report.target_type if report else "",
        target_id=report.target_id if report else "",
    )


def enforce_action(w: Write, action: ModerationAction, until_ms: int) -> None:
    """Create an action and its effect on the member within a write.

    Raises:
        NotFound: The member is gone.
        Conflict: The member signed in meanwhile, and the new session is not among those to end.
        Invalid: Nobody may have the new username.
        AlreadyExists: The new username is taken.
    """
    user_id, message = action.user_id, action.message
    if action.action_type == ActionType.RENAME:
        action.former_username = users.replace_username(w, user_id, action.username)
        notice = f"Our moderators changed your username to {action.username}. {message}".rstrip()
        _warn(w, action, notice)
    w.create(action, new_id=True)
    if action.action_type == ActionType.WARN:
        _warn(w, action, message)
    elif action.action_type == ActionType.SILENCE:
        users.silence(w, user_id, until_ms)
    elif action.action_type == ActionType.SUSPEND:
        accounts.suspend_account(w, user_id=user_id, until_ms=until_ms, reason=message)


def _warn(w: Write, action: ModerationAction, message: str) -> None:
    """Notify the member of an action within a write, in the app in any case."""
    notify_without_actor(
        w, to=action.user_id, kind="warning", cause=action.id, message=message, always_in_app=True
    )


def delete_target(target_type: str, target_id: str) -> None:
    """Withhold a post, delete a comment, or delete a message for everyone.

    Raises:
        NotFound: The target is gone.
    """
    if target_type == Target.POST:
        withhold_post(post_id=target_id)
    elif target_type == Target.COMMENT:
        remove_comment(comment_id=target_id)
    else:
        remove_message(message_id=target_id)


@retry_on_conflict
def revoke_action(*, action_id: str, staff_username: str, message: str = "") -> ModerationAction:
    """End a silence or suspension, or restore a withheld post.

    Raises:
        NotFound: There is no such action.
        Conflict: The action is over, or what it deleted cannot be restored.
    """
    action = selectors.get_action(action_id)
    if not selectors.is_revocable(action):
        raise Conflict("This action is over or cannot be revoked.")
    if action.action_type == ActionType.DELETE:
        restore_post(post_id=action.target_id)
    revocation = ModerationAction(
        user_id=action.user_id,
        action_type=REVOKED,
        message=message,
        staff_username=staff_username,
        report_id=action.report_id,
        target_type=action.target_type,
        target_id=action.target_id,
    )
    with write(*STALE_ERRORS) as w:
        w.create(revocation, new_id=True)
        if action.action_type == ActionType.SILENCE:
            users.silence(w, action.user_id, 0)
        elif action.action_type == ActionType.SUSPEND:
            accounts.lift_suspension(w, user_id=action.user_id)
    return revocation
