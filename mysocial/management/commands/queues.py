"""`manage.py queues`: the state of each queue, once or continuously."""

import json
import time
from typing import Any, TypedDict

from celery import current_app
from django.core.management.base import BaseCommand, CommandError, CommandParser
from kombu.exceptions import OperationalError
from rich.console import Console
from rich.live import Live
from rich.table import Table

from mysocial.core.errors import Unavailable
from mysocial.core.queues import all_queue_names
from mysocial.persistence import dead_letters, dirty
from mysocial.persistence.heartbeats import MAX_BACKLOG_SECONDS

NO_BACKLOG = dirty.Backlog(0, 0.0)  # Of a queue that owns no records.


class QueueState(TypedDict):
    """The state of one queue, as printed."""

    messages: int
    pending: int
    oldest_seconds: float
    dead_letters: int


class Command(BaseCommand):
    help = (
        "Show the Celery messages of each queue, its pending records (not yet in MongoDB), the age "
        "of the oldest one, and its dead letters. Exit codes: 0 healthy; 1 a record is pending for "
        "too long, or there are dead letters; 2 Redis or the broker cannot be reached."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a line of JSON per refresh")
        parser.add_argument(
            "--watch", type=float, metavar="SECONDS", help="refresh at this interval until Ctrl-C"
        )
        parser.add_argument("--count", type=int, default=0, help="with --watch: stop after so many")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            states = self._watch(options) if options["watch"] else self._show(options)
        except (Unavailable, OperationalError) as error:
            raise CommandError(str(error), returncode=2) from error
        unhealthy = [name for name, state in states.items() if not _is_healthy(state)]
        if unhealthy:
            raise CommandError(f"Unhealthy queues: {', '.join(unhealthy)}.", returncode=1)

    def _show(self, options: dict[str, Any]) -> dict[str, QueueState]:
        states = read_queues()
        if options["json"]:
            self.stdout.write(json.dumps(states))
        else:
            Console(file=self.stdout).print(_table(states))  # type: ignore[arg-type]
        return states

    def _watch(self, options: dict[str, Any]) -> dict[str, QueueState]:
        states, count = read_queues(), 1
        console = Console(file=self.stdout, quiet=options["json"])  # type: ignore[arg-type]
        try:
            with Live(_table(states), console=console, auto_refresh=False) as live:
                while True:
                    if options["json"]:
                        self.stdout.write(json.dumps(states))
                    live.update(_table(states), refresh=True)
                    if count == options["count"]:
                        break
                    time.sleep(options["watch"])
                    states, count = read_queues(), count + 1
        except KeyboardInterrupt:
            pass
        return states


def read_queues() -> dict[str, QueueState]:
    """Return the state of each queue.

    Raises:
        Unavailable: Redis cannot be reached.
        OperationalError: The broker cannot be reached.
    """
    backlogs, letter_counts = dirty.get_backlogs(), dead_letters.count_dead_letters()
    states: dict[str, QueueState] = {}
    with current_app.connection_for_read() as broker:
        channel: Any = broker.default_channel
        for name in all_queue_names():
            backlog = backlogs.get(name, NO_BACKLOG)
            messages = channel.queue_declare(queue=name, passive=False).message_count
            states[name] = {
                "messages": messages,
                "pending": backlog.count,
                "oldest_seconds": round(backlog.oldest_seconds, 1),
                "dead_letters": letter_counts.get(name, 0),
            }
    return states


def _is_healthy(state: QueueState) -> bool:
    return not state["dead_letters"] and state["oldest_seconds"] <= MAX_BACKLOG_SECONDS


def _table(states: dict[str, QueueState]) -> Table:
    table = Table("Queue", "Messages", "Pending", "Oldest", "Dead letters")
    for name, state in states.items():
        cells = (
            str(state["messages"]),
            str(state["pending"]),
            f"{state['oldest_seconds']:.1f} s",
            str(state["dead_letters"]),
        )
        table.add_row(name, *cells, style="" if _is_healthy(state) else "red")
    return table
