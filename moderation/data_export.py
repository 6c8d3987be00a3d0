"""What of moderation is a member's own: what they reported, and what was done against them."""

from moderation.store import moderation_actions, reports, staff_notes, word_filters
from mysocial.privacy import ExportSection, exclude, listed, register

# Who of staff it was is not told, nor what others wrote.
register(
    ExportSection(
        reports,
        "Reports",
        listed(reports, "reporter"),
        without=("subject_id", "said", "assignee", "act", "closed_by", "open_key"),
    )
)
register(
    ExportSection(
        moderation_actions,
        "Measures",
        listed(moderation_actions, "user"),
        without=("staff", "report_id"),
    )
)
exclude(staff_notes, "What staff say to one another.")
exclude(word_filters, "What staff do not want to be said: nobody's own.")
