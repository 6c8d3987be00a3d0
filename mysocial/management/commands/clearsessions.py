"""`manage.py clearsessions`: nothing to do, because sessions expire in Redis."""

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Do nothing: the sessions of staff are in Redis, where they expire."
    requires_system_checks = ()

    def handle(self, *_: Any, **_options: Any) -> None:
        self.stdout.write("Nothing to clear: the sessions of staff are in Redis and expire there.")
