"""`manage.py dumpdata`: Django's command, for the tables of staff only."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import dumpdata

from mysocial.management.refused import app_labels_of_records, stored_models


class Command(dumpdata.Command):
    """Dump the tables of Django's apps; refuse records, of which Redis has newer versions."""

    def handle(self, *app_labels: str, **options: Any) -> None:
        """Dump the tables.

        Raises:
            CommandError: A label names records.
        """
        excluded = [*options["exclude"]]
        if app_labels:
            refused = set(stored_models(app_labels)) - set(stored_models(excluded))
        else:
            refused = set(stored_models(app_labels_of_records())) - set(stored_models(excluded))
        if refused:
            raise CommandError(
                "Redis has newer versions of the records of "
                f"{', '.join(sorted({label.partition('.')[0] for label in refused}))}: use "
                "`manage.py backup FILE` for everything, `manage.py export_user NAME` for a "
                "member, or `manage.py dumpdata auth` for staff."
            )
        super().handle(*app_labels, **options)
