"""`manage.py dbshell`: `mongosh` with the URL of MongoDB."""

import os
import shutil
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Run `mongosh`. Django's command passes the URL as a host name, which `mongosh` rejects."""

    help = "Run mongosh on MongoDB, with further arguments after `--`. Redis has newer records."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Accept the arguments of mongosh."""
        parser.add_argument("parameters", nargs="*", metavar="-- ARGUMENT")

    def handle(self, *_: Any, **options: Any) -> None:
        """Replace this process by `mongosh`.

        Raises:
            CommandError: `mongosh` is not installed.
        """
        program = shutil.which("mongosh")
        if program is None:
            raise CommandError(
                "`mongosh` is not installed: install it (https://www.mongodb.com/docs/mongodb-shell/"
                "install/), or use `manage.py shell`."
            )
        url = urlsplit(settings.MONGO_URL)
        url = url._replace(path=f"/{settings.MONGO_DB}")
        os.execv(program, ["mongosh", url.geturl(), *options["parameters"]])  # noqa: S606
