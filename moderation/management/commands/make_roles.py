"""`manage.py make_roles`: the groups of staff, with exactly what each role may."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError

from moderation.roles import ROLES


class Command(BaseCommand):
    help = "Make the groups moderator and ops, with exactly what they may; safe to run again."

    def handle(self, *_: Any, **_options: Any) -> None:
        known = {
            f"{one.content_type.app_label}.{one.codename}": one
            for one in Permission.objects.select_related("content_type")
        }
        for role, names in ROLES.items():
            missing = [name for name in names if name not in known]
            if missing:
                raise CommandError(f"There is no {', '.join(missing)}: run `migrate` first.")
            group, _made = Group.objects.get_or_create(name=role)
            group.permissions.set([known[name] for name in names])
