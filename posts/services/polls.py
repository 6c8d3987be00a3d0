"""Polls of posts: their creation, changes and deletion, in the write of the post."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from mysocial.core.errors import Conflict, Invalid
from mysocial.core.ids import milliseconds
from mysocial.outbox import queue_cascade
from mysocial.store import Write, reads, server_time
from posts.models import MAX_POLL_SECONDS, MIN_POLL_SECONDS, Poll, PollEnd, Post
from posts.services.content import POLL
from posts.store import poll_ends, polls

DEFINITION = ("options", "multiple", "hide_results", "may_change_vote", "ends_at")


class PollChange(NamedTuple):
    """A change of the poll of a post; None stands for no poll."""

    old: Poll | None  # as it was read
    new: Poll | None

    @property
    def texts(self) -> dict[str, str]:
        """The texts that the change adds, by the field of requests."""
        return {"poll.options": "\n".join(self.new.options)} if self.new else {}


NO_CHANGE = PollChange(None, None)


def build_poll(post_id: str, fields: Mapping[str, Any]) -> Poll:
    """Return a new poll from the validated fields of `PollInput`.

    Raises:
        Invalid: It would end too early or too late, by the clock of Redis.
    """
    poll = Poll(id=post_id, ends_at=_end(fields))
    poll.ends_ms = str(milliseconds(poll.ends_at))
    for name in fields.keys() & set(DEFINITION) - {"ends_at"}:
        setattr(poll, name, fields[name])
    return poll


def _end(fields: Mapping[str, Any]) -> datetime:
    now = server_time()
    if "ends_at" not in fields:
        return now + timedelta(seconds=fields["duration_seconds"])
    ends_at: datetime = fields["ends_at"]
    if not MIN_POLL_SECONDS <= (ends_at - now).total_seconds() <= MAX_POLL_SECONDS:
        message = "A poll must end in 5 minutes at the earliest and in 30 days at the latest."
        raise Invalid(errors={"poll.ends_at": message})
    return ends_at.replace(microsecond=ends_at.microsecond // 1000 * 1000)


def plan_poll_change(post: Post, body: Mapping[str, Any]) -> PollChange:
    """Return the change of the poll that a request makes; `NO_CHANGE` for none.

    Raises:
        Invalid: The new poll would end too early or too late.
    """
    if POLL not in body:
        return NO_CHANGE
    old = reads.get_records(polls, [post.id]).get(post.id) if post.poll_id else None
    new = build_poll(post.id, body[POLL]) if body[POLL] else None
    is_same = old and new and all(getattr(old, name) == getattr(new, name) for name in DEFINITION)
    return NO_CHANGE if is_same else PollChange(old, new)


def change_poll(w: Write, post: Post, change: PollChange, *, is_new_post: bool = False) -> None:
    """Create, change or delete the poll of a post, in the write of the post.

    Raises:
        Conflict: Members have voted in the poll.
        PollEnded: The poll has ended. Raised by the write.
    """
    old, new = change
    if old:
        _require_no_votes(w, old)
    if old and new:
        values = {name: getattr(new, name) for name in (*DEFINITION, "ends_ms")}
        w.update(old, **values)
        end = reads.get_records(poll_ends, [old.id]).get(old.id)
        if end:  # Otherwise the poll has ended, so the write fails.
            w.update(end, due_at=new.ends_at)
    elif new:
        w.create(new, new_id=is_new_post)
        w.create(PollEnd(id=new.id, due_at=new.ends_at), new_id=is_new_post)
    elif old:
        _delete(w, post.id)  # It has no votes.
    post.changed_poll = new


def _require_no_votes(w: Write, poll: Poll) -> None:
    if poll.voters_count:
        raise Conflict("Members have voted in this poll, so it cannot be changed.")
    w.require_future(Poll, poll.id, "ends_ms")
    w.require_unchanged(poll)


def delete_poll(w: Write, post: Post) -> None:
    """Delete the poll of a post in the write that deletes the post; queue that of the votes."""
    poll = _delete(w, post.id)
    if poll:
        queue_cascade(w, poll)


def _delete(w: Write, post_id: str) -> Poll | None:
    poll_query = reads.optional_record_query(polls, post_id)
    end_query = reads.optional_record_query(poll_ends, post_id)
    reads.gather(poll_query, end_query)
    poll, end = poll_query.result(), end_query.result()
    for record in (poll, end):
        if record:
            w.delete(record, missing_ok=True)
    return poll
