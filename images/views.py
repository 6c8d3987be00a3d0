"""HTTP endpoints of images, and the files that this disk has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from images import selectors, services
from images.content import TYPES
from images.models import Media, Purpose
from images.representations import image_template, media_template
from images.serializers import ImageAnswerSerializer, ImageInput, ImagePageSerializer
from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    MessageSerializer,
    StrictSerializer,
    current_user_id,
    list_response,
    message_envelope,
    pagination_params,
    validated_body,
    write_response,
)
from mysocial.core.rate_limits import MINUTE, RateLimit

CHANGES = RateLimit("image", 30, MINUTE)
ABOUT = (
    "A JPEG, PNG, GIF or WebP: the field `image` of a form, or a data URL; or `image_id`, an image "
    "of one's own. A new one is shown once it is processed: `user.updated` says so."
)


def media_representation(one: Media) -> list[Any]:
    """Return the pieces of media in an answer."""
    return media_template.placeholders(one.id)


class ImageViewSet(ApiViewSet):
    """Galleries and the pictures of profiles."""

    @extend_schema(
        parameters=PAGINATION_PARAMETERS,
        responses=ImagePageSerializer,
        summary="A member's images, newest first",
    )
    def of_user(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        found = selectors.gallery_page(pk, to=current_user_id(request), limit=limit, after=after)
        return list_response(request, "images", image_template, found)

    @extend_schema(
        request=ImageInput,
        responses={200: ImageAnswerSerializer, 201: ImageAnswerSerializer},
        summary="Set one's profile picture",
        description=ABOUT,
    )
    def set_profile(self, request: Request) -> HttpResponse:
        return _set(request, Purpose.PROFILE)

    @extend_schema(
        request=ImageInput,
        responses={200: ImageAnswerSerializer, 201: ImageAnswerSerializer},
        summary="Set the background of one's profile",
        description=ABOUT,
    )
    def set_background(self, request: Request) -> HttpResponse:
        return _set(request, Purpose.BACKGROUND)

    @extend_schema(
        request=None,
        responses={200: MessageSerializer},
        summary="Delete an image of one's own, wherever it is shown",
    )
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        return _delete(request, pk, services.delete_image)

    @extend_schema(
        request=None,
        responses={200: MessageSerializer},
        summary="Remove the background of one's profile",
    )
    def destroy_background(self, request: Request, pk: str) -> HttpResponse:
        return _delete(request, pk, services.delete_background)


def _set(request: Request, purpose: Purpose) -> HttpResponse:
    fields = validated_body(ImageInput, request)
    verb: Callable[..., Media] = (
        services.upload_profile_image if "image" in fields else services.choose_profile_image
    )
    return write_response(
        request,
        201 if "image" in fields else 200,
        message_envelope("Image set", image=media_representation),
        lambda: verb(user_id=current_user_id(request), purpose=purpose.value, **fields),
        limit=CHANGES,
    )


def _delete(request: Request, pk: str, verb: Callable[..., Media]) -> HttpResponse:
    validated_body(StrictSerializer, request)
    return write_response(
        request,
        200,
        message_envelope("Image deleted"),
        lambda: verb(user_id=current_user_id(request), image_id=pk),
        limit=CHANGES,
    )


@require_safe
def file(_request: HttpRequest, name: str) -> FileResponse:
    """Send a file that this disk has, to whoever knows its name; nothing in it may run."""
    try:
        found = storages["default"].open(name)
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(found, content_type=TYPES[Path(name).suffix])
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
