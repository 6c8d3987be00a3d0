"""`manage.py seed_demo`: create demo members, or a crowd of any size, through the services."""

import json
import secrets
import time
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User as Staff
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services as accounts
from accounts.management import demo, demo_crowd
from mysocial.core.email_url import is_delivered
from mysocial.core.errors import AlreadyExists, Unavailable
from mysocial.core.progress import progress_bars

MAX_USERS, MAX_POSTS, MAX_SEED = 100_000, 10_000_000, 9999
EXIT_REFUSED = 2


class Command(BaseCommand):
    """Creates demo data."""

    help = (
        "Create the demo members with their content, and a staff login. With --users, create a "
        "crowd of random members instead: the same --seed creates the same members and texts, and "
        "what exists is skipped. Exit codes: 0 done; 1 the demo members already exist; 2 refused, "
        "or a server cannot be reached (run the command again)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing if the demo members exist"
        )
        parser.add_argument("--users", type=int, default=0, help="number of members of the crowd")
        parser.add_argument("--posts", type=int, default=0, help="number of posts of the crowd")
        parser.add_argument("--seed", type=int, default=1, help="number of the crowd, 0 to 9999")
        parser.add_argument(
            "--force", action="store_true", help="create a crowd even if DEBUG is off"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        self._check(options)
        started_at = time.monotonic()
        try:
            result = self._crowd(options) if options["users"] else self._demo(options)
        except Unavailable as error:
            raise CommandError(
                f"Not everything was created. {error}", returncode=EXIT_REFUSED
            ) from error
        if options["json"]:
            seconds = round(time.monotonic() - started_at, 3)
            self.stdout.write(json.dumps({**result, "seconds": seconds}))
        elif result:
            self.stdout.write(f"Created {result['people']} members and {result['posts']} posts.")
            if result.get("password"):
                self.stdout.write(f"The password of the new members is {result['password']}")

    @staticmethod
    def _check(options: dict[str, Any]) -> None:
        """Raise `CommandError` for invalid options, and where demo data must not be created."""
        bounds = (("users", MAX_USERS), ("posts", MAX_POSTS), ("seed", MAX_SEED))
        is_invalid = any(not 0 <= options[name] <= maximum for name, maximum in bounds)
        if is_invalid or (options["posts"] and not options["users"]):
            ranges = ", ".join(f"--{name} 0 to {maximum}" for name, maximum in bounds)
            raise CommandError(f"{ranges}; --posts needs --users.", returncode=EXIT_REFUSED)
        if not settings.DEBUG and not (options["force"] and options["users"]):
            raise CommandError(
                "The demo logins are public, so seed_demo needs DEBUG=1. With --users and --force "
                "it creates a crowd with a random password.",
                returncode=EXIT_REFUSED,
            )
        if options["users"] and is_delivered(settings.EMAIL_BACKEND):
            raise CommandError(
                "E-mail is delivered here (EMAIL_URL or SENDGRID_API_KEY is set): each member of "
                "the crowd would get one.",
                returncode=EXIT_REFUSED,
            )

    @staticmethod
    def _crowd(options: dict[str, Any]) -> dict[str, Any]:
        password = settings.DEMO_PASSWORD if settings.DEBUG else secrets.token_urlsafe(12)
        with progress_bars() as tell:
            created = demo_crowd.create_crowd(
                seed=options["seed"],
                people=options["users"],
                total=options["posts"],
                password=password,
                tell=tell,
            )
        return {**created._asdict(), **({"password": password} if created.people else {})}

    def _demo(self, options: dict[str, Any]) -> dict[str, Any]:
        if not Staff.objects.filter(username="admin").exists():
            password = settings.DEMO_PASSWORD
            Staff.objects.create_superuser("admin", "admin@mysocial.example", password)
        try:
            ids = self._sign_up_members()
        except AlreadyExists:
            if options["if_empty"]:
                return {}
            raise CommandError("The demo members already exist.") from None
        demo.create_activity(ids)
        return {"people": len(ids), "posts": len(demo.POSTS)}

    @staticmethod
    def _sign_up_members() -> dict[str, str]:
        """Sign up the demo members; return their ids by name."""
        return {
            name: accounts.sign_up(
                username=name,
                email=f"{name}@mysocial.example",
                password=settings.DEMO_PASSWORD,
                device=accounts.Device("seed_demo"),
                is_confirmed=True,
            ).user_id
            for name, _, role in settings.DEMO_LOGINS
            if role == "member"
        }
