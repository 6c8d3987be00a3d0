"""Endpoints of data exports."""

from typing import Any

from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts import selectors, services
from accounts.models import Export
from accounts.representations import export_template
from accounts.serializers import ExportInput, ExportResponseSerializer, ExportStateSerializer
from accounts.views.account import PASSWORD_CHECKS
from mysocial.api import (
    ApiViewSet,
    current_user_id,
    json_response,
    validated_body,
    write_action,
)
from mysocial.core.rate_limits import DAY, RateLimit, check_rate_limit

EXPORTS = RateLimit("export", 3, DAY)
ZIP = "application/zip"
EXPORT_REQUESTED = "Your export is being created."


def export_representation(export: Export) -> list[Any]:
    """Return the JSON pieces of an export."""
    return export_template.placeholders(str(export.pk))


class ExportViewSet(ApiViewSet):
    """The export of your data."""

    @extend_schema(
        operation_id="requestExport",
        request=ExportInput,
        responses={202: OpenApiResponse(ExportResponseSerializer, EXPORT_REQUESTED)},
        summary="Request an export of your data",
        description="Needs your password. One export at a time, three a day. The event "
        "`export.ready` and an e-mail tell you when it is ready.",
    )
    def request_export(self, request: Request) -> HttpResponse:
        """Queue an export of all your data."""
        password = validated_body(ExportInput, request)["password"]
        check_rate_limit(PASSWORD_CHECKS, current_user_id(request))
        return self._request_export(request, password)

    @write_action(EXPORT_REQUESTED, status=202, limit=EXPORTS, export=export_representation)
    def _request_export(self, request: Request, password: str) -> Export:
        return services.request_own_export(user_id=current_user_id(request), password=password)

    @extend_schema(
        operation_id="getExportStatus",
        responses=ExportStateSerializer,
        summary="Get the status of your export",
    )
    def retrieve(self, request: Request) -> HttpResponse:
        """Return your latest export, or null if there is none."""
        return json_response(b'{"export":%s}' % selectors.render_export(current_user_id(request)))

    @extend_schema(
        operation_id="downloadExport",
        responses={(200, ZIP): OpenApiTypes.BINARY},
        summary="Download your export",
        description="A ZIP archive with JSON files, HTML pages and your media files.",
    )
    def file(self, request: Request) -> FileResponse:
        """Return the archive."""
        path = selectors.ready_export_path(current_user_id(request))
        return FileResponse(
            path.open("rb"), as_attachment=True, filename="mysocial.zip", content_type=ZIP
        )
