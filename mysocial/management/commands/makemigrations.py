"""`manage.py makemigrations`: Django's command, without migrations for records."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import makemigrations

from mysocial.management.refused import app_labels_of_records


class Command(makemigrations.Command):
    """Create migrations of apps with ordinary models; records need none."""

    def handle(self, *app_labels: str, **options: Any) -> None:
        """Create the migrations.

        Raises:
            CommandError: An app has records only.
        """
        refused = sorted(set(app_labels) & set(app_labels_of_records()))
        if refused:
            raise CommandError(
                f"The records of {', '.join(refused)} need no migration: a missing field has its "
                "default value, and `manage.py migrate` creates indexes."
            )
        super().handle(*app_labels, **options)
