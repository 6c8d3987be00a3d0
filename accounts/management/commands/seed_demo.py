"""`manage.py seed_demo`: a small demo world, or a crowd of any size, made through the services."""

import json
import secrets
import time
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User as Staff
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services as accounts
from accounts.management import demo, demo_crowd
from mysocial.core.errors import AlreadyExists, Unavailable
from mysocial.core.progress import progress_bars

MAX_USERS, MAX_POSTS, MAX_SEED = 100_000, 10_000_000, 9999
EXIT_REFUSED = 2


class Command(BaseCommand):
    help = (
        "Make the demo people, what they do, and a staff login; with --users, a crowd beside them: "
        "the same people and texts for the same --seed, and nothing twice. Exit codes: 0 done; "
        "1 the demo people are there already; 2 refused, or a server is away: run it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing if alice is there")
        parser.add_argument("--users", type=int, default=0, help="how many people the crowd has")
        parser.add_argument("--posts", type=int, default=0, help="how many posts they write")
        parser.add_argument("--seed", type=int, default=1, help="which crowd: 0 to 9999")
        parser.add_argument("--force", action="store_true", help="make a crowd with DEBUG off, too")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        self._check(options)
        started = time.monotonic()
        try:
            said = self._crowd(options) if options["users"] else self._demo(options)
        except Unavailable as error:
            raise CommandError(f"Not all is made. {error}", returncode=EXIT_REFUSED) from error
        if options["json"]:
            seconds = round(time.monotonic() - started, 3)
            self.stdout.write(json.dumps({**said, "seconds": seconds}))
        elif said:
            self.stdout.write(f"Made {said['people']} people and {said['posts']} posts.")
            if said.get("password"):
                self.stdout.write(f"Those who are new sign in with {said['password']}")

    @staticmethod
    def _check(options: dict[str, Any]) -> None:
        """Raise `CommandError` for what must not be done here, or can't be."""
        wanted = (("users", MAX_USERS), ("posts", MAX_POSTS), ("seed", MAX_SEED))
        wrong = [name for name, most in wanted if not 0 <= options[name] <= most]
        if wrong or (options["posts"] and not options["users"]):
            names = ", ".join(f"--{name} 0 to {most}" for name, most in wanted)
            raise CommandError(f"{names}; posts need users.", returncode=EXIT_REFUSED)
        if not settings.DEBUG and not (options["force"] and options["users"]):
            raise CommandError(
                "Demo logins are public: seed_demo runs with DEBUG=1 only. A crowd, whose password "
                "is made at random then, is made with --users and --force.",
                returncode=EXIT_REFUSED,
            )
        if options["users"] and settings.SENDGRID_API_KEY:
            raise CommandError(
                "SENDGRID_API_KEY is set: each of them would be sent a mail.",
                returncode=EXIT_REFUSED,
            )

    @staticmethod
    def _crowd(options: dict[str, Any]) -> dict[str, Any]:
        password = settings.DEMO_PASSWORD if settings.DEBUG else secrets.token_urlsafe(12)
        with progress_bars() as tell:
            made = demo_crowd.create_crowd(
                seed=options["seed"],
                people=options["users"],
                total=options["posts"],
                password=password,
                tell=tell,
            )
        return {**made._asdict(), **({"password": password} if made.people else {})}

    def _demo(self, options: dict[str, Any]) -> dict[str, Any]:
        if not Staff.objects.filter(username="admin").exists():
            password = settings.DEMO_PASSWORD
            Staff.objects.create_superuser("admin", "admin@mysocial.example", password)
        try:
            people = self._people()
        except AlreadyExists:
            if options["if_empty"]:
                return {}
            raise CommandError("The demo people are there already.") from None
        demo.create_activity(people)
        return {"people": len(people), "posts": len(demo.POSTS)}

    @staticmethod
    def _people() -> dict[str, str]:
        return {
            name: accounts.sign_up(
                username=name,
                email=f"{name}@mysocial.example",
                password=settings.DEMO_PASSWORD,
                device=accounts.Device("seed_demo"),
            ).user_id
            for name, _, role in settings.DEMO_LOGINS
            if role == "member"
        }
