"""Reactions in a member's data export."""

from mysocial.privacy import ExportSection, listed, register
from reactions.store import reactions

register(ExportSection(reactions, "Reactions", listed(reactions, "user")))
