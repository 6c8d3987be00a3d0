"""`manage.py queues`: what waits in each queue, once or again and again."""

import json
import time
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from kombu.exceptions import OperationalError
from rich.console import Console
from rich.live import Live
from rich.table import Table

from mysocial.core.errors import Unavailable
from mysocial.persistence import dead_letters, dirty
from mysocial.persistence.heartbeats import MAX_BACKLOG_SECONDS

Row = dict[str, float]


class Command(BaseCommand):
    help = (
        "Show of each queue its messages, what it owes to MongoDB, since when, and what was "
        "refused. Exit codes: 0 all is well; 1 a debt is too old, or there are dead letters; "
        "2 Redis or the broker is away."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON; a line for each look")
        parser.add_argument(
            "--watch", type=float, metavar="SECONDS", help="look again so often, until Ctrl-C"
        )
        parser.add_argument("--looks", type=int, default=0, help="with --watch: end after so many")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            rows = self._watch(options) if options["watch"] else self._once(options)
        except (Unavailable, OperationalError) as error:
            raise CommandError(str(error), returncode=2) from error
        ill = [name for name, row in rows.items() if _is_ill(row)]
        if ill:
            raise CommandError(f"Not well: {', '.join(ill)}.", returncode=1)

    def _once(self, options: dict[str, Any]) -> dict[str, Row]:
        rows = look()
        if options["json"]:
            self.stdout.write(json.dumps(rows))
        else:
            Console(file=self.stdout).print(_table(rows))  # type: ignore[arg-type]
        return rows

    def _watch(self, options: dict[str, Any]) -> dict[str, Row]:
        rows, looks = look(), 1
        console = Console(file=self.stdout, quiet=options["json"])  # type: ignore[arg-type]
        try:
            with Live(_table(rows), console=console, auto_refresh=False) as live:
                while True:
                    if options["json"]:
                        self.stdout.write(json.dumps(rows))
                    live.update(_table(rows), refresh=True)
                    if looks == options["looks"]:
                        break
                    time.sleep(options["watch"])
                    rows, looks = look(), looks + 1
        except KeyboardInterrupt:
            pass
        return rows


def look() -> dict[str, Row]:
    """Return what waits in each queue. `Unavailable`; `OperationalError` of the broker."""
    debts, dead = dirty.get_backlogs(), dead_letters.count_dead_letters()
    found: dict[str, Row] = {}
    with current_app.connection_for_read() as broker:
        channel: Any = broker.default_channel
        for name in settings.CELERY_QUEUE_NAMES:
            waiting = channel.queue_declare(queue=name, passive=False).message_count
            debt = debts.get(name)
            found[name] = {
                "messages": waiting,
                "debts": debt.count if debt else 0,
                "oldest_seconds": round(debt.oldest_seconds, 1) if debt else 0.0,
                "dead_letters": dead.get(name, 0),
            }
    return found


def _is_ill(row: Row) -> bool:
    return bool(row["dead_letters"]) or row["oldest_seconds"] > MAX_BACKLOG_SECONDS


def _table(rows: dict[str, Row]) -> Table:
    table = Table("Queue", "Messages", "Owed", "Oldest", "Refused")
    for name, row in rows.items():
        cells = (
            row["messages"],
            row["debts"],
            f"{row['oldest_seconds']:.1f} s",
            row["dead_letters"],
        )
        table.add_row(name, *map(str, cells), style="red" if _is_ill(row) else "")
    return table
