"""Whom the routes of posts, of what hangs on them, of chat and of notifications serve."""

from tests.authorization.rules import (
    NAMED,
    Audience,
    Rule,
    all_who,
    has_in_feed,
    meets_friend,
    meets_owner,
    one_of,
    only,
    sees_act,
)
from tests.authorization.world import sees_comment, sees_post

ONESELF = {"owner": 400}
THE_TWO = only("owner", "friend")

POSTS = (
    Rule("GET", "posts"),
    Rule("GET", "posts?page=1"),
    Rule("GET", "posts?media=images"),
    Rule("POST", "posts", ok=201, body={"text": "Another."}, news={"post.created": has_in_feed}),
    Rule("GET", "posts/home"),
    Rule("GET", "posts/home?media=images"),
    Rule("GET", "posts/{post}", sees_post),
    Rule(
        "PATCH",
        "posts/{post}",
        sees_post,
        may=only("owner"),
        body={"bg_color": "#123456"},
        news={"post.updated": all_who(sees_post)},
    ),
    Rule(
        "DELETE",
        "posts/{post}",
        sees_post,
        may=only("owner"),
        news={"post.deleted": all_who(sees_post)},
    ),
    Rule("GET", "posts/{post}/versions", sees_post),
    Rule("GET", "users/{owner}/posts", meets_owner),
    Rule("GET", "users/{owner}/posts?media=images", meets_owner),
)
COMMENTS = (
    Rule("GET", "posts/{post}/comments", sees_post),
    Rule(
        "POST",
        "posts/{post}/comments",
        sees_post,
        ok=201,
        body={"text": "Well said."},
        news={"comment.created": sees_act},
    ),
    Rule("GET", "posts/{post}/comments/names", sees_post),
    Rule("GET", "comments/{comment}", sees_comment),
    Rule(
        "PATCH",
        "comments/{comment}",
        sees_comment,
        may=one_of(sees_comment, "friend"),
        body={"text": "Said better."},
        news={"comment.updated": all_who(sees_comment)},
    ),
    Rule(
        "DELETE",
        "comments/{comment}",
        sees_comment,
        may=one_of(sees_comment, "owner", "friend"),
        news={"comment.deleted": all_who(sees_comment)},
    ),
    Rule("GET", "comments/{own_comment}", sees_post),
    Rule(
        "PATCH",
        "comments/{own_comment}",
        sees_post,
        may=only("owner"),
        body={"text": "Better."},
        news={"comment.updated": all_who(sees_post)},
    ),
    Rule(
        "DELETE",
        "comments/{own_comment}",
        sees_post,
        may=only("owner"),
        news={"comment.deleted": all_who(sees_post)},
    ),
)
REACTIONS = (
    Rule(
        "PUT",
        "posts/{post}/reaction",
        sees_post,
        body={"type": "wow"},
        news={"reaction.changed": sees_act},
    ),
    Rule("DELETE", "posts/{post}/reaction", sees_post, news={"reaction.changed": sees_act}),
    Rule("GET", "posts/{post}/reactions", sees_post),
    Rule("GET", "posts/{post}/reactions?type=like", sees_post),
    Rule("GET", "posts/{post}/reactions/mine", sees_post),
    Rule("GET", "users/{friend}/reactions", meets_friend),
)
CHAT = (
    Rule("GET", "chat/conversations"),
    Rule("GET", "chat/unread"),
    Rule(
        "PUT",
        "chat/messages/read",
        only("friend"),
        body={"user_id": "{owner}"},
        odd=ONESELF,
        news={"message.read": NAMED, "conversation.updated": NAMED},
    ),
    Rule(
        "POST",
        "chat/message",
        meets_owner,
        ok=201,
        body={"receiver_id": "{owner}", "text": "Hello"},
        odd=ONESELF,
        news={"message.created": NAMED, "conversation.updated": NAMED},
    ),
    Rule("GET", "chat/messages/{owner}", meets_owner, odd=ONESELF),
    Rule("GET", "chat/messages/{friend}", meets_friend, odd={"friend": 400}),
    Rule(
        "PATCH",
        "chat/messages/{message}",
        THE_TWO,
        may=only("owner"),
        body={"text": "Better."},
        news={"message.updated": NAMED},
    ),
    Rule(
        "DELETE",
        "chat/messages/{message}?for=me",
        THE_TWO,
        news={"message.deleted": NAMED, "conversation.updated": NAMED},
    ),
    Rule(
        "DELETE",
        "chat/messages/{message}?for=everyone",
        THE_TWO,
        may=only("owner"),
        news={"message.deleted": NAMED, "conversation.updated": NAMED},
    ),
    Rule(
        "PUT",
        "chat/messages/{message}/reaction",
        THE_TWO,
        body={"type": "wow"},
        news={"message.reaction": NAMED},
    ),
    Rule("DELETE", "chat/messages/{message}/reaction", THE_TWO),
    Rule("GET", "chat/users"),
    Rule("PUT", "chat/users/{owner}", meets_owner, odd=ONESELF, news={"chat.users": NAMED}),
    Rule("DELETE", "chat/users/{owner}", meets_owner, odd=ONESELF),
)
NOTIFICATIONS = (
    Rule("GET", "notifications"),
    Rule("POST", "notifications/read-all", news={"notification.updated": NAMED}),
    Rule(
        "PATCH",
        "notifications/{notification}",
        only("owner"),
        body={"read": True},
        news={"notification.updated": NAMED},
    ),
    Rule(
        "DELETE",
        "notifications/{notification}",
        only("owner"),
        news={"notification.deleted": NAMED},
    ),
    Rule("POST", "notifications/unsubscribe/{unsubscribe}", is_open=True),
)


def _reports(kind: str, name: str, sees: Audience, answerable: str, *across: str) -> Rule:
    """Return who may report a thing: whoever sees it, and is not answerable for it."""
    return Rule(
        "POST",
        "reports",
        sees,
        ok=201,
        body={"target_type": kind, "target_id": f"{{{name}}}", "reason": "spam"},
        odd={answerable: 400},
        across=across,
    )


REPORTS = (
    Rule("GET", "reports"),
    _reports("user", "owner", meets_owner, "owner"),
    _reports("post", "post", sees_post, "owner"),
    _reports("comment", "own_comment", sees_post, "owner"),
    _reports("comment", "comment", sees_comment, "friend", "public", "followers"),
    _reports("message", "message", THE_TWO, "owner"),
)
