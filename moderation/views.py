"""HTTP endpoints of moderation: what members may."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request

from moderation import selectors, services
from moderation.models import Report
from moderation.representations import report_wire
from moderation.serializers import ReportAnswerSerializer, ReportInput, ReportPageSerializer
from mysocial.api.responses import (
    CURSORS,
    Limit,
    caller,
    carry_out,
    list_answer,
    page_bounds,
    parse,
    wrote,
)
from mysocial.api.viewsets import Endpoints
from mysocial.core.rate_limits import HOUR

NEW_REPORTS = Limit("report", 20, HOUR)
EXAMPLE = OpenApiExample(
    "A post",
    {"target_type": "post", "target_id": "660e2edd9b81aa7a7cc71794", "reason": "spam"},
    request_only=True,
)


def report_template(report: Report) -> list[Any]:
    """Return the pieces of a report in an answer."""
    return report_wire.template(report.id)


class ReportViewSet(Endpoints):
    """Reports of one's own."""

    @extend_schema(
        request=ReportInput,
        responses={201: ReportAnswerSerializer},
        examples=[EXAMPLE],
        summary="Report a member, post, comment or message that one sees",
        description="409 while one's report of it is open.",
    )
    def create(self, request: Request) -> HttpResponse:
        fields = parse(ReportInput, request)
        return carry_out(
            request,
            201,
            wrote("Reported", report=report_template),
            lambda: services.file_report(reporter_id=caller(request), **fields),
            limit=NEW_REPORTS,
        )

    @extend_schema(
        parameters=CURSORS, responses=ReportPageSerializer, summary="One's reports, newest first"
    )
    def list(self, request: Request) -> HttpResponse:
        limit, after = page_bounds(request)
        found = selectors.reports_of(caller(request), limit=limit, after=after)
        return list_answer(request, "reports", report_wire, found)
