"""What of reactions is a member's own."""

from mysocial.exports import Portion, export, listed
from reactions.store import reactions

export(Portion(reactions, "Reactions", listed(reactions, "user")))
