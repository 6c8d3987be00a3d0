"""`manage.py dead_letters list|replay|drop`: records that MongoDB would not take."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mysocial import persist


class Command(BaseCommand):
    help = "Show, replay or drop the records that were set aside."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("list", "replay", "drop"))
        parser.add_argument("--queue", choices=persist.queues(), help="only this queue")
        parser.add_argument("--key", help="only this record")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        letters = {
            queue: {key: letter for key, letter in some.items() if options["key"] in (None, key)}
            for queue, some in persist.dead_letters().items()
            if options["queue"] in (None, queue)
        }
        if options["action"] == "list":
            self._list(letters, as_json=options["json"])
            return
        if options["action"] == "drop" and not options["key"]:
            raise CommandError("Dropping loses a write for ever: name it with --key.")
        verb = persist.replay if options["action"] == "replay" else persist.drop
        count = sum(verb(queue, list(some)) for queue, some in letters.items())
        self.stdout.write(f"{options['action']}: {count}")

    def _list(self, letters: dict[str, dict[str, Any]], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(letters))
            return
        for queue, some in letters.items():
            for key, letter in some.items():
                self.stdout.write(f"{queue}  {key}  {letter['at']}  {letter['error']}")
        if not any(letters.values()):
            self.stdout.write("There are no dead letters.")
