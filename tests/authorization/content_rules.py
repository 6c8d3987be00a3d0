"""Rules of the routes of posts, comments, reactions, chat, notifications and reports."""

from tests.authorization.rules import (
    TOPIC_OWNERS,
    Audience,
    Rule,
    and_friend,
    can_interact_with_friend,
    can_interact_with_owner,
    for_any_actor,
    has_in_feed,
    only,
    sees_action,
    sees_reply,
    viewers_among,
)
from tests.authorization.world import comment_viewers, post_viewers

INVALID_FOR_OWNER = {"owner": 400}
BOTH_MEMBERS = only("owner", "friend")

POSTS = (
    Rule("GET", "posts"),
    Rule("GET", "posts?page=1"),
    Rule("GET", "posts?media=images"),
    Rule(
        "POST",
        "posts",
        success=201,
        body={"text": "Another."},
        events={"post.created": has_in_feed},
    ),
    Rule("GET", "posts/home"),
    Rule("GET", "posts/home?media=images"),
    Rule("GET", "posts/{post}", post_viewers),
    Rule(
        "PATCH",
        "posts/{post}",
        post_viewers,
        allowed=only("owner"),
        body={"bg_color": "#123456"},
        events={"post.updated": for_any_actor(post_viewers)},
    ),
    Rule(
        "DELETE",
        "posts/{post}",
        post_viewers,
        allowed=only("owner"),
        events={"post.deleted": for_any_actor(post_viewers)},
    ),
    Rule("GET", "posts/{post}/versions", post_viewers),
    Rule(
        "PUT",
        "posts/{post}/pin",
        post_viewers,
        allowed=only("owner"),
        events={"post.updated": for_any_actor(post_viewers)},
    ),
    Rule("DELETE", "posts/{post}/pin", post_viewers, allowed=only("owner")),
    Rule("GET", "users/{owner}/pinned", can_interact_with_owner),
    Rule("PUT", "posts/{post}/bookmark", post_viewers, events={"bookmark.created": TOPIC_OWNERS}),
    Rule("DELETE", "posts/{post}/bookmark", events={"bookmark.deleted": TOPIC_OWNERS}),
    Rule("GET", "users/me/bookmarks"),
    # The results are hidden: only the friend has voted, and the actor does.
    Rule(
        "PUT",
        "posts/{post}/poll/vote",
        post_viewers,
        body={"choices": [0]},
        events={
            "poll.voted": lambda visibility, actor: post_viewers(visibility) & {actor},
            "poll.updated": lambda visibility, actor: post_viewers(visibility) & {actor, "friend"},
        },
    ),
    Rule(
        "DELETE",
        "posts/{post}/poll/vote",
        and_friend(post_viewers),
        events={
            "poll.voted": lambda visibility, actor: post_viewers(visibility) & {actor},
            "poll.updated": for_any_actor(only()),
        },
    ),
    Rule("GET", "users/{owner}/posts", can_interact_with_owner),
    Rule("GET", "users/{owner}/posts?media=images", can_interact_with_owner),
)
COMMENTS = (
    Rule("GET", "posts/{post}/comments", post_viewers),
    Rule(
        "POST",
        "posts/{post}/comments",
        post_viewers,
        success=201,
        body={"text": "Well said."},
        events={"comment.created": sees_action},
    ),
    Rule(
        "POST",
        "posts/{post}/comments",
        post_viewers,
        success=201,
        body={"text": "Well answered.", "parent_id": "{comment}"},
        exceptions={"foe": 400},
        events={"comment.created": sees_reply},
        only_under=("public", "followers", "private account"),
    ),
    Rule("GET", "posts/{post}/comments/names", post_viewers),
    Rule("GET", "comments/{comment}/replies", comment_viewers),
    Rule("GET", "comments/{reply}", comment_viewers),
    Rule("GET", "comments/{reply}/replies", comment_viewers),
    Rule(
        "DELETE",
        "comments/{reply}",
        comment_viewers,
        allowed=only("owner"),
        events={"comment.deleted": for_any_actor(comment_viewers)},
    ),
    Rule("GET", "comments/{comment}", comment_viewers),
    Rule(
        "PATCH",
        "comments/{comment}",
        comment_viewers,
        allowed=viewers_among(comment_viewers, "friend"),
        body={"text": "Said better."},
        events={"comment.updated": for_any_actor(comment_viewers)},
    ),
    Rule(
        "DELETE",
        "comments/{comment}",
        and_friend(comment_viewers),
        allowed=and_friend(viewers_among(comment_viewers, "owner")),
        events={"comment.deleted": for_any_actor(comment_viewers)},
    ),
    Rule(
        "PUT",
        "comments/{comment}/reaction",
        comment_viewers,
        body={"type": "wow"},
        events={"comment.reaction": sees_reply},
    ),
    Rule("DELETE", "comments/{comment}/reaction", comment_viewers),
    Rule(
        "DELETE",
        "comments/{own_comment}/reaction",
        and_friend(post_viewers),
        events={"comment.reaction": sees_action},
    ),
    Rule("GET", "comments/{comment}/reactions", comment_viewers),
    Rule("GET", "comments/{own_comment}/reactions?type=sad", post_viewers),
    Rule("GET", "comments/{own_comment}", post_viewers),
    Rule(
        "PATCH",
        "comments/{own_comment}",
        post_viewers,
        allowed=only("owner"),
        body={"text": "Better."},
        events={"comment.updated": for_any_actor(post_viewers)},
    ),
    Rule(
        "DELETE",
        "comments/{own_comment}",
        post_viewers,
        allowed=only("owner"),
        events={"comment.deleted": for_any_actor(post_viewers)},
    ),
)
REACTIONS = (
    Rule(
        "PUT",
        "posts/{post}/reaction",
        post_viewers,
        body={"type": "wow"},
        events={"reaction.changed": sees_action},
    ),
    Rule(
        "DELETE",
        "posts/{post}/reaction",
        and_friend(post_viewers),
        events={"reaction.changed": sees_action},
    ),
    Rule("GET", "posts/{post}/reactions", post_viewers),
    Rule("GET", "posts/{post}/reactions?type=like", post_viewers),
    Rule("GET", "posts/{post}/reactions/mine", post_viewers),
    Rule("GET", "users/{friend}/reactions", can_interact_with_friend),
)
CHAT = (
    Rule("GET", "chat/conversations"),
    Rule("GET", "chat/unread"),
    Rule(
        "PUT",
        "chat/conversations/{owner}/read",
        only("friend"),
        exceptions=INVALID_FOR_OWNER,
        events={"message.read": TOPIC_OWNERS, "conversation.updated": TOPIC_OWNERS},
    ),
    *(
        Rule(
            "POST",
            path,
            can_interact_with_owner,
            success=201,
            body={"receiver_id": "{owner}", "text": "Hello"},
            exceptions=INVALID_FOR_OWNER,
            events={"message.created": TOPIC_OWNERS, "conversation.updated": TOPIC_OWNERS},
        )
        for path in ("chat/messages", "chat/message")
    ),
    Rule(
        "GET",
        "chat/conversations/{owner}/messages",
        can_interact_with_owner,
        exceptions=INVALID_FOR_OWNER,
    ),
    Rule(
        "GET",
        "chat/conversations/{friend}/messages",
        can_interact_with_friend,
        exceptions={"friend": 400},
    ),
    Rule("GET", "chat/messages/{message}", BOTH_MEMBERS),
    Rule(
        "PATCH",
        "chat/messages/{message}",
        BOTH_MEMBERS,
        allowed=only("owner"),
        body={"text": "Better."},
        events={"message.updated": TOPIC_OWNERS},
    ),
    Rule(
        "DELETE",
        "chat/messages/{message}?for=me",
        BOTH_MEMBERS,
        events={"message.deleted": TOPIC_OWNERS, "conversation.updated": TOPIC_OWNERS},
    ),
    Rule(
        "DELETE",
        "chat/messages/{message}?for=everyone",
        BOTH_MEMBERS,
        allowed=only("owner"),
        events={"message.deleted": TOPIC_OWNERS, "conversation.updated": TOPIC_OWNERS},
    ),
    Rule(
        "PUT",
        "chat/messages/{message}/reaction",
        BOTH_MEMBERS,
        body={"type": "wow"},
        events={"message.reaction": TOPIC_OWNERS},
    ),
    Rule("DELETE", "chat/messages/{message}/reaction", BOTH_MEMBERS),
    Rule("GET", "chat/users"),
    Rule(
        "PUT",
        "chat/users/{owner}",
        can_interact_with_owner,
        exceptions=INVALID_FOR_OWNER,
        events={"chat.users": TOPIC_OWNERS},
    ),
    Rule("DELETE", "chat/users/{owner}", can_interact_with_owner, exceptions=INVALID_FOR_OWNER),
)
NOTIFICATIONS = (
    Rule("GET", "notifications"),
    Rule("POST", "notifications/read-all", events={"notification.updated": TOPIC_OWNERS}),
    Rule(
        "PATCH",
        "notifications/{notification}",
        only("owner"),
        body={"read": True},
        events={"notification.updated": TOPIC_OWNERS},
    ),
    Rule(
        "DELETE",
        "notifications/{notification}",
        only("owner"),
        events={"notification.deleted": TOPIC_OWNERS},
    ),
    Rule("POST", "notifications/unsubscribe/{unsubscribe}", is_open=True),
)


def _reports(kind: str, name: str, visible_to: Audience, author: str, *only_under: str) -> Rule:
    """Return the rule for reporting a target: its viewers may, except its author."""
    return Rule(
        "POST",
        "reports",
        visible_to,
        success=201,
        body={"target_type": kind, "target_id": f"{{{name}}}", "reason": "spam"},
        exceptions={author: 400},
        only_under=only_under,
    )


REPORTS = (
    Rule("GET", "reports"),
    _reports("user", "owner", can_interact_with_owner, "owner"),
    _reports("post", "post", post_viewers, "owner"),
    _reports("comment", "own_comment", post_viewers, "owner"),
    _reports("comment", "comment", comment_viewers, "friend", "public", "followers"),
    _reports("message", "message", BOTH_MEMBERS, "owner"),
)
