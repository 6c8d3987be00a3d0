"""Endpoints of members."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request

from mysocial.api import (
    IDS_PARAMETER,
    PAGINATION_PARAMETERS,
    ApiViewSet,
    current_user_id,
    fast_read,
    id_params,
    int_param,
    json_response,
    page_response,
    pagination_params,
    validated_body,
    write_action,
)
from mysocial.core.errors import Invalid
from mysocial.core.rate_limits import DAY, MINUTE, RateLimit, check_rate_limit
from mysocial.core.text import fold_query, is_longer_than
from mysocial.store import to_json
from users import selectors, services
from users.leaderboards import FOLLOWERS, KINDS, MAX_RANKED
from users.models import User
from users.representations import (
    LeaderboardSerializer,
    ProfileSerializer,
    own_profile_parts,
    render_profile,
    settings_template,
)
from users.serializers import (
    OnlineSerializer,
    ProfileInput,
    SettingsInput,
    SettingsResponseSerializer,
    SettingsSerializer,
    UsernameInput,
    UserPageSerializer,
    UserResponseSerializer,
)

MAX_QUERY_LENGTH = 30
MAX_QUERY_BYTES = 400  # before it is folded
QUERY_SCHEMA = {"type": "string", "minLength": 1, "maxLength": MAX_QUERY_BYTES}
PROFILE_CHANGES = RateLimit("profile", 30, MINUTE)
SEARCHES = RateLimit("search", 120, MINUTE)
LEADERBOARDS = RateLimit("leaderboard", 60, MINUTE)
USERNAME_CHANGES = RateLimit("username", 3, 30 * DAY)


def user_representation(user: User) -> list[Any]:
    """Return the JSON pieces of a member's own profile."""
    return own_profile_parts(user.id)


def settings_representation(user: User) -> list[Any]:
    """Return the JSON pieces of a member's settings."""
    return settings_template.placeholders(user.id)


class UserViewSet(ApiViewSet):
    """Profiles, settings, presence and search of members."""

    @extend_schema(
        operation_id="getMember", responses=ProfileSerializer, summary="Get a user's profile"
    )
    @fast_read
    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        """Return the profile of a user who has not blocked you."""
        viewer_id = current_user_id(request)
        row = selectors.get_profile(pk, viewer_id=viewer_id)
        return json_response(render_profile(row, viewer_id=viewer_id))

    @extend_schema(
        operation_id="getOwnProfile", responses=ProfileSerializer, summary="Get your profile"
    )
    @fast_read
    def me(self, request: Request) -> HttpResponse:
        """Return your own profile."""
        return self.retrieve(request, current_user_id(request))

    @extend_schema(
        operation_id="updateOwnProfile",
        request=ProfileInput,
        responses=UserResponseSerializer,
        summary="Update your profile",
        examples=[OpenApiExample("A new quote", {"quote": "Less, but better."}, request_only=True)],
    )
    @write_action("Profile updated", limit=PROFILE_CHANGES, user=user_representation)
    def update_me(self, request: Request) -> User:
        """Change the given fields of your profile."""
        changes = validated_body(ProfileInput, request)
        return services.update_profile(user_id=current_user_id(request), **changes)

    @extend_schema(
        operation_id="changeUsername",
        request=UsernameInput,
        responses=UserResponseSerializer,
        summary="Change your username",
        description="Three times in 30 days. For 30 days, nobody else can have your former name, "
        "and mentions of it and `users/lookup` lead to you. You can take it back.",
    )
    @write_action("Username changed", limit=USERNAME_CHANGES, user=user_representation)
    def change_username(self, request: Request) -> User:
        """Take another username, with which you can sign in from now on."""
        username = validated_body(UsernameInput, request)["username"]
        return services.change_username(user_id=current_user_id(request), username=username)

    @extend_schema(
        operation_id="lookUpMember",
        parameters=[
            OpenApiParameter(
                "username",
                {"type": "string", "minLength": 1, "maxLength": MAX_QUERY_LENGTH},
                required=True,
                description="The username, in any case; also a former one that is reserved.",
            )
        ],
        responses=ProfileSerializer,
        summary="Get the profile with a username",
    )
    def lookup(self, request: Request) -> HttpResponse:
        """Return the profile that a mention of this name leads to."""
        username = request.query_params.get("username", "")
        if not 1 <= len(username) <= MAX_QUERY_LENGTH or not username.isprintable():
            raise Invalid(
                errors={"username": f"Enter 1 to {MAX_QUERY_LENGTH} printable characters."}
            )
        viewer_id = current_user_id(request)
        check_rate_limit(SEARCHES, viewer_id)
        row = selectors.find_profile(username, viewer_id=viewer_id)
        return json_response(render_profile(row, viewer_id=viewer_id))

    @extend_schema(
        operation_id="getSettings", responses=SettingsSerializer, summary="Get your settings"
    )
    def own_settings(self, request: Request) -> HttpResponse:
        """Return your settings."""
        row = selectors.get_settings(current_user_id(request))
        return json_response(settings_template.render(row))

    @extend_schema(
        operation_id="updateSettings",
        request=SettingsInput,
        responses=SettingsResponseSerializer,
        summary="Update your settings",
        description="Following a private account needs a request, and its posts are visible to its "
        "followers only. Making an account public accepts the requests that wait, in the "
        "background, unless `pending_requests` is `keep`. If you "
        "turn off `shows_presence`, you appear offline to everybody. In `notifications`, omitted "
        "values stay unchanged.",
        examples=[
            OpenApiExample("A private account", {"is_private": True}, request_only=True),
            OpenApiExample(
                "No e-mails about reactions",
                {"notifications": {"reaction": {"email": False}}},
                request_only=True,
            ),
        ],
    )
    @write_action("Settings updated", limit=PROFILE_CHANGES, settings=settings_representation)
    def update_settings(self, request: Request) -> User:
        """Change the given settings."""
        changes = validated_body(SettingsInput, request)
        return services.update_settings(user_id=current_user_id(request), **changes)

    @extend_schema(
        operation_id="listOnlineMembers",
        parameters=[IDS_PARAMETER],
        responses=OnlineSerializer,
        summary="List which users are online",
        description="Considers users that you follow and that follow you, and users that you have "
        "a conversation with, if they show their presence. All others are omitted.",
    )
    def online(self, request: Request) -> HttpResponse:
        """Return the ids of those users that are online."""
        ids = selectors.online_ids(id_params(request), viewer_id=current_user_id(request))
        return json_response(to_json({"users": ids}))

    @extend_schema(
        operation_id="listMembers",
        parameters=PAGINATION_PARAMETERS,
        responses=UserPageSerializer,
        summary="List all users, newest first",
    )
    def list(self, request: Request) -> HttpResponse:
        """Return a page of all users that you may interact with."""
        limit, after = pagination_params(request)
        page = selectors.list_members(viewer_id=current_user_id(request), limit=limit, after=after)
        return self._profiles_response(request, page)

    @extend_schema(
        operation_id="searchMembers",
        parameters=[
            OpenApiParameter(
                "q",
                QUERY_SCHEMA,
                required=True,
                description="1 to 30 characters of a username, with or without `@`. Case, accents, "
                "width and invisible characters do not matter.",
            ),
            *PAGINATION_PARAMETERS,
        ],
        responses=UserPageSerializer,
        summary="Search users by name",
        description="Usernames that start with the text come first, then those that contain it.",
    )
    def search(self, request: Request) -> HttpResponse:
        """Return a page of the users whose name contains a text."""
        query = request.query_params.get("q", "")
        text = fold_query(query) if len(query) <= MAX_QUERY_BYTES else ""
        if not text or is_longer_than(text, MAX_QUERY_LENGTH) or not text.isprintable():
            raise Invalid(errors={"q": f"Enter 1 to {MAX_QUERY_LENGTH} characters of a name."})
        limit, after = pagination_params(request)
        check_rate_limit(SEARCHES, current_user_id(request))
        page = selectors.search_members(
            text, viewer_id=current_user_id(request), limit=limit, after=after
        )
        return self._profiles_response(request, page)

    @extend_schema(
        operation_id="getLeaderboard",
        parameters=[
            OpenApiParameter(
                "kind",
                {"type": "string", "enum": [*KINDS], "default": FOLLOWERS},
                description="`followers` ranks by the number of followers, `active` by the number "
                "of public posts in the last seven days.",
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MAX_RANKED},
                description=f"How many users, from 1 to {MAX_RANKED}; 10 by default.",
            ),
        ],
        responses=LeaderboardSerializer,
        summary="Get the first users of a leaderboard",
        description="Private accounts, users who have opted out (`shows_in_leaderboards`) and "
        "users that you may not interact with are left out.",
    )
    def leaderboard(self, request: Request) -> HttpResponse:
        """Return the users with the most followers, or the most active ones of the week."""
        kind = request.query_params.get("kind", FOLLOWERS)
        if kind not in KINDS:
            raise Invalid(errors={"kind": f"Enter one of: {', '.join(KINDS)}."})
        limit = int_param(request, "limit", default=10, max_value=MAX_RANKED)
        viewer_id = current_user_id(request)
        check_rate_limit(LEADERBOARDS, viewer_id)
        board = selectors.leaderboard(kind, viewer_id=viewer_id, limit=limit)
        items = (render_profile(row, viewer_id=viewer_id) for row in board.rows)
        return page_response(request, "users", items, None, ranked_at=board.ranked_at)

    @staticmethod
    def _profiles_response(request: Request, page: selectors.UserPage) -> HttpResponse:
        """Return a page of profiles as the viewer may see them."""
        rows, after = page
        viewer_id = current_user_id(request)
        items = (render_profile(row, viewer_id=viewer_id) for row in rows)
        return page_response(request, "users", items, after)
