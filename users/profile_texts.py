"""The rules for display names, and the birth date of a member."""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.conf import settings

from mysocial.core.text import find_text_problem, normalize_text

MAX_DISPLAY_NAME_CHARACTERS, MAX_DISPLAY_NAME_BYTES = 40, 160
MAX_LINKS = 4
MAX_LABEL_CHARACTERS, MAX_LABEL_BYTES = 40, 160
# Joiners belong to the spelling of some scripts and to emoji.
JOINERS = "\u200c\u200d"
HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
OLDEST_YEAR = 1900


def clean_display_name(text: str) -> str:
    """Return a display name as it is stored: a normalized text on one line, nothing hidden.

    Hidden characters, such as those that change the direction of text, could make a name look like
    another one, or spoil the text around it.
    """
    shown = (
        character
        for character in normalize_text(text)
        if character in JOINERS
        or character.isspace()
        or unicodedata.category(character) not in HIDDEN_CATEGORIES
    )
    return " ".join("".join(shown).split())


def find_display_name_problem(name: str) -> str:
    """Return why a cleaned display name is refused, or an empty string."""
    problem = find_text_problem(
        name, max_characters=MAX_DISPLAY_NAME_CHARACTERS, max_bytes=MAX_DISPLAY_NAME_BYTES
    )
    if problem:
        return problem.detail
    if "@" in name:
        return "A name cannot contain @, because it would look like the name of another member."
    return ""


def links_text(links: Iterable[Mapping[str, Any]]) -> str:
    """Return the labels and URLs of the links of a profile, one a line."""
    return "\n".join(f"{link['label']} {link['url']}".strip() for link in links)


def find_birth_date_problem(birth_date: date, *, today: date) -> str:
    """Return why a birth date is refused, or an empty string."""
    if birth_date > today or birth_date.year < OLDEST_YEAR:
        return "This is not a possible birth date."
    if age_on(today, birth_date) < settings.MINIMUM_AGE:
        return f"You must be at least {settings.MINIMUM_AGE} years old."
    return ""


def age_on(day: date, birth_date: date) -> int:
    """Return the age in years on a day."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (not had_birthday)
