"""Ends of polls: the event, and the notifications of the author and the voters, exactly once.

A `PollEnd` is an outbox item, due at the end of its poll. Each step of its work is one write that
also records the progress in the item, so a worker that dies leaves nothing out and repeats nothing.
"""

import logging
import math
from datetime import timedelta

from mysocial.core.errors import NotFound, PollNotEnded, Unavailable
from mysocial.core.ids import now
from mysocial.outbox import delete_records, process_due, report_postponed
from mysocial.store import (
    STALE_ERRORS,
    JsonTemplate,
    ListQuery,
    reads,
    retry_on_conflict,
    write,
)
from notifications import services as notifications
from posts import selectors
from posts.events import PollEnded
from posts.models import Poll, PollEnd, Post
from posts.store import poll_ends, poll_votes, polls, posts

logger = logging.getLogger(__name__)
VOTERS_PER_WRITE = 50
KIND = "poll"  # of notifications
EARLY_RETRY_SECONDS = 5  # of a worker whose clock is ahead of that of Redis
_vote_template = JsonTemplate(poll_votes)


def end_due_polls(seconds: float = math.inf) -> int:
    """Announce the ends of polls that are due, for at most `seconds`; return how many were.

    Safe to run concurrently.

    Raises:
        Unavailable: A server cannot be reached.
    """
    return process_due(poll_ends, _end_poll, seconds)


def _end_poll(claimed: PollEnd) -> bool:
    try:
        _announce(claimed.id)
        while _notify_next_voters(claimed.id):
            pass
    except PollNotEnded:
        with write() as w:
            w.update(claimed, due_at=now() + timedelta(seconds=EARLY_RETRY_SECONDS), tries=0)
        return False
    except NotFound:
        delete_records(poll_ends, [claimed.id])  # The post or its poll was deleted meanwhile.
    except Unavailable:
        raise
    except Exception as error:
        # It becomes due again, without limit, and does not delay other polls.
        logger.exception("The end of the poll %s could not be announced", claimed.id)
        report_postponed(claimed, type(error).__name__)
        return False
    return True


@retry_on_conflict
def _announce(post_id: str) -> None:
    """Announce the end of a poll and notify the author, unless that was done.

    Raises:
        NotFound: The post or its poll is deleted.
        PollNotEnded: The poll has not ended, by the clock of Redis.
    """
    end, post, poll = _get_records(post_id)
    if end.is_announced:
        return
    author_sees_post = bool(selectors.current_viewers(post.id, {post.author_id}))
    with write(*STALE_ERRORS) as w:
        w.require_expired(Poll, poll.id, "ends_ms")
        # The event must be true when it is sent: the post has this privacy.
        w.require(Post, post.id, privacy=post.privacy.encode())
        w.update(end, check_revision=True, is_announced=True)
        w.announce(PollEnded(post.id, post.author_id, post.privacy, option_count=len(poll.options)))
        if author_sees_post:
            notifications.notify_without_actor(
                w, to=post.author_id, kind=KIND, cause=post.id, post_id=post.id
            )


@retry_on_conflict
def _notify_next_voters(post_id: str) -> bool:
    """Notify the next voters who may see the post; return whether more voters follow.

    The write for the last voters deletes the item.

    Raises:
        NotFound: The post or its poll is deleted.
    """
    end, post, _ = _get_records(post_id)
    pk_and_score = end.notified_up_to
    page = ListQuery(
        _vote_template,
        "post",
        post_id,
        limit=VOTERS_PER_WRITE,
        after=(pk_and_score[0], pk_and_score[1]) if pk_and_score else None,
        oldest=True,
    ).result()
    voters = {row.value("user_id") for row in page.rows} - {post.author_id}
    with write(*STALE_ERRORS) as w:
        if page.next:
            w.update(end, check_revision=True, notified_up_to=list(page.next))
        else:
            w.delete(end, check_revision=True)
        notifications.notify_many(
            w,
            to=selectors.current_viewers(post_id, voters) if voters else (),
            kind=KIND,
            actor_id=post.author_id,
            cause=post_id,
            post_id=post_id,
        )
    return page.next is not None


def _get_records(post_id: str) -> tuple[PollEnd, Post, Poll]:
    end = reads.get_record(poll_ends, post_id)
    return end, reads.get_record(posts, post_id), reads.get_record(polls, post_id)
