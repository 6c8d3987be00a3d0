"""Endpoints of what is stored of oneself."""

from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts import selectors, services
from accounts.representations import export_template
from accounts.serializers import ExportResponseSerializer, ExportStateSerializer
from mysocial.api import (
    ApiViewSet,
    StrictSerializer,
    current_user_id,
    json_response,
    message_envelope,
    validated_body,
    write_response,
)
from mysocial.core.rate_limits import DAY, RateLimit

EXPORTS = RateLimit("export", 3, DAY)
ZIP = "application/zip"


class ExportViewSet(ApiViewSet):
    """One's own export."""

    @extend_schema(
        request=None,
        responses={202: ExportResponseSerializer},
        summary="Ask for all that is stored of oneself",
        description="One at a time, three a day. `export.ready` and a mail tell when it is there.",
    )
    def ask(self, request: Request) -> HttpResponse:
        validated_body(StrictSerializer, request)
        return write_response(
            request,
            202,
            message_envelope(
                "The export is being made.", export=lambda one: export_template.placeholders(one.pk)
            ),
            lambda: services.request_export(user_id=current_user_id(request)),
            limit=EXPORTS,
        )

    @extend_schema(responses=ExportStateSerializer, summary="What has become of one's export")
    def state(self, request: Request) -> HttpResponse:
        return json_response(b'{"export":%s}' % selectors.render_export(current_user_id(request)))

    @extend_schema(
        responses={(200, ZIP): OpenApiTypes.BINARY},
        summary="One's export: a ZIP of JSON, pages and files",
    )
    def file(self, request: Request) -> FileResponse:
        path = selectors.ready_export_path(current_user_id(request))
        return FileResponse(
            path.open("rb"), as_attachment=True, filename="mysocial.zip", content_type=ZIP
        )
