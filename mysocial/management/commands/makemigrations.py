"""`manage.py makemigrations`: Django's command, without migrations for records."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import makemigrations
from django.db import OperationalError
from django.db.migrations.loader import MigrationLoader

from mysocial.management.reachability import MONGODB, describe_unreachable, find_unreachable
from mysocial.management.refused import app_labels_of_records


class OfflineLoader(MigrationLoader):
    """Django's loader, which reports a missing database with the error that Django expects."""

    def check_consistent_history(self, connection: Any) -> None:
        """Check the order of the applied migrations.

        Raises:
            OperationalError: MongoDB cannot be reached. The command shows it as a warning.
        """
        if unreachable := find_unreachable({MONGODB}):
            raise OperationalError(describe_unreachable(unreachable))
        super().check_consistent_history(connection)


makemigrations.MigrationLoader = OfflineLoader  # type: ignore[attr-defined]  # an import of Django


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
