"""Services of notifications: the only writers of notifications and of unread counts.

Other apps call `notify`, `retract` and their variants within the write that creates or deletes the
cause, so that a notification never exists without its cause.
"""

from notifications.services.causes import (
    EMAIL_KIND,
    MAX_RETRACTED,
    initialize_cause,
    notify,
    notify_many,
    notify_mentioned,
    notify_without_actor,
    pair_list_values,
    retract,
    retract_all,
    retract_between,
)
from notifications.services.inbox import (
    MAX_ANNOUNCED,
    create_inbox,
    delete_inbox,
    delete_listed_notifications,
    delete_notification,
    mark_all_read,
    mark_read,
    remove_notification,
    unsubscribe,
)

__all__ = [
    "EMAIL_KIND",
    "MAX_ANNOUNCED",
    "MAX_RETRACTED",
    "create_inbox",
    "delete_inbox",
    "delete_listed_notifications",
    "delete_notification",
    "initialize_cause",
    "mark_all_read",
    "mark_read",
    "notify",
    "notify_many",
    "notify_mentioned",
    "notify_without_actor",
    "pair_list_values",
    "remove_notification",
    "retract",
    "retract_all",
    "retract_between",
    "unsubscribe",
]
