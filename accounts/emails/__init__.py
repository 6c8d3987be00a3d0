"""E-mails to members. One-time tokens are created when the e-mail is sent.

An address that nobody has confirmed gets the e-mail to confirm it and, on request, the e-mail to
reset the password, which proves control of the mailbox as well. It gets no other.
"""

from accounts.emails import activity, credentials

__all__ = ["activity", "credentials"]
