"""Verbs of moderation: the only writers of reports, notes, measures and word filters."""

from moderation.services.actions import Decision, take_measure, undo_measure
from moderation.services.queue import add_note, assign, decline, look, resolve
from moderation.services.reports import file_report, forget_reports
from moderation.services.text_filters import add_filter, change_filter, examine, remove_filter

__all__ = [
    "Decision",
    "add_filter",
    "add_note",
    "assign",
    "change_filter",
    "decline",
    "examine",
    "file_report",
    "forget_reports",
    "look",
    "remove_filter",
    "resolve",
    "take_measure",
    "undo_measure",
]
