"""Counts: of the posts, followers and followed members of each member, and of the site."""

from mysocial.policies import Audience
from mysocial.store import Write
from users.models import SiteTotals, User
from users.store import POST_COUNTERS, TOTALS_ID


def increment_user_counters(w: Write, user_id: str, **deltas: int) -> None:
    """Add to a member's counters in a write; a deleted member is skipped."""
    w.increment(User, user_id, missing_ok=True, init=None, only_if=None, **deltas)


def count_post(w: Write, author_id: str, *, before: Audience, after: Audience) -> None:
    """Update the counts of a member's posts, and of the site's, by the audience of one post.

    Args:
        w: The write that changes the post.
        author_id: The author.
        before: The audience of the post until now, whatever the author's account is; nobody if it
            did not exist.
        after: The audience from now on.
    """
    deltas = {
        counter: (after >= audience) - (before >= audience)
        for counter, audience in POST_COUNTERS.items()
    }
    changed = {counter: delta for counter, delta in deltas.items() if delta}
    if changed:
        increment_user_counters(w, author_id, **changed)
    if changed.get("public_posts_count"):
        w.increment(
            SiteTotals,
            TOTALS_ID,
            init=SiteTotals(id=TOTALS_ID),
            only_if=(User, author_id, "is_private", b"false"),
            public_posts_count=changed["public_posts_count"],
        )


def count_pinned_post(w: Write, user: User) -> None:
    """Count a post that a member pins to their profile.

    The write fails with `Conflict` if the member has pinned or unpinned a post since `user` was
    read.
    """
    count = user.pinned_posts_count
    w.require(User, user.id, pinned_posts_count=str(count).encode())
    w.increment(User, user.id, pinned_posts_count=1)


def count_public_posts_of(w: Write, user: User, *, sign: int) -> None:
    """Add the public posts of a member to the total of the site, or subtract them.

    The write fails with `Conflict` if the member publishes or removes a post at the same time.
    """
    count = user.public_posts_count
    w.require(User, user.id, public_posts_count=str(count).encode())
    if count:
        w.increment(
            SiteTotals, TOTALS_ID, init=SiteTotals(id=TOTALS_ID), public_posts_count=sign * count
        )
