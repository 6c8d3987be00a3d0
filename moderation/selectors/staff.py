"""Reads on behalf of staff: reports, notes, actions, and reported content in its context."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from chat import selectors as chat
from comments import selectors as comments
from images.selectors import get_media_urls
from moderation.models import ActionType, ModerationAction, Report, StaffNote, State, Target
from moderation.selectors.profiles import profile_text
from moderation.store import moderation_actions, reports, staff_notes
from mysocial.core.addresses import absolute_address
from mysocial.core.errors import NotFound
from mysocial.core.text import fold_query
from mysocial.store import newest_records, reads
from posts import selectors as posts
from users.selectors import find_user_id, get_users

SURROUNDING_MESSAGES = 3  # shown before and after a reported message
MAX_LISTED = 100


class Line(NamedTuple):
    """A text by a member, as the report page shows it."""

    author: str  # an id, then a username
    at: str
    text: str
    is_reported: bool
    media_url: str = ""
    media_id: str = ""


class MemberSummary(NamedTuple):
    """What staff see of a member before they act against them."""

    id: str
    username: str
    avatar_url: str
    joined: str
    posts_count: int


class Context(NamedTuple):
    """The reported content as it is now, with what surrounds it."""

    subject: str  # the username of the owner
    lines: list[Line]
    state: str  # a sentence for staff, for example that the post is deleted


ContentLines = tuple[list[Line], str]  # the lines of a context, and its state


def get_report(report_id: str) -> Report:
    """Return a report.

    Raises:
        NotFound: There is no such report.
    """
    return reads.get_record(reports, report_id)


def notes_on(report_id: str) -> list[StaffNote]:
    """Return the staff notes on a report, newest first."""
    return newest_records(staff_notes, "report", report_id, limit=MAX_LISTED)[0]


def actions_against(user_id: str) -> list[ModerationAction]:
    """Return the actions taken against a member, newest first."""
    return newest_records(moderation_actions, "user", user_id, limit=MAX_LISTED)[0]


def get_action(action_id: str) -> ModerationAction:
    """Return an action.

    Raises:
        NotFound: There is no such action.
    """
    return reads.get_record(moderation_actions, action_id)


def is_revocable(action: ModerationAction) -> bool:
    """Return whether an action still has an effect that can be revoked."""
    user = get_users([action.user_id]).get(action.user_id)
    if action.action_type == ActionType.SILENCE:
        return bool(user and user.silenced_until)
    if action.action_type == ActionType.SUSPEND:
        return bool(user and user.suspended_until)
    post = posts.find_post(action.target_id) if action.target_type == Target.POST else None
    return bool(post and posts.is_withheld(post))


def find_member(name: str) -> str:
    """Return the id of the member with this username or, if there is none, with this id.

    Raises:
        NotFound: There is no such member.
    """
    name = fold_query(name)
    user_id = find_user_id(name) or (name if get_users([name]) else None)
    if not user_id:
        raise NotFound("There is no member with this username or id.")
    return user_id


def summarize_member(user_id: str) -> MemberSummary | None:
    """Return what staff see of a member before they act against them; None if there is none."""
    user = get_users([user_id]).get(user_id)
    if user is None:
        return None
    joined = _format_time(user.created_at)
    avatar_url = absolute_address(user.avatar_url)
    return MemberSummary(user.id, user.username, avatar_url, joined, user.posts_count)


def display_name(user_id: str) -> str:
    """Return a member's username as staff see it; an empty id stands for the system."""
    return _usernames([user_id])[user_id] if user_id else "(the system)"


def _usernames(user_ids: Sequence[str]) -> dict[str, str]:
    users = get_users(user_ids)
    return {pk: users[pk].username if pk in users else "(deleted)" for pk in user_ids}


# Reported content --------------------------------------------------------------------------------


def report_context(report: Report) -> Context:
    """Return the reported content as it is now, with what surrounds it.

    Messages are included only while the report is open. The caller must record the view in the
    audit log first (`services.view_report`).
    """
    readers = {
        Target.MESSAGE: _message_lines,
        Target.COMMENT: _comment_lines,
        Target.POST: _reported_post_lines,
        Target.USER: _profile_lines,
    }
    lines, state = readers[Target(report.target_type)](report)
    usernames = _usernames([report.subject_id, *(line.author for line in lines)])
    urls = get_media_urls(filter(None, (line.media_id for line in lines)))
    named_lines = [
        line._replace(
            author=usernames[line.author],
            media_url=line.media_url or urls.get(line.media_id, ""),
        )
        for line in lines
    ]
    return Context(usernames[report.subject_id], named_lines, state)


def _message_lines(report: Report) -> ContentLines:
    reported = chat.find_message(report.target_id) if report.state == State.OPEN else None
    if reported is None:
        return [], "Messages are shown only while their report is open."
    lines = [
        Line(
            message.sender_id,
            _format_time(message.created_at),
            "(deleted)" if message.is_deleted else message.text,
            message.id == reported.id,
            message.gif_url,
            message.media_id,
        )
        for message in chat.messages_around(reported, limit=SURROUNDING_MESSAGES)
    ]
    return lines, ""


def _comment_lines(report: Report) -> ContentLines:
    comment = comments.find_comment(report.target_id)
    if comment is None:
        return [], "The comment is deleted."
    lines, state = _post_lines(comment.post_id, is_reported=False)
    line = Line(comment.author_id, _format_time(comment.created_at), comment.text, True)
    return [*lines, line], state


def _reported_post_lines(report: Report) -> ContentLines:
    return _post_lines(report.target_id, is_reported=True)


def _post_lines(post_id: str, *, is_reported: bool) -> ContentLines:
    post = posts.find_post(post_id)
    if post is None:
        return [], "The post is deleted."
    state = "The post is withheld." if posts.is_withheld(post) else ""
    line = Line(
        post.author_id, _format_time(post.created_at), posts.text_with_options(post), is_reported
    )
    return [line._replace(media_url=post.gif_url, media_id=post.media_id)], state


def _profile_lines(report: Report) -> ContentLines:
    user = get_users([report.target_id]).get(report.target_id)
    if user is None:
        return [], "The account is deleted."
    text = profile_text(user)
    avatar_url = absolute_address(user.avatar_url)
    return [Line(user.id, _format_time(user.created_at), text, True, avatar_url)], ""


def _format_time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
