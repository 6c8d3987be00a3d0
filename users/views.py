"""HTTP endpoints of members."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request

from mysocial.api.responses import (
    CURSORS,
    IDS,
    Limit,
    caller,
    carry_out,
    ids_asked,
    json_answer,
    list_answer,
    page_bounds,
    parse,
    wrote,
)
from mysocial.api.viewsets import Endpoints
from mysocial.core.errors import Invalid
from mysocial.core.rate_limits import MINUTE, hit
from mysocial.store.json_templates import literal
from users import selectors, services
from users.models import User
from users.representations import ProfileSerializer, profile_wire, settings_wire
from users.serializers import (
    BasicsInput,
    OnlineSerializer,
    SettingsAnswerSerializer,
    SettingsInput,
    SettingsSerializer,
    UserAnswerSerializer,
    UserPageSerializer,
)

MOST_TEXT = 30
TEXT = {"type": "string", "minLength": 1, "maxLength": MOST_TEXT}
CHANGES = Limit("profile", 30, MINUTE)
SEARCHES = Limit("search", 120, MINUTE)


def user_template(user: User) -> list[Any]:
    """Return the pieces of a profile in an answer."""
    return profile_wire.template(user.id)


def settings_template(user: User) -> list[Any]:
    """Return the pieces of a member's settings in an answer."""
    return settings_wire.template(user.id)


class UserViewSet(Endpoints):
    """Profiles."""

    @extend_schema(responses=ProfileSerializer, summary="A member's profile")
    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        return json_answer(profile_wire.render(selectors.get_profile(pk, to=caller(request))))

    @extend_schema(responses=ProfileSerializer, summary="One's own profile")
    def me(self, request: Request) -> HttpResponse:
        return self.retrieve(request, caller(request))

    @extend_schema(
        request=BasicsInput,
        responses=UserAnswerSerializer,
        summary="Change one's own profile",
        examples=[OpenApiExample("A new quote", {"quote": "Less, but better."}, request_only=True)],
    )
    def update_me(self, request: Request) -> HttpResponse:
        changes = parse(BasicsInput, request)
        return carry_out(
            request,
            200,
            wrote("Profile updated", user=user_template),
            lambda: services.update_basics(user_id=caller(request), **changes),
            limit=CHANGES,
        )

    @extend_schema(responses=SettingsSerializer, summary="One's own settings")
    def own_settings(self, request: Request) -> HttpResponse:
        return json_answer(settings_wire.render(selectors.get_settings(caller(request))))

    @extend_schema(
        request=SettingsInput,
        responses=SettingsAnswerSerializer,
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
        changes = parse(SettingsInput, request)
        return carry_out(
            request,
            200,
            wrote("Settings updated", settings=settings_template),
            lambda: services.update_settings(user_id=caller(request), **changes),
            limit=CHANGES,
        )

    @extend_schema(
        parameters=[IDS],
        responses=OnlineSerializer,
        summary="Which of several members are online",
        description="Of those who follow one and whom one follows, and of those with whom one has "
        "a conversation, if they show it. Of the others nothing is told.",
    )
    def online(self, request: Request) -> HttpResponse:
        found = selectors.online_among(ids_asked(request), to=caller(request))
        return json_answer(literal({"users": found}))

    @extend_schema(
        parameters=CURSORS, responses=UserPageSerializer, summary="All members, newest first"
    )
    def list(self, request: Request) -> HttpResponse:
        limit, after = page_bounds(request)
        found = selectors.members(to=caller(request), limit=limit, after=after)
        return list_answer(request, "users", profile_wire, found)

    @extend_schema(
        parameters=[
            OpenApiParameter("q", TEXT, required=True, description="1 to 30 characters of a name."),
            *CURSORS,
        ],
        responses=UserPageSerializer,
        summary="Members by name: those that begin so, then those that contain it",
    )
    def search(self, request: Request) -> HttpResponse:
        text = request.query_params.get("q", "").strip()
        if not 1 <= len(text) <= MOST_TEXT or not text.isprintable():
            raise Invalid(errors={"q": f"This must be 1 to {MOST_TEXT} printable characters."})
        limit, after = page_bounds(request)
        hit(SEARCHES, caller(request))
        found = selectors.search_members(text, to=caller(request), limit=limit, after=after)
        return list_answer(request, "users", profile_wire, found)
