"""The moderation records in a member's data export."""

from moderation.store import moderation_actions, reports, staff_notes, word_filters
from mysocial.privacy import ExportSection, exclude, listed, register

# The export names no staff and contains nothing that other members wrote.
register(
    ExportSection(
        reports,
        "Reports",
        listed(reports, "reporter"),
        without=("subject_id", "excerpt", "assignee", "action_type", "closed_by", "open_key"),
    )
)
register(
    ExportSection(
        moderation_actions,
        "Moderation actions",
        listed(moderation_actions, "user"),
        without=("staff_username", "report_id"),
    )
)
exclude(staff_notes, "Internal notes of staff.")
exclude(word_filters, "Settings of the site, not data of a member.")
