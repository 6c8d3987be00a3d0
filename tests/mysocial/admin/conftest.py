"""Fixtures of the admin tests: staff users, with and without a second factor."""

import pytest
from django.contrib.auth.models import User as Staff
from django.core.management import call_command
from django.test import Client

from tests.mysocial.admin.logins import enter_password, set_up
from tests.support.people import PASSWORD


@pytest.fixture
def staff_tables(_servers, django_db_blocker):
    """Let the test use Django's tables."""
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        Staff.objects.filter(username__in=("chief", "helper")).delete()
        yield


@pytest.fixture
def chief(settings, staff_tables):
    """Return a superuser, who needs a second factor."""
    settings.STAFF_SECOND_FACTOR = "superusers"
    return Staff.objects.create_superuser("chief", "chief@example.com", PASSWORD)


@pytest.fixture
def helper(staff_tables):
    """Return a staff user without special permissions."""
    return Staff.objects.create_user("helper", password=PASSWORD, is_staff=True)


@pytest.fixture
def enrolled(chief):
    """Return the browser, the secret and the recovery codes of a superuser."""
    browser = Client()
    enter_password(browser, "chief")
    return browser, *set_up(browser)
