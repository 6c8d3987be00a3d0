"""Every route under /api, and whom it serves."""

from tests.authorization.rules import (
    Rule,
    answers_request,
    meets_friend,
    meets_owner,
    one_of,
    only,
    sees_comment,
    sees_follows,
    sees_post,
)
from tests.authorization.world import PASSWORD

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
    Rule("POST", "reset-password/{reset}", is_open=True, body={"password": NEW}),
    Rule("POST", "verify-email/{confirm}", is_open=True),
    Rule("POST", "verify-email"),
    Rule("POST", "signout"),
    Rule("GET", "currentuser"),
    Rule("DELETE", "currentuser", body={"password": PASSWORD}),
    Rule("PUT", "password", body={"current_password": PASSWORD, "new_password": NEW}),
    Rule("GET", "sessions"),
    Rule("DELETE", "sessions"),
    Rule("DELETE", "sessions/{session}", only("owner")),
)
USERS = (
    Rule("GET", "users"),
    Rule("GET", "users/search?q=the_"),
    Rule("GET", "users/me"),
    Rule("PATCH", "users/me", body={"quote": "Less, but better."}),
    Rule("GET", "users/me/settings"),
    Rule("PATCH", "users/me/settings", body={"is_private": True}),
    Rule("GET", "users/{owner}", meets_owner),
)
FOLLOWS = (
    Rule("GET", "users/relationships?id={owner}"),
    Rule("GET", "users/suggestions"),
    Rule("PUT", "users/{owner}/follow", meets_owner, odd=ONESELF),
    Rule("DELETE", "users/{owner}/follow", meets_owner, odd=ONESELF),
    Rule("GET", "users/{owner}/followers", sees_follows),
    Rule("GET", "users/{owner}/following", sees_follows),
    Rule("DELETE", "users/me/followers/{follower}", odd={"follower": 400}),
    Rule("GET", "users/me/follow-requests"),
    Rule("PUT", "users/me/follow-requests/{requester}", answers_request, odd={"requester": 400}),
    Rule("DELETE", "users/me/follow-requests/{requester}", odd={"requester": 400}),
    # Whom one is blocked by one may block, too.
    Rule("PUT", "users/{owner}/block", odd=ONESELF),
    Rule("DELETE", "users/{owner}/block", odd=ONESELF),
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
    ),
    Rule(
        "POST",
        "images/background",
        sees_post,
        may=only("owner"),
        body={"image_id": "{image}"},
        tells=("{image_url}",),
    ),
    Rule("DELETE", "images/{image}", sees_post, may=only("owner")),
    Rule("DELETE", "images/{background}", meets_owner, may=only("owner")),
    Rule("DELETE", "images/background/{background}", meets_owner, may=only("owner")),
)
POSTS = (
    Rule("GET", "posts"),
    Rule("GET", "posts?page=1"),
    Rule("GET", "posts?media=images"),
    Rule("POST", "posts", ok=201, body={"text": "Another."}),
    Rule("GET", "posts/home"),
    Rule("GET", "posts/home?media=images"),
    Rule("GET", "posts/{post}", sees_post),
    Rule("PATCH", "posts/{post}", sees_post, may=only("owner"), body={"bg_color": "#123456"}),
    Rule("DELETE", "posts/{post}", sees_post, may=only("owner")),
    Rule("GET", "posts/{post}/versions", sees_post),
    Rule("GET", "users/{owner}/posts", meets_owner),
    Rule("GET", "users/{owner}/posts?media=images", meets_owner),
)
COMMENTS = (
    Rule("GET", "posts/{post}/comments", sees_post),
    Rule("POST", "posts/{post}/comments", sees_post, ok=201, body={"text": "Well said."}),
    Rule("GET", "posts/{post}/comments/names", sees_post),
    Rule("GET", "comments/{comment}", sees_comment),
    Rule(
        "PATCH",
        "comments/{comment}",
        sees_comment,
        may=one_of(sees_comment, "friend"),
        body={"text": "Said better."},
    ),
    Rule("DELETE", "comments/{comment}", sees_comment, may=one_of(sees_comment, "owner", "friend")),
    Rule("GET", "comments/{own_comment}", sees_post),
    Rule("PATCH", "comments/{own_comment}", sees_post, may=only("owner"), body={"text": "Better."}),
    Rule("DELETE", "comments/{own_comment}", sees_post, may=only("owner")),
)
REACTIONS = (
    Rule("PUT", "posts/{post}/reaction", sees_post, body={"type": "wow"}),
    Rule("DELETE", "posts/{post}/reaction", sees_post),
    Rule("GET", "posts/{post}/reactions", sees_post),
    Rule("GET", "posts/{post}/reactions?type=like", sees_post),
    Rule("GET", "posts/{post}/reactions/mine", sees_post),
    Rule("GET", "users/{friend}/reactions", meets_friend),
)
CHAT = (
    Rule("GET", "chat/conversations"),
    Rule("GET", "chat/unread"),
    Rule("PUT", "chat/messages/read", only("friend"), body={"user_id": "{owner}"}, odd=ONESELF),
    Rule(
        "POST",
        "chat/message",
        meets_owner,
        ok=201,
        body={"receiver_id": "{owner}", "text": "Hello"},
        odd=ONESELF,
    ),
    Rule("GET", "chat/messages/{owner}", meets_owner, odd=ONESELF),
    Rule("GET", "chat/messages/{friend}", meets_friend, odd={"friend": 400}),
    Rule("PATCH", "chat/messages/{message}", THE_TWO, may=only("owner"), body={"text": "Better."}),
    Rule("DELETE", "chat/messages/{message}?for=me", THE_TWO),
    Rule("DELETE", "chat/messages/{message}?for=everyone", THE_TWO, may=only("owner")),
    Rule("PUT", "chat/messages/{message}/reaction", THE_TWO, body={"type": "wow"}),
    Rule("DELETE", "chat/messages/{message}/reaction", THE_TWO),
    Rule("GET", "chat/users"),
    Rule("PUT", "chat/users/{owner}", meets_owner, odd=ONESELF),
    Rule("DELETE", "chat/users/{owner}", meets_owner, odd=ONESELF),
)
NOTIFICATIONS = (
    Rule("GET", "notifications"),
    Rule("POST", "notifications/read-all"),
    Rule("PATCH", "notifications/{notification}", only("owner"), body={"read": True}),
    Rule("DELETE", "notifications/{notification}", only("owner")),
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
