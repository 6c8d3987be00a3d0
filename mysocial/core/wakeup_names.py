"""Names of the work that wake-up messages request, beside the flush of each queue.

They are parts of Redis keys (`wakeup:<name>`). This module loads no model, so that
`mysocial.ops.probe` starts fast.
"""

# Work of an outbox.
EMAILS, CASCADES, MEDIA, EXPORTS = "mails", "cascades", "media", "exports"
LINK_CHECKS, POLL_ENDS = "link_checks", "poll_ends"
# Other work, which beat requests when there is something to do.
PACKING, EXPIRY, SECURITY_EVENTS = "packing", "expiry", "security_events"
HOOKS = "hooks"
RECOVERY = "recovery"  # after a server has lost data
# Files that are deleted once an hour.
OLD_EXPORTS, OLD_UPLOADS, OLD_EMAIL_FILES = "old_exports", "old_uploads", "old_email_files"

HOOKED_TYPES: set[str] = set()  # the types of events for which a hook is called

# The outboxes of each work, by the labels of their stores.
OUTBOXES = {
    EMAILS: ("mysocial.email",),
    CASCADES: ("mysocial.cascadedeletion",),
    MEDIA: ("images.media", "images.deletedfile"),
    EXPORTS: ("accounts.export",),
    LINK_CHECKS: ("users.linkcheck",),
    POLL_ENDS: ("posts.pollend",),
}
