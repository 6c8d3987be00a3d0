"""Reads of moderation. What is for members goes by what they see; the rest is for staff."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chat import selectors as chat
from comments import selectors as comments
from images.selectors import get_media_urls
from moderation.models import ActionType, ModerationAction, Report, StaffNote, State, Target
from moderation.representations import report_template
from moderation.store import moderation_actions, reports, staff_notes, word_filters
from moderation.text_matching import Phrases, by_first_word
from mysocial.core.errors import NotFound, Unavailable
from mysocial.core.request_context import detached
from mysocial.store import Entry, Row, pagination, reads
from posts import selectors as posts
from users.selectors import find_user_id, get_profile, get_users

AROUND = 3  # messages before and after the one that was reported
MOST_LISTED = 100
MOST_FILTERS = 1000
FILTERS_SECONDS = 0.5
AWAY_SECONDS = 5.0  # until they are asked for again, where the store was away
ABOUT_MEMBER = (
    "quote",
    "work",
    "school",
    "location",
    "facebook",
    "instagram",
    "twitter",
    "youtube",
)


class Reported(NamedTuple):
    """What is reported: who is answerable for it, and what it says."""

    subject_id: str
    said: str


class Line(NamedTuple):
    """Something that somebody said, as staff are shown it."""

    author: str
    at: str
    text: str
    is_reported: bool
    shows: str = ""  # the address of its picture or video
    media_id: str = ""


class Context(NamedTuple):
    """What staff are shown of a reported thing."""

    subject: str
    lines: list[Line]
    state: str  # in words, what is to be known of the thing as it is now


Shown = tuple[list[Line], str]


def find_reported(target_type: str, target_id: str, *, to: str) -> Reported:
    """Return what a member wants to report; `NotFound` when they do not see it."""
    if target_type == Target.USER:
        get_profile(target_id, viewer_id=to)
        return Reported(target_id, _profile(target_id))
    if target_type == Target.POST:
        post = posts.get_post(target_id, to=to)
        return Reported(post.author_id, post.text)
    if target_type == Target.COMMENT:
        comment = comments.get_comment(target_id, to=to).comment
        return Reported(comment.author_id, comment.text)
    message, _ = chat.get_message(target_id, to=to)
    if message.is_deleted:
        raise NotFound
    return Reported(message.sender_id, message.text)


def _profile(user_id: str) -> str:
    user = get_users([user_id]).get(user_id)
    return "\n".join(_told(user)) if user else ""


def _told(user: Any) -> list[str]:
    """Return what a member's profile says."""
    return [said for said in (user.username, *(getattr(user, n) for n in ABOUT_MEMBER)) if said]


def open_key(reporter_id: str, target_type: str, target_id: str) -> str:
    """Return what is unique of an open report."""
    return f"{reporter_id}:{target_type}:{target_id}"


def is_reported(key: str) -> bool:
    """Tell whether there is an open report with this key."""
    return reads.find_by_unique(reports, "open_key", key) is not None


def reports_of(
    user_id: str, *, limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return a member's reports, newest first: for the member alone."""
    page = pagination.ListQuery(
        report_template, "reporter", user_id, limit=limit, after=after
    ).result()
    return page.rows, page.next


def own_among(report_ids: Sequence[str], *, to: str) -> set[str]:
    """Return the ids of those of the reports that are a member's own."""
    found = reads.get_records(reports, report_ids)
    return {pk for pk, report in found.items() if report.reporter_id == to}


# For staff ---------------------------------------------------------------------------------------


def get_report(report_id: str) -> Report:
    """Return a report; `NotFound`."""
    return reads.get_record(reports, report_id)


def notes_on(report_id: str) -> list[StaffNote]:
    """Return what staff noted on a report, newest first."""
    return pagination.latest(staff_notes, "report", report_id, limit=MOST_LISTED)[0]


def actions_against(user_id: str) -> list[ModerationAction]:
    """Return what was done against a member, newest first."""
    return pagination.latest(moderation_actions, "user", user_id, limit=MOST_LISTED)[0]


def get_action(measure_id: str) -> ModerationAction:
    """Return a measure; `NotFound`."""
    return reads.get_record(moderation_actions, measure_id)


def find_member(name: str) -> str:
    """Return the id of the member with this id or username; `NotFound`."""
    found = name if get_users([name]) else find_user_id(name)
    if not found:
        raise NotFound("There is no such member.")
    return found


def context_of(report: Report) -> Context:
    """Return a reported thing as it is now, with what stands around it.

    Of a message only while the report is open. Whoever shows it has the look written down first.
    """
    shown = {Target.MESSAGE: _message, Target.COMMENT: _comment, Target.POST: _post}
    show = shown.get(Target(report.target_type), _member)
    lines, state = show(report)
    names = _names([report.subject_id, *(line.author for line in lines)])
    where = get_media_urls(filter(None, (line.media_id for line in lines)))
    named = [
        line._replace(author=names[line.author], shows=line.shows or where.get(line.media_id, ""))
        for line in lines
    ]
    return Context(names[report.subject_id], named, state)


def _message(report: Report) -> Shown:
    message = chat.find_message(report.target_id) if report.state == State.OPEN else None
    if message is None:
        return [], "Messages are shown while their report is open."
    return [
        Line(
            one.sender_id,
            _at(one.created_at),
            "(deleted)" if one.is_deleted else one.text,
            one.id == message.id,
            one.gif_url,
            one.media_id,
        )
        for one in chat.messages_around(message, limit=AROUND)
    ], ""


def _comment(report: Report) -> Shown:
    comment = comments.find_comment(report.target_id)
    if comment is None:
        return [], "The comment is deleted."
    lines, state = _post_lines(comment.post_id, is_reported=False)
    said = Line(comment.author_id, _at(comment.created_at), comment.text, True)
    return [*lines, said], state


def _post(report: Report) -> Shown:
    return _post_lines(report.target_id, is_reported=True)


def _post_lines(post_id: str, *, is_reported: bool) -> Shown:
    post = posts.find_post(post_id)
    if post is None:
        return [], "The post is deleted."
    state = "The post is withheld." if posts.is_withheld(post) else ""
    line = Line(post.author_id, _at(post.created_at), post.text, is_reported)
    return [line._replace(shows=post.gif_url, media_id=post.media_id)], state


def _member(report: Report) -> Shown:
    user = get_users([report.target_id]).get(report.target_id)
    if user is None:
        return [], "The account is gone."
    said = "\n".join(_told(user))
    return [Line(user.id, _at(user.created_at), said, True, user.avatar_url)], ""


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _names(user_ids: Sequence[str]) -> dict[str, str]:
    found = get_users(user_ids)
    return {pk: found[pk].username if pk in found else "(gone)" for pk in user_ids}


def name_of(user_id: str) -> str:
    """Return a member's name, as staff are shown it; the system's for none."""
    return _names([user_id])[user_id] if user_id else "(the system)"


def is_undone(measure: ModerationAction) -> bool:
    """Tell whether there is nothing of a measure left that could be lifted."""
    user = get_users([measure.user_id]).get(measure.user_id)
    if measure.act == ActionType.SILENCE:
        return not user or not user.silenced_until
    if measure.act == ActionType.SUSPEND:
        return not user or not user.suspended_until
    post = posts.find_post(measure.target_id) if measure.target_type == Target.POST else None
    return not post or not posts.is_withheld(post)


# Words -------------------------------------------------------------------------------------------

_kept: tuple[float, Phrases] | None = None  # until when, and the filters


def phrases() -> Phrases:
    """Return the unwanted words, as they were at most `FILTERS_SECONDS` ago.

    While the store is away, as they were known last.
    """
    global _kept  # noqa: PLW0603 - one copy for the process
    if _kept is None or _kept[0] < time.monotonic():
        if _kept is not None:  # others go on with these, and so do we if nobody answers
            _kept = (time.monotonic() + AWAY_SECONDS, _kept[1])
        try:
            with detached():  # no read of the call's own: where it stood is told by those
                found, _ = pagination.latest(word_filters, "all", "", limit=MOST_FILTERS)
        except Unavailable:
            if _kept is None:
                raise
            return _kept[1]
        listed = by_first_word((one.phrase, one.act) for one in found)
        _kept = (time.monotonic() + FILTERS_SECONDS, listed)
    return _kept[1]
