"""What of posts is a member's own."""

from collections.abc import Iterator

from mysocial.privacy.exports import Owner, Portion, export, leave_out, listed, walk
from posts.models import PostVersion
from posts.store import feed_stats, post_versions, posts


def _versions(owner: Owner) -> Iterator[PostVersion]:
    """Yield what each of a member's posts showed before its edits."""
    for post in walk(posts, "author", owner.id):
        yield from walk(post_versions, "post", post.id)


export(Portion(posts, "Posts", listed(posts, "author")))
export(Portion(post_versions, "Earlier versions of posts", _versions))
leave_out(feed_stats, "How many posts all members have written.")
