"""Whom the routes of accounts, members, follows and images serve."""

from tests.authorization.rules import (
    NAMED,
    Rule,
    all_who,
    answers_request,
    loses_actor,
    meets_actor,
    meets_owner,
    only,
    sees_follows,
)
from tests.authorization.world import MEMBERS, sees_post
from tests.support.servers import PASSWORD

NEW = "another-horse-battery"
ONESELF = {"owner": 400}

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
    Rule("POST", "currentuser/export", ok=202),
    Rule("GET", "currentuser/export"),
    # Nobody's is ready here; whose it is when it is, `tests/accounts/test_exports.py` asks.
    Rule("GET", "currentuser/export/file", odd=dict.fromkeys(MEMBERS, 404)),
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
    Rule("GET", "users/online?id={owner}"),
    Rule("GET", "users/me"),
    Rule(
        "PATCH", "users/me", body={"quote": "Less, but better."}, news={"user.updated": meets_actor}
    ),
    Rule("GET", "users/me/settings"),
    Rule(
        "PATCH",
        "users/me/settings",
        body={"is_private": True},
        news={"user.updated": meets_actor, "user.hidden": loses_actor},
    ),
    Rule(
        "PATCH",
        "users/me/settings",
        body={"is_private": False},
        news={"user.updated": meets_actor, "user.shown": loses_actor},
        across=("private account",),
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
        news={"follow.unrequested": NAMED},
        across=("private account",),
    ),
    Rule("DELETE", "users/me/follow-requests/{requester}", odd={"requester": 400}),
    # Whom one is blocked by one may block, too.
    Rule(
        "PUT",
        "users/{owner}/block",
        odd=ONESELF,
        news={
            "block.created": NAMED,
            "follow.deleted": NAMED,
            "user.hidden": lambda _visibility, _actor: {"owner"},
        },
    ),
    Rule(
        "DELETE",
        "users/{owner}/block",
        odd=ONESELF,
        news={
            "block.deleted": NAMED,
            "user.shown": lambda _visibility, _actor: {"owner"},
        },
    ),
    Rule("GET", "users/me/blocks", tells=("the_owner", "the_friend")),
    Rule("PUT", "users/{owner}/mute", meets_owner, odd=ONESELF, news={"mute.created": NAMED}),
    Rule("DELETE", "users/{owner}/mute", meets_owner, odd=ONESELF, news={"mute.deleted": NAMED}),
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
