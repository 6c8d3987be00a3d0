"""HTTP endpoints with which members report content."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request

from moderation import selectors, services
from moderation.models import Report
from moderation.representations import report_template
from moderation.serializers import ReportInput, ReportPageSerializer, ReportResponseSerializer
from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    current_user_id,
    list_response,
    pagination_params,
    validated_body,
    write_action,
)
from mysocial.core.rate_limits import HOUR, RateLimit

NEW_REPORTS = RateLimit("report", 20, HOUR)
EXAMPLE = OpenApiExample(
    "A post",
    {"target_type": "post", "target_id": "660e2edd9b81aa7a7cc71794", "reason": "spam"},
    request_only=True,
)


def report_representation(report: Report) -> list[Any]:
    """Return the parts of a report in a response."""
    return report_template.placeholders(report.id)


class ReportViewSet(ApiViewSet):
    """The current user's reports."""

    @extend_schema(
        operation_id="createReport",
        request=ReportInput,
        responses={201: ReportResponseSerializer},
        examples=[EXAMPLE],
        summary="Report a user, post, comment or message",
        description=(
            "You can report what you can see, except your own content. 409 while your earlier "
            "report of the same content is open."
        ),
    )
    @write_action("Reported", status=201, limit=NEW_REPORTS, report=report_representation)
    def create(self, request: Request) -> Report:
        fields = validated_body(ReportInput, request)
        return services.file_report(reporter_id=current_user_id(request), **fields)

    @extend_schema(
        operation_id="listReports",
        parameters=PAGINATION_PARAMETERS,
        responses=ReportPageSerializer,
        summary="List your reports, newest first",
    )
    def list(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        page = selectors.reports_by(current_user_id(request), limit=limit, after=after)
        return list_response(request, "reports", report_template, page)
