"""The requests in docs/http can be sent as they stand, one after the other, to the demo."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings as project
from django.core.management import call_command

from mysocial.outbox import send_due
from tests.images.pictures import picture
from tests.support.people import new_client

FILES = sorted((Path(project.BASE_DIR) / "docs" / "http").glob("*.http"))
SAYS = re.compile(r": (\d{3})\b")  # a title may name the refusal that is shown
VALUE = re.compile(r"{{(\w+)(?:\.response\.body\.([\w.\[\]]+))?}}")


@pytest.fixture
def demo(settings: Any, django_db_blocker: Any) -> None:
    settings.DEBUG = True
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        call_command("seed_demo")
    send_due()


def value(answers: dict[str, Any], name: str, path: str | None) -> str:
    """Return what a placeholder stands for."""
    found = answers[name]
    for step in re.findall(r"\w+", path or ""):
        found = found[int(step) if step.isdigit() else step]
    return str(found)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_request_is_answered_as_its_title_says(file, demo):
    top, *parts = re.split(r"^###", file.read_text(), flags=re.MULTILINE)
    answers: dict[str, Any] = dict(re.findall(r"^@(\w+) = (.*)$", top, flags=re.MULTILINE))
    for part in parts:
        title, _, rest = part.partition("\n")
        text = VALUE.sub(lambda found: value(answers, found[1], found[2]), rest)
        head, _, body = text.strip().partition("\n\n")
        lines = [line for line in head.splitlines() if not line.startswith("#")]
        method, url = lines[0].split(" ", 1)
        headers = dict(line.split(": ", 1) for line in lines[1:])
        kind = headers.pop("Content-Type", "application/json")
        content = b"\r\n".join(
            picture("JPEG") if line.startswith("< ") else line.encode()
            for line in body.splitlines()
        )
        answer = new_client().generic(
            method, url.removeprefix(answers["host"]), content, kind, headers=headers
        )
        said = SAYS.search(title)
        expected = {int(said[1])} if said else {200, 201}
        assert answer.status_code in expected, (title, answer.content)
        for name in re.findall(r"^# @name (\w+)$", head, flags=re.MULTILINE):
            answers[name] = orjson.loads(answer.content)
