"""What of accounts is a member's own: nothing by which anybody could sign in as them."""

from accounts.store import accounts, ended_sessions, exports, sessions, tokens
from mysocial.privacy import ExportSection, exclude, listed, register, single

register(ExportSection(accounts, "Account", single(accounts), without=("password",)))
register(
    ExportSection(sessions, "Sessions", listed(sessions, "user"), without=("salt", "generation"))
)
exclude(ended_sessions, "That a suspension ended a session: a secret, to say why.")
exclude(tokens, "Hashes of mailed one-time tokens, for an hour: secrets, and nothing else.")
exclude(exports, "That this export was asked for.")
