"""`manage.py loaddata`: Django's command, for the tables of staff only."""

import io
import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import loaddata

from mysocial.management.refused import is_stored


class Command(loaddata.Command):
    """Load fixtures of Django's apps; refuse records, which must be written to Redis first."""

    _is_check = False

    def loaddata(self, fixture_labels: Sequence[str]) -> None:
        """Read all fixtures first, so that nothing is loaded if one contains records.

        Raises:
            CommandError: A fixture contains records.
        """
        text = sys.stdin.read() if "-" in fixture_labels else ""
        verbosity = self.verbosity
        for self._is_check, self.verbosity in ((True, 0), (False, verbosity)):
            if "-" in fixture_labels:
                sys.stdin = io.StringIO(text)
            super().loaddata(fixture_labels)

    def save_obj(self, obj: Any) -> bool:
        """Save an object, or check it.

        Raises:
            CommandError: It is a record.
        """
        if is_stored(type(obj.object)):
            raise CommandError(
                f"Nothing was loaded: {obj.object._meta.label} is written to Redis first, so use "  # noqa: SLF001
                "`manage.py restore FILE` for a backup, or the API."
            )
        return False if self._is_check else bool(super().save_obj(obj))
