"""What of accounts is a member's own: nothing by which anybody could sign in as them."""

from accounts.store import accounts, ended_sessions, exports, sessions, tokens
from mysocial.privacy.exports import Portion, export, leave_out, listed, single

export(Portion(accounts, "Account", single(accounts), without=("password",)))
export(Portion(sessions, "Sessions", listed(sessions, "user"), without=("salt", "generation")))
leave_out(ended_sessions, "That a suspension ended a session: a secret, to say why.")
leave_out(tokens, "Hashes of mailed one-time tokens, for an hour: secrets, and nothing else.")
leave_out(exports, "That this export was asked for.")
