"""Data export of accounts, without anything that would allow signing in."""

from accounts.store import (
    accounts,
    email_reservations,
    ended_sessions,
    exports,
    invites,
    sessions,
    tokens,
)
from mysocial.privacy import ExportSection, exclude, listed, register, single
from mysocial.security_log import security_events

register(ExportSection(accounts, "Account", single(accounts), without=("password",)))
register(
    ExportSection(
        email_reservations,
        "Former e-mail addresses",
        listed(email_reservations, "user"),
        without=("email_reserved_until",),
    )
)
register(
    ExportSection(sessions, "Sessions", listed(sessions, "user"), without=("salt", "generation"))
)
register(
    ExportSection(
        security_events, "Security log", listed(security_events, "account"), without=("staff",)
    )
)
exclude(ended_sessions, "Secrets of sessions that a suspension ended, to explain it on refresh.")
exclude(tokens, "Hashes of one-time tokens sent by e-mail, kept until they expire: secrets only.")
exclude(invites, "Invite codes, which staff create; the account has the id of its own.")
exclude(exports, "The record of this export itself.")
