"""`manage.py ensure_indexes`: make the MongoDB indexes that the stores declare."""

from typing import Any

from django.core.management.base import BaseCommand

from mysocial.store import ensure_indexes


class Command(BaseCommand):
    help = "Make the MongoDB indexes that the stores declare; safe to run again at any time."

    def handle(self, *_: Any, **options: Any) -> None:
        for name in ensure_indexes():
            if options["verbosity"] > 1:
                self.stdout.write(name)
