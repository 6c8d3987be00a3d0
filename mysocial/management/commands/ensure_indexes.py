"""`manage.py ensure_indexes`: create the MongoDB indexes that the stores declare."""

from typing import Any

from django.core.management.base import BaseCommand

from mysocial.store import ensure_indexes


class Command(BaseCommand):
    help = "Create the MongoDB indexes that the stores declare. Safe to repeat."

    def handle(self, *_: Any, **options: Any) -> None:
        for name in ensure_indexes():
            if options["verbosity"] > 1:
                self.stdout.write(name)
