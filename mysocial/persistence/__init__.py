"""Write-behind: the flush of dirty records from Redis to MongoDB with Celery.

The public modules are imported by name; importing this package alone loads no model, which keeps
`mysocial.ops.probe` fast.
"""

__all__ = [
    "backoff",
    "dead_letters",
    "dirty",
    "due",
    "flush",
    "heartbeats",
    "mongo_writer",
    "tasks",
    "wakeup_task",
]
