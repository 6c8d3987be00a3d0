"""What of profiles is a member's own."""

from mysocial.privacy.exports import Portion, export, single
from users.store import users

export(Portion(users, "Profile and settings", single(users), without=("username_key",)))
