"""Reads on behalf of a reporter, limited to what they can see."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chat import selectors as chat
from comments import selectors as comments
from moderation.models import Target
from moderation.representations import report_template
from moderation.selectors.profiles import profile_text
from moderation.store import reports
from mysocial.core.errors import NotFound
from mysocial.store import Entry, ListQuery, Row, reads
from posts import selectors as posts
from users.selectors import get_profile, get_users


class ReportTarget(NamedTuple):
    """The content that a member reports."""

    owner_id: str
    text: str


def get_report_target(target_type: str, target_id: str, *, viewer_id: str) -> ReportTarget:
    """Return the content with this id, as the viewer sees it.

    Raises:
        NotFound: It does not exist or is not visible to the member.
    """
    if target_type == Target.USER:
        get_profile(target_id, viewer_id=viewer_id)
        user = get_users([target_id]).get(target_id)
        return ReportTarget(target_id, profile_text(user) if user else "")
    if target_type == Target.POST:
        post = posts.get_post(target_id, viewer_id=viewer_id)
        return ReportTarget(post.author_id, posts.text_with_options(post))
    if target_type == Target.COMMENT:
        comment = comments.get_comment(target_id, viewer_id=viewer_id).comment
        return ReportTarget(comment.author_id, comment.text)
    message, _ = chat.get_message(target_id, viewer_id=viewer_id)
    if message.is_deleted:
        raise NotFound
    return ReportTarget(message.sender_id, _message_text(message.text, message.history))


def _message_text(text: str, history: Sequence[Mapping[str, str]]) -> str:
    """Return the text of a message and its earlier texts, newest first."""
    earlier = [f"Before an edit ({each['written_at']}):\n{each['text']}" for each in history]
    return "\n\n".join([text, *reversed(earlier)])


def open_key(reporter_id: str, target_type: str, target_id: str) -> str:
    """Return the key that is unique among open reports."""
    return f"{reporter_id}:{target_type}:{target_id}"


def has_open_report(key: str) -> bool:
    """Return whether there is an open report with this key."""
    return reads.find_by_unique(reports, "open_key", key) is not None


def reports_by(
    user_id: str, *, limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return a page of a member's reports, newest first. Only the member may see it."""
    page = ListQuery(report_template, "reporter", user_id, limit=limit, after=after).result()
    return page.rows, page.next


def report_ids_filed_by(user_id: str, *, among: Sequence[str]) -> set[str]:
    """Return which of these reports a member filed."""
    records = reads.get_records(reports, among)
    return {pk for pk, report in records.items() if report.reporter_id == user_id}
