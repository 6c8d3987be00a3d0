"""Reads of posts. Every one that is for somebody goes through `can_see_post`."""

from collections.abc import Callable, Sequence

from followers.selectors import Relation, relation_facts, relations_to
from mysocial import reads
from mysocial.errors import NotFound
from mysocial.lists import Entry
from mysocial.wire import Row
from posts.models import Post
from posts.permissions import can_see_post
from posts.store import FEED, STATS_ID, feed_stats, posts
from posts.wires import post_wire, version_wire
from users.selectors import get_profile

BATCH = 100


def is_visible(row: Row, viewer_id: str) -> bool:
    """Tell whether the viewer may see the post in a row; nobody, when its author is gone."""
    return bool(row.joined["author_id"]) and can_see_post(
        viewer_id,
        author_id=row.values["author_id"].decode(),
        privacy=row.values["privacy"].decode(),
        author_is_private=row.joined["author_id"].get("is_private") == b"true",
        relation=Relation.of(row.facts["author_id"]),
    )


def is_in_feed(row: Row, viewer_id: str) -> bool:
    """Tell whether the feed shows the viewer the post: visible, and not by whom they mute."""
    return is_visible(row, viewer_id) and not Relation.of(row.facts["author_id"]).mutes


def is_at_home(row: Row, viewer_id: str) -> bool:
    """Tell whether the home feed shows the viewer the post: by whom they follow, or their own."""
    is_own = row.values["author_id"].decode() == viewer_id
    follows = Relation.of(row.facts["author_id"]).follows
    return (
        (is_own or follows)
        and row.values["privacy"].decode() in FEED
        and is_in_feed(row, viewer_id)
    )


def get_row(post_id: str, *, to: str) -> Row:
    """Return a post as it is sent; `NotFound` when it is not visible to the viewer `to`."""
    found = get_rows([post_id], to=to)
    if not found:
        raise NotFound
    return found[0]


def get_rows(post_ids: Sequence[str], *, to: str) -> list[Row]:
    """Return those of the posts that are visible to the viewer `to`, in their order."""
    found = reads.rows(post_wire, post_ids, about={"author_id": relation_facts(to)})
    return [row for row in found if is_visible(row, to)]


def get_post(post_id: str, *, to: str) -> Post:
    """Return a post to work with; `NotFound` when it is not visible to the viewer `to`."""
    get_row(post_id, to=to)
    return reads.get(posts, post_id)


def author_of(post_id: str) -> str:
    """Return the id of a post's author; empty when the post is gone."""
    found = reads.get_many(posts, [post_id])
    return found[post_id].author_id if found else ""


def find_post(post_id: str) -> Post | None:
    """Return a post, whoever may see it; None when it is gone."""
    return reads.get_many(posts, [post_id]).get(post_id)


def feed(
    *, to: str, limit: int, after: Entry | None = None, media: str = ""
) -> tuple[list[Row], Entry | None]:
    """Return the global feed as `to` may see it, newest first; with `media` only such posts."""
    index = "feed_media" if media else "feed"
    return _visible_page(index, media, to=to, limit=limit, after=after, shows=is_in_feed)


def feed_page(
    *, to: str, number: int, size: int, media: str = ""
) -> tuple[list[Row], Entry | None]:
    """Return page `number` of the feed, counted in posts that `to` may see."""
    seen: list[Row] = []
    after: Entry | None = None
    for _ in range(number + reads.SCAN):
        missing = number * size - len(seen)
        found, after = feed(to=to, limit=min(missing, BATCH), after=after, media=media)
        seen += found
        if after is None or len(seen) == number * size:
            break
    return seen[(number - 1) * size :], after


def home(
    *, to: str, limit: int, after: Entry | None = None, media: str = ""
) -> tuple[list[Row], Entry | None]:
    """Return what those whom `to` follows have written, and `to`; with `media` only such posts."""

    def shows(row: Row, viewer_id: str) -> bool:
        is_wanted = not media or row.values["media_kind"].decode() == media
        return is_wanted and is_at_home(row, viewer_id)

    return _visible_page("home", to, to=to, limit=limit, after=after, shows=shows)


def posts_of(
    author_id: str, *, to: str, limit: int, after: Entry | None = None, media: str = ""
) -> tuple[list[Row], Entry | None]:
    """Return a member's posts as `to` may see them, newest first; `NotFound` for no such member."""
    get_profile(author_id, to=to)
    index, value = ("author_media", f"{author_id}:{media}") if media else ("author", author_id)
    return _visible_page(index, value, to=to, limit=limit, after=after)


def versions_of(
    post_id: str, *, to: str, limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return what a post showed before each edit, newest first; `NotFound` as for the post."""
    get_row(post_id, to=to)
    page = reads.page(version_wire, "post", post_id, limit=limit, after=after)
    return page.rows, page.next


def total_posts() -> int:
    """Return how many posts the global feed has."""
    found = reads.get_many(feed_stats, [STATS_ID])
    return found[STATS_ID].posts_count if found else 0


def _visible_page(  # noqa: PLR0913 - the question a list answers
    index: str,
    value: str,
    *,
    to: str,
    limit: int,
    after: Entry | None,
    shows: Callable[[Row, str], bool] = is_visible,
) -> tuple[list[Row], Entry | None]:
    return reads.sift(
        post_wire,
        index,
        value,
        limit=limit,
        after=after,
        about={"author_id": relation_facts(to)},
        keep=lambda rows: [row for row in rows if shows(row, to)],
    )


def who_sees(
    viewers: set[str],
    *,
    author_id: str,
    privacy: str,
    author_is_private: bool,
    in_feed: bool = False,
) -> set[str]:
    """Return those of `viewers` who may see a post of this author with this privacy.

    With `in_feed`, only those in whose feed it is: they do not mute the author.
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


def who_sees_now(post_id: str, viewers: set[str], *, in_feed: bool = False) -> set[str]:
    """Return those of `viewers` who may see the post as it is now; nobody when it is gone."""
    found = reads.rows(post_wire, [post_id])
    if not found or not found[0].joined["author_id"]:
        return set()
    row = found[0]
    return who_sees(
        viewers,
        author_id=row.values["author_id"].decode(),
        privacy=row.values["privacy"].decode(),
        author_is_private=row.joined["author_id"].get("is_private") == b"true",
        in_feed=in_feed,
    )


def who_has_at_home(author_id: str, viewers: set[str]) -> set[str]:
    """Return those of `viewers` whose home feed has what the author writes."""
    relations = relations_to(author_id, viewers - {author_id})
    following = {one for one, holds in relations.items() if holds.follows and not holds.mutes}
    return following | (viewers & {author_id})
