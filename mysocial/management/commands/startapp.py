"""`manage.py startapp`: create an app that works at once."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import startapp

from mysocial.extra_apps import RESERVED_QUEUES, RESERVED_SEGMENTS

TEMPLATE = Path(__file__).parents[2] / "app_template"
NAME = re.compile(r"[a-z]+")


class Command(startapp.Command):
    """Django's command with a template of ours."""

    help = (
        "Create an app in a folder of the given name: records of members with an API, events, a "
        "data export, an admin page and tests. Run it with EXTRA_APPS=<name>."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Set the template; `--template` chooses another one."""
        super().add_arguments(parser)
        parser.set_defaults(template=str(TEMPLATE))

    def handle(self, **options: Any) -> None:  # type: ignore[override]
        """Create the app.

        Raises:
            CommandError: The name cannot be used.
        """
        name = str(options["name"])
        if not NAME.fullmatch(name):
            raise CommandError(
                f"{name!r} cannot be the name of an app: use lowercase letters only, because the "
                "keys of its records contain it."
            )
        if name in RESERVED_SEGMENTS | RESERVED_QUEUES:
            raise CommandError(f"MySocial uses the name {name!r} itself: choose another one.")
        super().handle(**options)
        self.stdout.write(f"Created {name}. Run it with: EXTRA_APPS={name} manage.py up")
