"""Selectors of moderation: what members may read of their reports, and what staff may read."""

from moderation.selectors.reports import (
    ReportTarget,
    get_report_target,
    has_open_report,
    open_key,
    report_ids_filed_by,
    reports_by,
)
from moderation.selectors.staff import (
    Context,
    Line,
    MemberSummary,
    actions_against,
    display_name,
    find_member,
    get_action,
    get_report,
    is_revocable,
    notes_on,
    report_context,
    summarize_member,
)
from moderation.selectors.text_filters import FILTERS_TTL_SECONDS, phrases

__all__ = [
    "FILTERS_TTL_SECONDS",
    "Context",
    "Line",
    "MemberSummary",
    "ReportTarget",
    "actions_against",
    "display_name",
    "find_member",
    "get_action",
    "get_report",
    "get_report_target",
    "has_open_report",
    "is_revocable",
    "notes_on",
    "open_key",
    "phrases",
    "report_context",
    "report_ids_filed_by",
    "reports_by",
    "summarize_member",
]
