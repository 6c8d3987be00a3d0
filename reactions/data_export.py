"""What of reactions is a member's own."""

from mysocial.privacy.exports import Portion, export, listed
from reactions.store import reactions

export(Portion(reactions, "Reactions", listed(reactions, "user")))
