"""Browsers that are signed in as staff without superuser rights."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.auth.models import User as Staff
from django.core.management import call_command
from django.test import Client

PASSWORD = "correct-horse-battery"


@pytest.fixture
def sign_in_staff(_servers: None, django_db_blocker: Any) -> Iterator[Callable[[str], Client]]:
    """Return a function that signs in as staff with a role, or with none, and returns a browser."""
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        call_command("make_roles")

        def sign_in(role: str) -> Client:
            name = f"the_{role or 'newcomer'}"
            Staff.objects.filter(username=name).delete()
            user = Staff.objects.create_user(name, password=PASSWORD, is_staff=True)
            if role:
                user.groups.add(Group.objects.get(name=role))
            browser = Client()
            assert browser.login(username=name, password=PASSWORD)
            return browser

        yield sign_in


@pytest.fixture
def moderator_client(sign_in_staff: Callable[[str], Client]) -> Client:
    """Return a browser of a moderator who is not a superuser."""
    return sign_in_staff("moderator")
