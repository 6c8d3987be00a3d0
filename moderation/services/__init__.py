"""Verbs of moderation: the only writers of reports, notes, measures and word filters."""

from moderation.services.actions import Decision, apply_action, revoke_action
from moderation.services.queue import add_note, assign, decline, look, resolve
from moderation.services.reports import file_report, forget_reports
from moderation.services.text_filters import add_filter, change_filter, check_text, remove_filter

__all__ = [
    "Decision",
    "add_filter",
    "add_note",
    "apply_action",
    "assign",
    "change_filter",
    "check_text",
    "decline",
    "file_report",
    "forget_reports",
    "look",
    "remove_filter",
    "resolve",
    "revoke_action",
]
