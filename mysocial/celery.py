"""The Celery application and the only schedule.

A Celery message is never the record of what is owed: the debt to MongoDB stands in Redis, and a
lost message costs at most one beat (`docs/write-path.md`).
"""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")

app = Celery("mysocial")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="persist", packages=["mysocial"])
app.autodiscover_tasks(related_name="mail", packages=["mysocial"])
app.autodiscover_tasks(related_name="cascades", packages=["mysocial"])

app.conf.beat_schedule = {
    # Wakes the queues whose debt nobody picked up; `expires` keeps a stopped worker's queue short.
    "nudge-debts": {"task": "mysocial.nudge_debts", "schedule": 1.0, "options": {"expires": 3}},
    # Mails whose wake-up was lost, and those to be tried again.
    "send-mails": {
        "task": "email.send_mails",
        "schedule": 5.0,
        "options": {"queue": "email", "expires": 10},
    },
    "remove-cascades": {
        "task": "mysocial.remove_cascades",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "process-media": {
        "task": "images.process_media",
        "schedule": 5.0,
        "options": {"queue": "images", "expires": 10},
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


@worker_ready.connect
def drain_at_start(**_: Any) -> None:
    """Drain what was owed while no worker ran, without waiting for beat."""
    app.send_task("mysocial.nudge_debts", expires=3)
