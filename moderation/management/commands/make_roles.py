"""`manage.py make_roles`: creates the staff groups with their permissions."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError

from moderation.roles import ROLES


class Command(BaseCommand):
    help = (
        "Create the staff groups moderator and ops, and give each exactly the permissions of its "
        "role. Safe to run repeatedly."
    )

    def handle(self, *_: Any, **_options: Any) -> None:
        permissions = {
            f"{permission.content_type.app_label}.{permission.codename}": permission
            for permission in Permission.objects.select_related("content_type")
        }
        for role, names in ROLES.items():
            missing = [name for name in names if name not in permissions]
            if missing:
                raise CommandError(
                    f"Unknown permissions: {', '.join(missing)}. Run `manage.py migrate` first."
                )
            group, _created = Group.objects.get_or_create(name=role)
            group.permissions.set([permissions[name] for name in names])
