"""The Celery application and the only schedule.

A Celery message is never the record of what is owed: the debt to MongoDB stands in Redis, and a
lost message costs at most one beat (`docs/write-path.md`).
"""

import os

from celery import Celery
from kombu.transport.redis import Channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")

Channel.do_restore = False  # there is no option for it: see CELERY_BROKER_TRANSPORT_OPTIONS

app = Celery("mysocial")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="persist", packages=["mysocial"])
app.autodiscover_tasks(related_name="mail", packages=["mysocial"])
app.autodiscover_tasks(related_name="cascades", packages=["mysocial"])
app.autodiscover_tasks(related_name="hearts", packages=["mysocial"])  # signals, not tasks
app.autodiscover_tasks(related_name="tracks", packages=["mysocial"])  # the same

app.conf.worker_consumer = "mysocial.persistence.worker:Consumer"
app.conf.beat_scheduler = "mysocial.persistence.scheduler:Beat"
app.conf.beat_schedule = {
    # Wakes the queues whose debt nobody picked up.
    "nudge-debts": {"task": "mysocial.nudge_debts", "schedule": 1.0},
    # Whose wake-up was lost, and what is to be tried again.
    "send-mails": {"task": "email.send_mails", "schedule": 5.0},
    "remove-cascades": {"task": "mysocial.remove_cascades", "schedule": 5.0},
    "process-media": {"task": "images.process_media", "schedule": 5.0},
    "make-exports": {"task": "accounts.make_exports", "schedule": 5.0},
    "sweep-exports": {
        "task": "accounts.sweep_exports",
        "schedule": 3600.0,
        "options": {"queue": "accounts", "expires": 3000},
    },
    "sweep-incoming": {
        "task": "images.sweep_incoming",
        "schedule": 3600.0,
        "options": {"queue": "images", "expires": 3000},
    },
    "sweep-expired": {
        "task": "mysocial.sweep_expired",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
}
