"""Audiences of posts: which of a set of members may see one."""

from followers.selectors import relations_to
from mysocial.store import reads
from posts.permissions import can_see_post
from posts.representations import post_template


def filter_viewers(
    viewers: set[str],
    *,
    author_id: str,
    privacy: str,
    author_is_private: bool,
    in_feed: bool = False,
) -> set[str]:
    """Return those of `viewers` who may see a post with this author and privacy.

    With `in_feed`, leave out those who mute the author.
    """
    return {
        viewer
        for viewer, relation in relations_to(author_id, viewers).items()
        if can_see_post(
            viewer,
            author_id=author_id,
            privacy=privacy,
            author_is_private=author_is_private,
            relation=relation,
        )
        and not (in_feed and relation.mutes)
    }


def current_viewers(post_id: str, viewers: set[str], *, in_feed: bool = False) -> set[str]:
    """Return those of `viewers` who may see the post now; nobody if it is deleted."""
    rows = reads.get_rows(post_template, [post_id])
    if not rows or not rows[0].related("author_id").exists:
        return set()
    post = rows[0]
    return filter_viewers(
        viewers,
        author_id=post.value("author_id"),
        privacy=post.value("privacy"),
        author_is_private=post.related("author_id").value("is_private") == b"true",
        in_feed=in_feed,
    )


def home_viewers(author_id: str, viewers: set[str]) -> set[str]:
    """Return those of `viewers` whose home feed has the author's posts."""
    relations = relations_to(author_id, viewers - {author_id})
    followers = {
        viewer for viewer, relation in relations.items() if relation.follows and not relation.mutes
    }
    return followers | (viewers & {author_id})
