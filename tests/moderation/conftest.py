"""Browsers of staff, who are no superusers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.auth.models import User as Staff
from django.core.management import call_command
from django.test import Client

PASSWORD = "correct-horse-battery"


@pytest.fixture
def staff_in(_servers: None, django_db_blocker: Any) -> Iterator[Callable[[str], Client]]:
    """Return a browser that is signed in at /admin/ as staff of a role, or of none."""
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        call_command("make_roles")

        def sign_in(role: str) -> Client:
            name = f"the_{role or 'newcomer'}"
            Staff.objects.filter(username=name).delete()
            person = Staff.objects.create_user(name, password=PASSWORD, is_staff=True)
            if role:
                person.groups.add(Group.objects.get(name=role))
            browser = Client()
            assert browser.login(username=name, password=PASSWORD)
            return browser

        yield sign_in


@pytest.fixture
def keeper(staff_in: Callable[[str], Client]) -> Client:
    """A browser of a moderator who is no superuser."""
    return staff_in("moderator")
