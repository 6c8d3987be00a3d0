"""Reducers for events of posts, comments, reactions, bookmarks and polls."""

from tests.client_model.client import ClientState, Data, replies_name
from tests.client_model.reducer_rules import mark_stale, on


@on("post.created")
def _post_created(client: ClientState, post: Data) -> None:
    author = post["author"]["id"]
    client.hold_post(post)
    client.state[f"comments:{post['id']}"] = []
    client.place_post(post)
    if author == client.me:
        client.add_to_count("posts_count", 1)
    if post["media"]:
        mark_stale(client, "post.created with a picture", author)


@on("post.updated")
def _post_updated(client: ClientState, post: Data) -> None:
    author, media = post["author"]["id"], post["media"]
    held = client.state.get(f"post:{post['id']}")
    kept = {name: held["viewer"][name] for name in ("reaction", "bookmarked")} if held else {}
    if held and held["poll"] == post["poll"]:
        kept["poll"] = held["viewer"]["poll"]
    client.hold_post(post, **kept)
    client.place_post(post)
    gallery = client.state.get(f"gallery:{author}", []) if media else []
    known = [image for image in gallery if image["id"] == media["id"]]
    for image in known:
        image.update(media)
    if not held:
        mark_stale(client, "post.updated of an unknown post", author, post["id"])
    elif media and not known:
        mark_stale(client, "post.updated with a new picture", author)


@on("post.deleted")
def _post_deleted(client: ClientState, data: Data) -> None:
    post = client.state.get(f"post:{data['id']}")
    if post is None:
        mark_stale(client, "post.deleted of an unknown post", client.me)
    elif post["author"]["id"] == client.me:
        client.add_to_count("posts_count", -1)
    client.remove_post(data["id"])


@on("comment.created")
def _comment_created(client: ClientState, data: Data) -> None:
    comment = data["comment"]
    if client.has(f"comments:{comment['post_id']}"):
        client.hold_comment(comment)
    client.update_counts(data, comment["thread_id"], comment["post_id"])


@on("comment.updated")
def _comment_updated(client: ClientState, comment: Data) -> None:
    name = replies_name(comment) if comment["thread_id"] else f"comments:{comment['post_id']}"
    for held in client.state.get(name, []):
        if held["id"] == comment["id"]:
            held.update(comment)


@on("comment.deleted")
def _comment_deleted(client: ClientState, data: Data) -> None:
    client.remove_comment(data)
    client.update_counts(data, data["thread_id"], data["post_id"])


@on("comment.reaction")
def _comment_reaction(client: ClientState, data: Data) -> None:
    name = replies_name(data) if data["thread_id"] else f"comments:{data['post_id']}"
    for comment in client.state.get(name, []):
        if comment["id"] == data["comment_id"]:
            comment["reactions"] = data["reactions"]
            if data["user_id"] == client.me:
                comment["viewer"]["reaction"] = data["type"]


@on("reaction.changed")
def _reaction_changed(client: ClientState, data: Data) -> None:
    if client.has(f"post:{data['post_id']}"):
        client.state[f"post:{data['post_id']}"]["reactions"] = data["reactions"]
        if data["user_id"] == client.me:
            client.state[f"post:{data['post_id']}"]["viewer"]["reaction"] = data["type"]


@on("bookmark.created")
def _bookmark_created(client: ClientState, data: Data) -> None:
    _set_bookmarked(client, data["post_id"], is_bookmarked=True)


@on("bookmark.deleted")
def _bookmark_deleted(client: ClientState, data: Data) -> None:
    _set_bookmarked(client, data["post_id"], is_bookmarked=False)


def _set_bookmarked(client: ClientState, post_id: str, *, is_bookmarked: bool) -> None:
    if client.has(f"post:{post_id}"):
        client.state[f"post:{post_id}"]["viewer"]["bookmarked"] = is_bookmarked


@on("poll.voted")
def _poll_voted(client: ClientState, data: Data) -> None:
    if client.has(f"post:{data['post_id']}"):
        client.state[f"post:{data['post_id']}"]["viewer"]["poll"] = data["poll"]


@on("poll.updated")
@on("poll.ended")
def _poll_results_changed(client: ClientState, data: Data) -> None:
    if client.has(f"post:{data['post_id']}"):
        poll = client.state[f"post:{data['post_id']}"]["viewer"]["poll"]
        if poll:
            poll["results"] = data["results"]
