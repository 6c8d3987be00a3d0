"""Hooks: functions of apps that run after an event was committed, at least once.

`docs/apps.md` explains how to write one.
"""

from mysocial.hooks.delivery import create_cursors, run_due_hooks
from mysocial.hooks.registry import Gap, StoredEvent, on_event

__all__ = ["Gap", "StoredEvent", "create_cursors", "on_event", "run_due_hooks"]
