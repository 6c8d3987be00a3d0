"""HTTP API of images, and the media files on the local disk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import MissingFileError, StaticFile

from images import selectors, services
from images.content import CONTENT_TYPES
from images.models import Media, Purpose
from images.representations import image_template, media_template
from images.serializers import ImageInput, ImagePageSerializer, ImageResponseSerializer
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
    write_action,
    write_response,
)
from mysocial.core.rate_limits import MINUTE, RateLimit

IMAGE_CHANGES = RateLimit("image", 30, MINUTE)
DESCRIPTION = (
    "A JPEG, PNG, GIF, WebP, HEIC, AVIF or BMP: the field `image` of a form or a data URL; or "
    "`image_id`, the id of one of your images. A new image is shown when it is processed, which "
    "`user.updated` announces."
)

IMAGE_SET = "Image set"
RESPONSE = OpenApiResponse(ImageResponseSerializer, IMAGE_SET)
EXAMPLE = OpenApiExample(
    "One of your images", {"image_id": "696887e8f1c2a30b4d5e6f70"}, request_only=True
)


def media_representation(media: Media) -> list[Any]:
    """Return the JSON parts of media in a response."""
    return media_template.placeholders(media.id)


class ImageViewSet(ApiViewSet):
    """Galleries and the images of profiles."""

    @extend_schema(
        operation_id="listMemberImages",
        parameters=PAGINATION_PARAMETERS,
        responses=ImagePageSerializer,
        summary="List a user's images",
        description="Newest first.",
    )
    def of_user(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        page = selectors.gallery_page(
            pk, viewer_id=current_user_id(request), limit=limit, after=after
        )
        return list_response(request, "images", image_template, page)

    @extend_schema(
        operation_id="setProfileImage",
        request=ImageInput,
        responses={200: RESPONSE, 201: RESPONSE},
        examples=[EXAMPLE],
        summary="Set your profile picture",
        description=DESCRIPTION,
    )
    def set_profile(self, request: Request) -> HttpResponse:
        return _set_profile_image(request, Purpose.PROFILE)

    @extend_schema(
        operation_id="setBackgroundImage",
        request=ImageInput,
        responses={200: RESPONSE, 201: RESPONSE},
        examples=[EXAMPLE],
        summary="Set the background of your profile",
        description=DESCRIPTION,
    )
    def set_background(self, request: Request) -> HttpResponse:
        return _set_profile_image(request, Purpose.BACKGROUND)

    @extend_schema(
        operation_id="deleteImage",
        request=None,
        responses={200: MessageSerializer},
        summary="Delete one of your images",
        description="The image is removed wherever it is shown.",
    )
    @write_action("Image deleted", limit=IMAGE_CHANGES)
    def destroy(self, request: Request, pk: str) -> Media:
        validated_body(StrictSerializer, request)
        return services.delete_image(user_id=current_user_id(request), image_id=pk)

    @extend_schema(
        operation_id="removeBackgroundImage",
        request=None,
        responses={200: MessageSerializer},
        summary="Remove the background of your profile",
    )
    @write_action("Image deleted", limit=IMAGE_CHANGES)
    def destroy_background(self, request: Request, pk: str) -> Media:
        validated_body(StrictSerializer, request)
        return services.delete_background(user_id=current_user_id(request), image_id=pk)


def _set_profile_image(request: Request, purpose: Purpose) -> HttpResponse:
    body = validated_body(ImageInput, request)
    is_upload = "image" in body
    set_image: Callable[..., Media] = (
        services.upload_profile_image if is_upload else services.choose_profile_image
    )
    return write_response(
        request,
        201 if is_upload else 200,
        message_envelope(IMAGE_SET, image=media_representation),
        lambda: set_image(user_id=current_user_id(request), purpose=purpose.value, **body),
        limit=IMAGE_CHANGES,
    )


def _redirect_to_bucket(request: HttpRequest, name: str) -> HttpResponse:
    bucket: Any = storages["s3"]
    response = HttpResponseRedirect(bucket.url(name, http_method=request.method))
    response["Cache-Control"] = f"private, max-age={settings.S3_URL_SECONDS // 2}"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Send a media file of the local disk. Its URL is secret; nothing in the file may execute.

    If files are in a bucket, redirect to a signed URL that expires. Clients may remember the
    redirection for half of its time, and nobody else may.

    Ranges and conditional requests are those of WhiteNoise. The proxy of production sends the files
    itself, with the same headers.
    """
    try:
        static_file = StaticFile(storages["default"].path(name), [])
    except MissingFileError:
        if settings.S3_BUCKET:
            return _redirect_to_bucket(request, name)
        raise Http404 from None
    response: HttpResponseBase = WhiteNoiseMiddleware.serve(static_file, request)
    response["Content-Type"] = CONTENT_TYPES[Path(name).suffix]
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
