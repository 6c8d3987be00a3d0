"""`manage.py seed_demo`: a small demo world, made through the services."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User as Staff
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services as accounts
from accounts.management import demo
from mysocial.errors import AlreadyExists


class Command(BaseCommand):
    help = "Make demo people, what they do, and a staff login. Refuses to run with DEBUG off."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing if alice is there")

    def handle(self, *_: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demo logins are public: seed_demo runs with DEBUG=1 only.")
        if not Staff.objects.filter(username="admin").exists():
            password = settings.DEMO_PASSWORD
            Staff.objects.create_superuser("admin", "admin@mysocial.example", password)
        try:
            people = self._people()
        except AlreadyExists:
            if options["if_empty"]:
                return
            raise CommandError("The demo people are there already.") from None
        demo.live(people)
        self.stdout.write(f"Made {len(people)} people and {len(demo.POSTS)} posts.")

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
