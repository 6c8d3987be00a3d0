"""What a client does with events of posts, comments and reactions."""

from tests.client_model.client import Data, Holder
from tests.client_model.reducer_rules import on, read_again


@on("post.created")
def _post_created(h: Holder, post: Data) -> None:
    author = post["author"]["id"]
    h.state[f"post:{post['id']}"] = post
    h.state[f"comments:{post['id']}"], h.state[f"mine:{post['id']}"] = [], None
    h.place(post)
    if author == h.me:
        h.count("posts_count", 1)
    if post["media"]:
        read_again(h, "post.created with a picture", author)


@on("post.updated")
def _post_updated(h: Holder, post: Data) -> None:
    author, media = post["author"]["id"], post["media"]
    is_held = h.has(f"post:{post['id']}")
    h.state[f"post:{post['id']}"] = post
    h.place(post)
    pictures = [one for one in h.state.get(f"gallery:{author}", []) if media]
    known = [one for one in pictures if one["id"] == media["id"]]
    for one in known:
        one.update(media)
    if not is_held:
        read_again(h, "post.updated of one not held", author, post["id"])
    elif media and not known:
        read_again(h, "post.updated with a new picture", author)


@on("post.deleted")
def _post_deleted(h: Holder, data: Data) -> None:
    post = h.state.get(f"post:{data['id']}")
    if post is None:
        read_again(h, "post.deleted of one not held", h.me)
    elif post["author"]["id"] == h.me:
        h.count("posts_count", -1)
    h.drop_post(data["id"])


@on("comment.created")
def _comment_created(h: Holder, data: Data) -> None:
    post_id = data["comment"]["post_id"]
    if h.has(f"comments:{post_id}"):
        h.put(f"comments:{post_id}", data["comment"])
    if h.has(f"post:{post_id}"):
        h.state[f"post:{post_id}"]["comments_count"] = data["comments_count"]


@on("comment.updated")
def _comment_updated(h: Holder, comment: Data) -> None:
    for one in h.state.get(f"comments:{comment['post_id']}", []):
        if one["id"] == comment["id"]:
            one.update(comment)


@on("comment.deleted")
def _comment_deleted(h: Holder, data: Data) -> None:
    h.keep(f"comments:{data['post_id']}", lambda one: one["id"] != data["id"])
    if h.has(f"post:{data['post_id']}"):
        h.state[f"post:{data['post_id']}"]["comments_count"] = data["comments_count"]


@on("reaction.changed")
def _reaction_changed(h: Holder, data: Data) -> None:
    if h.has(f"post:{data['post_id']}"):
        h.state[f"post:{data['post_id']}"]["reactions"] = data["reactions"]
        if data["user_id"] == h.me:
            h.state[f"mine:{data['post_id']}"] = data["type"]
