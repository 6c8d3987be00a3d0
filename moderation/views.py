"""HTTP endpoints of moderation: what members may."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request

from moderation import selectors, services
from moderation.models import Report
from moderation.representations import report_template
from moderation.serializers import ReportAnswerSerializer, ReportInput, ReportPageSerializer
from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    current_user_id,
    list_response,
    message_envelope,
    pagination_params,
    validated_body,
    write_response,
)
from mysocial.core.rate_limits import HOUR, RateLimit

NEW_REPORTS = RateLimit("report", 20, HOUR)
EXAMPLE = OpenApiExample(
    "A post",
    {"target_type": "post", "target_id": "660e2edd9b81aa7a7cc71794", "reason": "spam"},
    request_only=True,
)


def report_representation(report: Report) -> list[Any]:
    """Return the pieces of a report in an answer."""
    return report_template.placeholders(report.id)


class ReportViewSet(ApiViewSet):
    """Reports of one's own."""

    @extend_schema(
        request=ReportInput,
        responses={201: ReportAnswerSerializer},
        examples=[EXAMPLE],
        summary="Report a member, post, comment or message that one sees",
        description="409 while one's report of it is open.",
    )
    def create(self, request: Request) -> HttpResponse:
        fields = validated_body(ReportInput, request)
        return write_response(
            request,
            201,
            message_envelope("Reported", report=report_representation),
            lambda: services.file_report(reporter_id=current_user_id(request), **fields),
            limit=NEW_REPORTS,
        )

    @extend_schema(
        parameters=PAGINATION_PARAMETERS,
        responses=ReportPageSerializer,
        summary="One's reports, newest first",
    )
    def list(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        found = selectors.reports_of(current_user_id(request), limit=limit, after=after)
        return list_response(request, "reports", report_template, found)
