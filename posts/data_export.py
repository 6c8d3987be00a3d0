"""Posts, polls and votes in a member's data export."""

from collections.abc import Iterator

from mysocial.privacy import ExportSection, Owner, exclude, listed, register, walk
from posts.models import Poll, PostVersion
from posts.selectors import poll_view_query
from posts.store import bookmarks, poll_ends, poll_votes, polls, post_versions, posts


def _versions(owner: Owner) -> Iterator[PostVersion]:
    """Yield the earlier versions of a member's posts."""
    for post in walk(posts, "author", owner.id):
        yield from walk(post_versions, "post", post.id)


def _polls(owner: Owner) -> Iterator[Poll]:
    """Yield the polls of a member's posts, without results that the member may not see yet."""
    for post in walk(posts, "author", owner.id):
        view = poll_view_query(post.id, owner.id).result() if post.poll_id else None
        if view is None:
            continue
        if not view.shows_results:
            for name in polls.counters:
                setattr(view.poll, name, None)
        yield view.poll


register(ExportSection(posts, "Posts", listed(posts, "author")))
register(ExportSection(polls, "Polls", _polls, without=("ends_ms",)))
register(ExportSection(poll_votes, "Votes in polls", listed(poll_votes, "user")))
register(ExportSection(bookmarks, "Bookmarked posts", listed(bookmarks, "user")))
register(ExportSection(post_versions, "Earlier versions of posts", _versions))
exclude(poll_ends, "Pending announcements of the ends of polls, without data of members.")
