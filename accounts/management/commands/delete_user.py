"""`manage.py delete_user <name>`: erase a member, and prove that nothing of them is left."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.management import erasure
from accounts.management.erasure import ErasureReport
from accounts.selectors import find_account
from mysocial.core.errors import NotFound, Unavailable
from mysocial.core.progress import progress_bars

WAIT_SECONDS = 600.0
EXIT_NOT_ERASED = 2


class Command(BaseCommand):
    help = (
        "Erase a member with all that is theirs, wait until it is gone, and search Redis, MongoDB "
        "and MEDIA_DIR for id, name, address and whatever --word says. Exit codes: 0 nothing is "
        "left but what must stay; 1 something is, or not all was gone in time; 2 not erased."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="username or e-mail address")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--word", action="append", default=[], help="search for this, too")
        parser.add_argument(
            "--wait", type=float, default=WAIT_SECONDS, help="seconds until it must be gone"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        user_id = _find_user_id(options["name"])
        if not options["yes"] and not _is_confirmed(options["name"]):
            raise CommandError("Nothing was changed.", returncode=EXIT_NOT_ERASED)
        proof = _erase(user_id, options["word"], options["wait"])
        if options["json"]:
            self.stdout.write(json.dumps(_report_json(user_id, proof)))
        else:
            self._tell(proof)
        if proof.remaining:
            raise CommandError(f"{len(proof.remaining)} traces are left.", returncode=1)

    def _tell(self, proof: ErasureReport) -> None:
        for one in proof.remaining:
            self.stdout.write(f"left: {one.place} {one.what} {one.key}: {one.term}")
        for why, count in sorted(proof.retained.items()):
            self.stdout.write(f"stays for a while: {why}: {count}")
        self.stdout.write(f"Erased, with {proof.records} records.")


def _find_user_id(name: str) -> str:
    try:
        account = find_account(name)
    except Unavailable as error:
        raise CommandError(f"Nothing was changed. {error}", returncode=EXIT_NOT_ERASED) from error
    if account is None:
        raise CommandError(f"There is no member {name}.", returncode=EXIT_NOT_ERASED)
    return str(account.id)


def _is_confirmed(name: str) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(f"Nobody can undo this. Type the name to erase it ({name}): ") == name


def _erase(user_id: str, words: Sequence[str], wait: float) -> ErasureReport:
    try:
        sought = erasure.collect_search_terms(user_id, words=tuple(words))
    except (NotFound, Unavailable) as error:
        raise CommandError(f"Nothing was changed. {error}", returncode=EXIT_NOT_ERASED) from error
    try:
        with progress_bars() as tell:
            return erasure.erase_and_verify(sought, user_id, seconds=wait, tell=tell)
    except NotFound:
        raise CommandError("Somebody else has erased it.", returncode=EXIT_NOT_ERASED) from None
    except (TimeoutError, Unavailable) as error:
        raise CommandError(
            f"It is erased for everybody, but it is not proven that all is gone. {error}",
            returncode=1,
        ) from error


def _report_json(user_id: str, proof: ErasureReport) -> dict[str, Any]:
    left = [one._asdict() for one in proof.remaining]
    return {"id": user_id, "records": proof.records, "stays": dict(proof.retained), "left": left}
