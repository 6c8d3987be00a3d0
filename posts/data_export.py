"""Posts in a member's data export."""

from collections.abc import Iterator

from mysocial.privacy import ExportSection, Owner, listed, register, walk
from posts.models import PostVersion
from posts.store import bookmarks, post_versions, posts


def _versions(owner: Owner) -> Iterator[PostVersion]:
    """Yield the earlier versions of a member's posts."""
    for post in walk(posts, "author", owner.id):
        yield from walk(post_versions, "post", post.id)


register(ExportSection(posts, "Posts", listed(posts, "author")))
register(ExportSection(bookmarks, "Bookmarked posts", listed(bookmarks, "user")))
register(ExportSection(post_versions, "Earlier versions of posts", _versions))
