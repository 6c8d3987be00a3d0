"""HTTP endpoints of members."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request

from mysocial.api import (
    IDS_PARAMETER,
    PAGINATION_PARAMETERS,
    ApiViewSet,
    current_user_id,
    id_params,
    json_response,
    list_response,
    message_envelope,
    pagination_params,
    validated_body,
    write_response,
)
from mysocial.core.errors import Invalid
from mysocial.core.rate_limits import MINUTE, RateLimit, check_rate_limit
from mysocial.store import to_json
from users import selectors, services
from users.models import User
from users.representations import ProfileSerializer, profile_template, settings_template
from users.serializers import (
    OnlineSerializer,
    ProfileInput,
    SettingsInput,
    SettingsResponseSerializer,
    SettingsSerializer,
    UserPageSerializer,
    UserResponseSerializer,
)

MAX_QUERY_LENGTH = 30
QUERY_SCHEMA = {"type": "string", "minLength": 1, "maxLength": MAX_QUERY_LENGTH}
CHANGES = RateLimit("profile", 30, MINUTE)
SEARCHES = RateLimit("search", 120, MINUTE)


def user_representation(user: User) -> list[Any]:
    """Return the pieces of a profile in an answer."""
    return profile_template.placeholders(user.id)


def settings_representation(user: User) -> list[Any]:
    """Return the pieces of a member's settings in an answer."""
    return settings_template.placeholders(user.id)


class UserViewSet(ApiViewSet):
    """Profiles."""

    @extend_schema(responses=ProfileSerializer, summary="A member's profile")
    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        return json_response(
            profile_template.render(selectors.get_profile(pk, viewer_id=current_user_id(request)))
        )

    @extend_schema(responses=ProfileSerializer, summary="One's own profile")
    def me(self, request: Request) -> HttpResponse:
        return self.retrieve(request, current_user_id(request))

    @extend_schema(
        request=ProfileInput,
        responses=UserResponseSerializer,
        summary="Change one's own profile",
        examples=[OpenApiExample("A new quote", {"quote": "Less, but better."}, request_only=True)],
    )
    def update_me(self, request: Request) -> HttpResponse:
        changes = validated_body(ProfileInput, request)
        return write_response(
            request,
            200,
            message_envelope("Profile updated", user=user_representation),
            lambda: services.update_profile(user_id=current_user_id(request), **changes),
            limit=CHANGES,
        )

    @extend_schema(responses=SettingsSerializer, summary="One's own settings")
    def own_settings(self, request: Request) -> HttpResponse:
        return json_response(
            settings_template.render(selectors.get_settings(current_user_id(request)))
        )

    @extend_schema(
        request=SettingsInput,
        responses=SettingsResponseSerializer,
        summary="Change one's own settings",
        description="A private account is followed by request, and its posts are for followers at "
        "most. Going public accepts no request by itself. Who does not show their presence is "
        "online for nobody. Of `notifications`, what is left out stays as it is.",
        examples=[
            OpenApiExample("A private account", {"is_private": True}, request_only=True),
            OpenApiExample(
                "No mails of reactions",
                {"notifications": {"reaction": {"email": False}}},
                request_only=True,
            ),
        ],
    )
    def update_settings(self, request: Request) -> HttpResponse:
        changes = validated_body(SettingsInput, request)
        return write_response(
            request,
            200,
            message_envelope("Settings updated", settings=settings_representation),
            lambda: services.update_settings(user_id=current_user_id(request), **changes),
            limit=CHANGES,
        )

    @extend_schema(
        parameters=[IDS_PARAMETER],
        responses=OnlineSerializer,
        summary="Which of several members are online",
        description="Of those who follow one and whom one follows, and of those with whom one has "
        "a conversation, if they show it. Of the others nothing is told.",
    )
    def online(self, request: Request) -> HttpResponse:
        found = selectors.online_ids(id_params(request), viewer_id=current_user_id(request))
        return json_response(to_json({"users": found}))

    @extend_schema(
        parameters=PAGINATION_PARAMETERS,
        responses=UserPageSerializer,
        summary="All members, newest first",
    )
    def list(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        found = selectors.list_members(viewer_id=current_user_id(request), limit=limit, after=after)
        return list_response(request, "users", profile_template, found)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "q", QUERY_SCHEMA, required=True, description="1 to 30 characters of a name."
            ),
            *PAGINATION_PARAMETERS,
        ],
        responses=UserPageSerializer,
        summary="Members by name: those that begin so, then those that contain it",
    )
    def search(self, request: Request) -> HttpResponse:
        text = request.query_params.get("q", "").strip()
        if not 1 <= len(text) <= MAX_QUERY_LENGTH or not text.isprintable():
            raise Invalid(
                errors={"q": f"This must be 1 to {MAX_QUERY_LENGTH} printable characters."}
            )
        limit, after = pagination_params(request)
        check_rate_limit(SEARCHES, current_user_id(request))
        found = selectors.search_members(
            text, viewer_id=current_user_id(request), limit=limit, after=after
        )
        return list_response(request, "users", profile_template, found)
