"""What of comments is a member's own."""

from comments.store import comments
from mysocial.privacy import ExportSection, listed, register

register(ExportSection(comments, "Comments", listed(comments, "author")))
