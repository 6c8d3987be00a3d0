"""`manage.py dead_letters list|replay|drop`: records that MongoDB would not take."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from mysocial.core.errors import Unavailable
from mysocial.core.progress import progress_bars
from mysocial.management.audited import AuditedCommand
from mysocial.persistence import dead_letters, dirty

AT_ONCE = 100


class Command(AuditedCommand):
    help = (
        "Show, replay or drop the records that were set aside. Exit codes: 0 done; 1 there was "
        "none to replay or drop; 2 refused, or Redis is away."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("list", "replay", "drop"))
        parser.add_argument("--queue", choices=dirty.queue_names(), help="only this queue")
        parser.add_argument("--key", help="only this record")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def is_act(self, options: dict[str, Any]) -> bool:
        return bool(options["action"] != "list")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["action"] == "drop" and not options["key"]:
            raise CommandError("Dropping loses a write for ever: name it with --key.", returncode=2)
        try:
            count = self._carry_out(options["action"], _wanted(options), as_json=options["json"])
        except Unavailable as error:
            raise CommandError(str(error), returncode=2) from error
        if not count and options["action"] != "list":
            raise CommandError("There is no such dead letter.", returncode=1)

    def _carry_out(self, action: str, letters: dict[str, Any], *, as_json: bool) -> int:
        if action == "list":
            self._list(letters, as_json=as_json)
            return sum(map(len, letters.values()))
        verb = (
            dead_letters.retry_dead_letters
            if action == "replay"
            else dead_letters.discard_dead_letters
        )
        count = 0
        with progress_bars() as tell:
            for queue, some in letters.items():
                keys = list(some)
                for first in range(0, len(keys), AT_ONCE):
                    count += verb(queue, keys[first : first + AT_ONCE])
                    tell(queue, min(first + AT_ONCE, len(keys)), len(keys))
        self.stdout.write(json.dumps({action: count}) if as_json else f"{action}: {count}")
        return count

    def _list(self, letters: dict[str, dict[str, Any]], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(letters))
            return
        for queue, some in letters.items():
            for key, letter in some.items():
                self.stdout.write(f"{queue}  {key}  {letter['at']}  {letter['error']}")
        if not any(letters.values()):
            self.stdout.write("There are no dead letters.")


def _wanted(options: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the letters that the options name."""
    return {
        queue: {key: letter for key, letter in some.items() if options["key"] in (None, key)}
        for queue, some in dead_letters.get_dead_letters().items()
        if options["queue"] in (None, queue)
    }
