"""Checks of what a member enters about themselves."""

from datetime import date

from django.conf import settings

from mysocial.core.errors import Invalid
from mysocial.core.ids import now
from users.profile_texts import (
    clean_display_name,
    find_birth_date_problem,
    find_display_name_problem,
)


def check_birth_date(birth_date: date | None) -> str:
    """Return a birth date as it is stored: as `YYYY-MM-DD`, or empty for None.

    Raises:
        Invalid: It is missing but needed, impossible, or the member is younger than `MINIMUM_AGE`.
    """
    if birth_date is None:
        problem = "Enter your birth date." if settings.MINIMUM_AGE else ""
    else:
        problem = find_birth_date_problem(birth_date, today=now().date())
    if problem:
        raise Invalid(errors={"birth_date": problem})
    return birth_date.isoformat() if birth_date else ""


def check_display_name(text: str) -> str:
    """Return a display name as it is stored.

    Raises:
        Invalid: It is too long, or contains an "@".
    """
    name = clean_display_name(text)
    if problem := find_display_name_problem(name):
        raise Invalid(errors={"display_name": problem})
    return name
