"""Comments in a member's data export."""

from comments.store import comments
from mysocial.privacy import ExportSection, listed, register

register(ExportSection(comments, "Comments", listed(comments, "author")))
