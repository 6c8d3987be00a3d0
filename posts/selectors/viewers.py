"""Audiences of posts: which of a set of members may see one, and could see it at an event."""

from collections.abc import Mapping
from typing import Any

from followers.selectors import relations_to
from mysocial.policies import Audience
from mysocial.store import reads
from posts.permissions import can_see_post, post_audience
from posts.representations import post_template, privacy_parts


def filter_viewers(  # noqa: PLR0913 - keyword arguments name the parts of the rule
    viewers: set[str],
    *,
    author_id: str,
    privacy: str,
    author_is_private: bool,
    in_feed: bool = False,
    earlier: Audience = Audience.EVERYONE,
) -> set[str]:
    """Return those of `viewers` who may see a post with this author and privacy.

    With `in_feed`, leave out those who mute the author. With `earlier`, leave out those who could
    not see the post when this was its audience.
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
            earlier=earlier,
        )
        and not (in_feed and relation.mutes)
    }


def current_viewers(
    post_id: str,
    viewers: set[str],
    *,
    in_feed: bool = False,
    earlier: Audience = Audience.EVERYONE,
) -> set[str]:
    """Return those of `viewers` who may see the post now; nobody if it is deleted.

    `filter_viewers` explains the other arguments.
    """
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
        earlier=earlier,
    )


def event_audience_parts(post_id: str, author_id: str) -> list[Any]:
    """Return `Event.audience_parts` of an event about a post: its audience after the write."""
    return privacy_parts(post_id, author_id)


def event_audience(context: Mapping[str, str]) -> Audience | None:
    """Return the audience that a post had at an event; None if the event does not say.

    It is nobody if the post was deleted.
    """
    privacy = context.get("privacy_then")
    if privacy is None:
        return None
    if not privacy:
        return Audience.NOBODY
    return post_audience(privacy, author_is_private=context["is_private_then"] == "true")


def event_viewers(
    context: Mapping[str, str], viewers: set[str], *, in_feed: bool = False
) -> set[str]:
    """Return those of `viewers` who may see the post of an event now, and could see it then."""
    earlier = event_audience(context)
    if earlier is None:
        earlier = Audience.EVERYONE
    return current_viewers(context["post"], viewers, in_feed=in_feed, earlier=earlier)


def later_viewers(context: Mapping[str, str], viewers: set[str]) -> set[str]:
    """Return those of `viewers` who could see the post after an event, by its privacy then."""
    if event_audience(context) is None:
        return current_viewers(context["post"], viewers)
    if not context["privacy_then"]:
        return set()
    return filter_viewers(
        viewers,
        author_id=context["author"],
        privacy=context["privacy_then"],
        author_is_private=context["is_private_then"] == "true",
    )


def home_viewers(author_id: str, viewers: set[str]) -> set[str]:
    """Return those of `viewers` whose home feed has the author's posts."""
    relations = relations_to(author_id, viewers - {author_id})
    followers = {
        viewer for viewer, relation in relations.items() if relation.follows and not relation.mutes
    }
    return followers | (viewers & {author_id})
