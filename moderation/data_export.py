"""What of moderation is a member's own: what they reported, and what was done against them."""

from moderation.store import measures, reports, staff_notes, word_filters
from mysocial.privacy.exports import Portion, export, leave_out, listed

# Who of staff it was is not told, nor what others wrote.
export(
    Portion(
        reports,
        "Reports",
        listed(reports, "reporter"),
        without=("subject_id", "said", "assignee", "act", "closed_by", "open_key"),
    )
)
export(Portion(measures, "Measures", listed(measures, "user"), without=("staff", "report_id")))
leave_out(staff_notes, "What staff say to one another.")
leave_out(word_filters, "What staff do not want to be said: nobody's own.")
