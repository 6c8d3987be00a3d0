"""What of comments is a member's own."""

from comments.store import comments
from mysocial.privacy.exports import Portion, export, listed

export(Portion(comments, "Comments", listed(comments, "author")))
