"""`manage.py delete_user <name>`: erase a member, and verify that nothing of them remains."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.management import erasure
from accounts.management.erasure import ErasureReport
from accounts.models import Account
from accounts.selectors import find_account
from mysocial.core.errors import NotFound, Unavailable
from mysocial.core.progress import progress_bars
from users.selectors import get_user

MAX_WAIT_SECONDS = 600.0
EXIT_NOT_ERASED = 2


class Command(BaseCommand):
    """Erases one member."""

    help = (
        "Erase a member and all their data, wait until it is deleted, and search Redis, MongoDB "
        "and MEDIA_DIR for their id, name and e-mail address. Exit codes: 0 erased, and only what "
        "must be kept for a while remains; 1 erased, but data remains or was not deleted in time; "
        "2 not erased."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="username or e-mail address")
        parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")
        parser.add_argument(
            "--word", action="append", default=[], help="also search for this text (repeatable)"
        )
        parser.add_argument(
            "--wait",
            type=float,
            default=MAX_WAIT_SECONDS,
            help="how many seconds to wait for the deletion (default: %(default)s)",
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        account = _find_account(options["name"])
        user_id = str(account.id)
        if not options["yes"] and not _is_confirmed(account):
            raise CommandError("Nothing was changed.", returncode=EXIT_NOT_ERASED)
        report = _erase(user_id, options["word"], options["wait"])
        if options["json"]:
            self.stdout.write(json.dumps(_report_json(user_id, report)))
        else:
            self._print(report)
        if report.remaining:
            raise CommandError(f"{len(report.remaining)} traces of the member remain.")

    def _print(self, report: ErasureReport) -> None:
        for hit in report.remaining:
            self.stdout.write(f"remains: {hit.place} {hit.what} {hit.key}: {hit.term}")
        for reason, count in sorted(report.retained.items()):
            self.stdout.write(f"kept for a while: {reason}: {count}")
        self.stdout.write(f"Erased the member with {report.records} records.")


def _find_account(name: str) -> Account:
    try:
        account = find_account(name)
    except Unavailable as error:
        raise CommandError(f"Nothing was changed. {error}", returncode=EXIT_NOT_ERASED) from error
    if account is None:
        raise CommandError(f"There is no member {name}.", returncode=EXIT_NOT_ERASED)
    return account


def _is_confirmed(account: Account) -> bool:
    if not sys.stdin.isatty():
        return False
    username = get_user(account.id).username
    member = f"{username} ({account.email}), id {account.id}, joined {account.created_at:%d %B %Y}"
    prompt = f"Erase {member}? This cannot be undone. Type the username to confirm: "
    return input(prompt) == username


def _erase(user_id: str, words: Sequence[str], wait_seconds: float) -> ErasureReport:
    try:
        terms = erasure.collect_search_terms(user_id, words=tuple(words))
    except (NotFound, Unavailable) as error:
        raise CommandError(f"Nothing was changed. {error}", returncode=EXIT_NOT_ERASED) from error
    try:
        with progress_bars() as tell:
            return erasure.erase_and_verify(terms, user_id, seconds=wait_seconds, tell=tell)
    except NotFound:
        raise CommandError(
            "The member was erased by another request.", returncode=EXIT_NOT_ERASED
        ) from None
    except (TimeoutError, Unavailable) as error:
        raise CommandError(
            f"The member is erased, but it is not verified that all data is deleted. {error}"
        ) from error


def _report_json(user_id: str, report: ErasureReport) -> dict[str, Any]:
    return {
        "id": user_id,
        "records": report.records,
        "retained": dict(report.retained),
        "remaining": [hit._asdict() for hit in report.remaining],
    }
