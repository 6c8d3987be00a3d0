"""Rules of the routes of accounts, users, follows and images."""

from tests.authorization.rules import (
    TOPIC_OWNERS,
    Rule,
    can_change_block_of_owner,
    can_interact_with_actor,
    can_interact_with_owner,
    follow_viewers,
    for_any_actor,
    has_request,
    non_followers_of_actor,
    only,
)
from tests.authorization.world import MEMBERS, post_viewers
from tests.support.servers import PASSWORD

NEW = "another-horse-battery"
INVALID_FOR_OWNER = {"owner": 400}

ACCOUNTS = (
    Rule(
        "POST",
        "signup",
        is_open=True,
        success=201,
        body={"username": "somebody", "email": "somebody@example.com", "password": PASSWORD},
    ),
    Rule("GET", "signup", is_open=True),
    # No challenge is needed here; `tests/accounts/test_captcha.py` tests who gets one.
    Rule("GET", "signup/challenge", is_open=True, success=404),
    Rule("POST", "signin", is_open=True, body={"username": "the_owner", "password": PASSWORD}),
    Rule("POST", "signin/link", is_open=True, body={"email": "the_owner@example.com"}),
    Rule("POST", "signin/link/{link}", is_open=True),
    Rule("POST", "token/refresh", is_open=True, body={"refresh": "{refresh}"}),
    Rule("POST", "forgot-password", is_open=True, body={"email": "the_owner@example.com"}),
    Rule(
        "POST",
        "reset-password/{reset}",
        is_open=True,
        body={"password": NEW},
        events={"session.ended": TOPIC_OWNERS},
    ),
    Rule("POST", "verify-email/{confirm}", is_open=True),
    Rule(
        "POST",
        "revoke-email-change/{revoke}",
        is_open=True,
        body={"password": NEW},
        events={"session.ended": TOPIC_OWNERS},
    ),
    Rule("PUT", "accounts/me/email", body={"email": "new@example.com", "password": PASSWORD}),
    Rule("POST", "accounts/me/verify-email"),
    Rule("POST", "signout", events={"session.ended": TOPIC_OWNERS}),
    Rule("GET", "accounts/me"),
    Rule(
        "DELETE",
        "accounts/me",
        body={"password": PASSWORD},
        events={"user.deleted": can_interact_with_actor, "session.ended": TOPIC_OWNERS},
    ),
    Rule("POST", "accounts/me/export", success=202, body={"password": PASSWORD}),
    Rule("GET", "accounts/me/export"),
    # No export is ready here; `tests/accounts/test_exports.py` tests who may download one.
    Rule("GET", "accounts/me/export/file", exceptions=dict.fromkeys(MEMBERS, 404)),
    Rule(
        "PUT",
        "accounts/me/password",
        body={"current_password": PASSWORD, "new_password": NEW},
        events={"session.ended": TOPIC_OWNERS},
    ),
    Rule("GET", "accounts/me/sessions"),
    Rule("DELETE", "accounts/me/sessions", events={"session.ended": TOPIC_OWNERS}),
    Rule(
        "DELETE",
        "accounts/me/sessions/{session}",
        only("owner"),
        events={"session.ended": TOPIC_OWNERS},
    ),
    Rule("GET", "accounts/me/sign-ins"),
)
USERS = (
    Rule("GET", "users"),
    Rule("GET", "users/search?q=the_"),
    Rule("GET", "users/online?id={owner}"),
    Rule("GET", "users/me"),
    Rule(
        "PATCH",
        "users/me",
        body={"quote": "Less, but better."},
        events={"user.updated": can_interact_with_actor},
    ),
    Rule("GET", "users/lookup?username=the_owner", can_interact_with_owner),
    Rule(
        "PUT",
        "users/me/username",
        body={"username": "renamed"},
        events={"user.updated": can_interact_with_actor},
    ),
    Rule("GET", "users/me/settings"),
    Rule(
        "PATCH",
        "users/me/settings",
        body={"is_private": True},
        events={"user.updated": can_interact_with_actor, "user.hidden": non_followers_of_actor},
    ),
    Rule(
        "PATCH",
        "users/me/settings",
        body={"is_private": False},
        events={"user.updated": can_interact_with_actor, "user.shown": non_followers_of_actor},
        only_under=("private account",),
    ),
    Rule("GET", "users/{owner}", can_interact_with_owner),
    Rule("GET", "users/leaderboard"),
)
FOLLOWS = (
    Rule("GET", "users/relationships?id={owner}"),
    Rule("GET", "users/suggestions"),
    Rule(
        "PUT",
        "users/{owner}/follow",
        can_interact_with_owner,
        exceptions=INVALID_FOR_OWNER,
        events={"follow.created": TOPIC_OWNERS},
    ),
    Rule(
        "PUT",
        "users/{owner}/follow",
        can_interact_with_owner,
        exceptions=INVALID_FOR_OWNER,
        events={"follow.requested": TOPIC_OWNERS},
        only_under=("private account",),
    ),
    Rule(
        "DELETE",
        "users/{owner}/follow",
        can_interact_with_owner,
        exceptions=INVALID_FOR_OWNER,
        events={"follow.deleted": TOPIC_OWNERS},
    ),
    Rule("GET", "users/{owner}/followers", follow_viewers),
    Rule("GET", "users/{owner}/following", follow_viewers),
    Rule(
        "DELETE",
        "users/me/followers/{follower}",
        exceptions={"follower": 400},
        events={"follow.deleted": TOPIC_OWNERS},
    ),
    Rule("GET", "users/me/follow-requests"),
    Rule("PUT", "users/me/follow-requests/{requester}", has_request, exceptions={"requester": 400}),
    Rule(
        "PUT",
        "users/me/follow-requests/{requester}",
        has_request,
        exceptions={"requester": 400},
        events={"follow.created": TOPIC_OWNERS},
        only_under=("private account",),
    ),
    Rule(
        "DELETE",
        "users/me/follow-requests/{requester}",
        exceptions={"requester": 400},
        events={"follow.unrequested": TOPIC_OWNERS},
        only_under=("private account",),
    ),
    Rule("DELETE", "users/me/follow-requests/{requester}", exceptions={"requester": 400}),
    # A member who blocks them is not found, like a member who does not exist.
    Rule(
        "PUT",
        "users/{owner}/block",
        can_change_block_of_owner,
        exceptions=INVALID_FOR_OWNER,
        events={
            "block.created": TOPIC_OWNERS,
            "follow.deleted": TOPIC_OWNERS,
            "user.hidden": lambda _visibility, _actor: {"owner"},
        },
    ),
    Rule(
        "DELETE",
        "users/{owner}/block",
        can_change_block_of_owner,
        exceptions=INVALID_FOR_OWNER,
        events={
            "block.deleted": TOPIC_OWNERS,
            "user.shown": lambda _visibility, _actor: {"owner"},
        },
    ),
    Rule("GET", "users/me/blocks", reveals=("the_owner", "the_friend")),
    Rule(
        "PUT",
        "users/{owner}/mute",
        can_interact_with_owner,
        exceptions=INVALID_FOR_OWNER,
        events={"mute.created": TOPIC_OWNERS},
    ),
    Rule(
        "DELETE",
        "users/{owner}/mute",
        can_interact_with_owner,
        exceptions=INVALID_FOR_OWNER,
        events={"mute.deleted": TOPIC_OWNERS},
    ),
    Rule("GET", "users/me/mutes"),
)
IMAGES = (
    Rule("GET", "users/{owner}/images", can_interact_with_owner),
    Rule(
        "POST",
        "users/me/images/profile",
        post_viewers,
        allowed=only("owner"),
        body={"image_id": "{image}"},
        reveals=("{image_url}",),
        events={"user.updated": for_any_actor(can_interact_with_owner)},
    ),
    Rule(
        "POST",
        "users/me/images/background",
        post_viewers,
        allowed=only("owner"),
        body={"image_id": "{image}"},
        reveals=("{image_url}",),
        events={"user.updated": for_any_actor(can_interact_with_owner)},
    ),
    Rule(
        "DELETE",
        "users/me/images/{image}",
        post_viewers,
        allowed=only("owner"),
        events={
            "image.deleted": for_any_actor(post_viewers),
            "post.updated": for_any_actor(post_viewers),
        },
    ),
    Rule(
        "DELETE",
        "users/me/images/{background}",
        can_interact_with_owner,
        allowed=only("owner"),
        events={
            "image.deleted": for_any_actor(can_interact_with_owner),
            "user.updated": for_any_actor(can_interact_with_owner),
        },
    ),
    Rule(
        "DELETE",
        "users/me/images/background/{background}",
        can_interact_with_owner,
        allowed=only("owner"),
        events={
            "image.deleted": for_any_actor(can_interact_with_owner),
            "user.updated": for_any_actor(can_interact_with_owner),
        },
    ),
)
