"""What of reactions is a member's own."""

from mysocial.privacy import ExportSection, listed, register
from reactions.store import reactions

register(ExportSection(reactions, "Reactions", listed(reactions, "user")))
