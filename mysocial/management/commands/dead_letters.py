"""`manage.py dead_letters list|replay|drop`: records that MongoDB rejected."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from mysocial.core.errors import Unavailable
from mysocial.core.progress import progress_bars
from mysocial.management.audited import AuditedCommand
from mysocial.persistence import dead_letters, dirty

BATCH = 100
Letters = dict[str, dict[str, Any]]


class Command(AuditedCommand):
    help = (
        "List, replay or drop dead letters: records that MongoDB rejected. Exit codes: 0 success; "
        "1 no such dead letter; 2 invalid options, or Redis cannot be reached."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("list", "replay", "drop"))
        parser.add_argument("--queue", choices=dirty.queue_names(), help="only this queue")
        parser.add_argument("--key", help="only this record")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def is_staff_action(self, options: dict[str, Any]) -> bool:
        return bool(options["action"] != "list")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["action"] == "drop" and not options["key"]:
            raise CommandError("Dropping discards a write. Name the record: --key.", returncode=2)
        try:
            letters = _selected_letters(options)
            if options["action"] == "list":
                self._list(letters, as_json=options["json"])
                return
            count = self._process(options["action"], letters)
        except Unavailable as error:
            raise CommandError(str(error), returncode=2) from error
        if not count:
            raise CommandError("There is no such dead letter.", returncode=1)
        report = json.dumps({options["action"]: count})
        self.stdout.write(report if options["json"] else f"{options['action']}: {count}")

    @staticmethod
    def _process(action: str, letters: Letters) -> int:
        """Replay or drop the letters; return how many there were."""
        is_replay = action == "replay"
        process = (
            dead_letters.retry_dead_letters if is_replay else dead_letters.discard_dead_letters
        )
        count = 0
        with progress_bars() as progress:
            for queue, letters_of_queue in letters.items():
                keys = list(letters_of_queue)
                for first in range(0, len(keys), BATCH):
                    count += process(queue, keys[first : first + BATCH])
                    progress(queue, min(first + BATCH, len(keys)), len(keys))
        return count

    def _list(self, letters: Letters, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(letters))
            return
        for queue, letters_of_queue in letters.items():
            for key, letter in letters_of_queue.items():
                self.stdout.write(f"{queue}  {key}  {letter['at']}  {letter['error']}")
        if not any(letters.values()):
            self.stdout.write("There are no dead letters.")


def _selected_letters(options: dict[str, Any]) -> Letters:
    """Return the dead letters that the options select."""
    return {
        queue: {key: letter for key, letter in letters.items() if options["key"] in (None, key)}
        for queue, letters in dead_letters.get_dead_letters().items()
        if options["queue"] in (None, queue)
    }
