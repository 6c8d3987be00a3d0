"""Services of moderation: the only writers of reports, staff notes, actions and word filters."""

from moderation.services.actions import Decision, apply_action, revoke_action
from moderation.services.queue import (
    add_note,
    assign_report,
    decline_report,
    resolve_report,
    view_report,
)
from moderation.services.reports import delete_reports, file_report
from moderation.services.text_filters import add_filter, change_filter, check_text, remove_filter

__all__ = [
    "Decision",
    "add_filter",
    "add_note",
    "apply_action",
    "assign_report",
    "change_filter",
    "check_text",
    "decline_report",
    "delete_reports",
    "file_report",
    "remove_filter",
    "resolve_report",
    "revoke_action",
    "view_report",
]
