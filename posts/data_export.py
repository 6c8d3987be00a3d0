"""What of posts is a member's own."""

from collections.abc import Iterator

from mysocial.privacy import ExportSection, Owner, exclude, listed, register, walk
from posts.models import PostVersion
from posts.store import feed_stats, post_versions, posts


def _versions(owner: Owner) -> Iterator[PostVersion]:
    """Yield what each of a member's posts showed before its edits."""
    for post in walk(posts, "author", owner.id):
        yield from walk(post_versions, "post", post.id)


register(ExportSection(posts, "Posts", listed(posts, "author")))
register(ExportSection(post_versions, "Earlier versions of posts", _versions))
exclude(feed_stats, "How many posts all members have written.")
