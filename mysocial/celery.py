"""The Celery application and its schedule.

A Celery message is only a wake-up. Which records are dirty is stored in Redis, so a lost message
delays their flush by at most about 4 seconds (`docs/tasks.md`).
"""

import os

from celery import Celery
from kombu.transport.redis import Channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")

Channel.do_restore = False  # there is no setting for it; see CELERY_BROKER_TRANSPORT_OPTIONS

app = Celery("mysocial")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(
    [
        "mysocial.persistence",
        "mysocial.outbox",
        "mysocial.hooks",
        "mysocial.security_log",
        "mysocial.ops",
    ]
)
# Modules that connect Celery signals.
app.conf.imports = ("mysocial.persistence.heartbeats", "mysocial.core.tracing")

app.conf.worker_consumer = "mysocial.persistence.worker:Consumer"
app.conf.beat_scheduler = "mysocial.persistence.scheduler:WakeupScheduler"
# How often beat looks up in Redis whether there is work; only then it sends a message.
app.conf.beat_schedule = {
    # The queues whose dirty records were not flushed.
    "wake-dirty-queues": {"task": "mysocial.wake_dirty_queues", "schedule": 1.0},
    # Work whose wake-up was lost, and work to be retried.
    "send-emails": {"task": "email.send_emails", "schedule": 5.0},
    "run-cascades": {"task": "mysocial.run_cascades", "schedule": 5.0},
    "run-hooks": {"task": "mysocial.run_hooks", "schedule": 5.0},
    "process-media": {"task": "images.process_media", "schedule": 5.0},
    "make-exports": {"task": "accounts.make_exports", "schedule": 5.0},
    "check-links": {"task": "users.check_links", "schedule": 5.0},
    "end-polls": {"task": "posts.end_polls", "schedule": 5.0},
    "save-security-events": {"task": "accounts.save_security_events", "schedule": 10.0},
    # Compresses stored responses and events.
    "pack-history": {"task": "mysocial.pack_history", "schedule": 5.0},
    "delete-expired": {"task": "mysocial.delete_expired", "schedule": 30.0},
    # Compares Redis and MongoDB after one of them has lost data.
    "recover-data": {"task": "mysocial.recover_data", "schedule": 5.0},
    # These are sent without a look-up.
    "trim-logs": {"task": "mysocial.delete_expired", "schedule": 600.0},
    "delete-expired-exports": {"task": "accounts.delete_expired_exports", "schedule": 3600.0},
    "delete-stale-uploads": {"task": "images.delete_stale_uploads", "schedule": 3600.0},
    "delete-old-email-files": {"task": "email.delete_old_files", "schedule": 3600.0},
}
