"""Every route under /api, and whom it serves."""

from tests.authorization.rules import (
    NAMED,
    Rule,
    all_who,
    answers_request,
    has_in_feed,
    meets_actor,
    meets_friend,
    meets_owner,
    one_of,
    only,
    sees_act,
    sees_follows,
)
from tests.authorization.world import sees_comment, sees_post
from tests.servers import PASSWORD

NEW = "another-horse-battery"
ONESELF = {"owner": 400}
THE_TWO = only("owner", "friend")

ACCOUNTS = (
    Rule(
        "POST",
        "signup",
        is_open=True,
        ok=201,
        body={"username": "somebody", "email": "somebody@example.com", "password": PASSWORD},
    ),
    Rule("POST", "signin", is_open=True, body={"username": "the_owner", "password": PASSWORD}),
    Rule("POST", "token/refresh", is_open=True, body={"refresh": "{refresh}"}),
    Rule("POST", "forgot-password", is_open=True, body={"email": "the_owner@example.com"}),
    Rule(
        "POST",
        "reset-password/{reset}",
        is_open=True,
        body={"password": NEW},
        news={"session.ended": NAMED},
    ),
    Rule("POST", "verify-email/{confirm}", is_open=True),
    Rule("POST", "verify-email"),
    Rule("POST", "signout", news={"session.ended": NAMED}),
    Rule("GET", "currentuser"),
    Rule(
        "DELETE",
        "currentuser",
        body={"password": PASSWORD},
        news={"user.deleted": meets_actor, "session.ended": NAMED},
    ),
    Rule(
        "PUT",
        "password",
        body={"current_password": PASSWORD, "new_password": NEW},
        news={"session.ended": NAMED},
    ),
    Rule("GET", "sessions"),
    Rule("DELETE", "sessions", news={"session.ended": NAMED}),
    Rule("DELETE", "sessions/{session}", only("owner"), news={"session.ended": NAMED}),
)
USERS = (
    Rule("GET", "users"),
    Rule("GET", "users/search?q=the_"),
    Rule("GET", "users/me"),
    Rule(
        "PATCH", "users/me", body={"quote": "Less, but better."}, news={"user.updated": meets_actor}
    ),
    Rule("GET", "users/me/settings"),
    Rule(
        "PATCH", "users/me/settings", body={"is_private": True}, news={"user.updated": meets_actor}
    ),
    Rule("GET", "users/{owner}", meets_owner),
)
FOLLOWS = (
    Rule("GET", "users/relationships?id={owner}"),
    Rule("GET", "users/suggestions"),
    Rule("PUT", "users/{owner}/follow", meets_owner, odd=ONESELF, news={"follow.created": NAMED}),
    Rule(
        "PUT",
        "users/{owner}/follow",
        meets_owner,
        odd=ONESELF,
        news={"follow.requested": NAMED},
        across=("private account",),
    ),
    Rule(
        "DELETE", "users/{owner}/follow", meets_owner, odd=ONESELF, news={"follow.deleted": NAMED}
    ),
    Rule("GET", "users/{owner}/followers", sees_follows),
    Rule("GET", "users/{owner}/following", sees_follows),
    Rule(
        "DELETE",
        "users/me/followers/{follower}",
        odd={"follower": 400},
        news={"follow.deleted": NAMED},
    ),
    Rule("GET", "users/me/follow-requests"),
    Rule("PUT", "users/me/follow-requests/{requester}", answers_request, odd={"requester": 400}),
    Rule(
        "PUT",
        "users/me/follow-requests/{requester}",
        answers_request,
        odd={"requester": 400},
        news={"follow.created": NAMED},
        across=("private account",),
    ),
    Rule(
        "DELETE",
        "users/me/follow-requests/{requester}",
        odd={"requester": 400},
        across=("public", "private account"),
    ),
    # Whom one is blocked by one may block, too.
    Rule(
        "PUT",
        "users/{owner}/block",
        odd=ONESELF,
        news={"block.created": NAMED, "follow.deleted": NAMED},
    ),
    Rule("DELETE", "users/{owner}/block", odd=ONESELF, news={"block.deleted": NAMED}),
    Rule("GET", "users/me/blocks", tells=("the_owner", "the_friend")),
    Rule("PUT", "users/{owner}/mute", meets_owner, odd=ONESELF),
    Rule("DELETE", "users/{owner}/mute", meets_owner, odd=ONESELF),
    Rule("GET", "users/me/mutes"),
)
IMAGES = (
    Rule("GET", "users/{owner}/images", meets_owner),
    Rule(
        "POST",
        "images/profile",
        sees_post,
        may=only("owner"),
        body={"image_id": "{image}"},
        tells=("{image_url}",),
        news={"user.updated": all_who(meets_owner)},
    ),
    Rule(
        "POST",
        "images/background",
        sees_post,
        may=only("owner"),
        body={"image_id": "{image}"},
        tells=("{image_url}",),
        news={"user.updated": all_who(meets_owner)},
    ),
    Rule(
        "DELETE",
        "images/{image}",
        sees_post,
        may=only("owner"),
        news={"image.deleted": all_who(sees_post), "post.updated": all_who(sees_post)},
    ),
    Rule(
        "DELETE",
        "images/{background}",
        meets_owner,
        may=only("owner"),
        news={"image.deleted": all_who(meets_owner), "user.updated": all_who(meets_owner)},
    ),
    Rule(
        "DELETE",
        "images/background/{background}",
        meets_owner,
        may=only("owner"),
        news={"image.deleted": all_who(meets_owner), "user.updated": all_who(meets_owner)},
    ),
)
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
RULES = (
    *ACCOUNTS,
    *USERS,
    *FOLLOWS,
    *IMAGES,
    *POSTS,
    *COMMENTS,
    *REACTIONS,
    *CHAT,
    *NOTIFICATIONS,
)
