"""The requests in docs/http work as written, in their order, with the demo data."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings as project
from django.core.management import call_command

from mysocial.outbox import send_due
from tests.images.pictures import make_image
from tests.support.people import new_client

FILES = sorted((Path(project.BASE_DIR) / "docs" / "http").glob("*.http"))
STATUS = re.compile(r": (\d{3})\b")  # a title may name the error status of its request
VALUE = re.compile(r"{{(\w+)(?:\.response\.body\.([\w.\[\]]+))?}}")


@pytest.fixture
def demo(settings: Any, django_db_blocker: Any) -> None:
    settings.DEBUG = True
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        call_command("seed_demo")
    send_due()


def resolve(responses: dict[str, Any], name: str, path: str | None) -> str:
    """Return the value of a placeholder."""
    node = responses[name]
    for step in re.findall(r"\w+", path or ""):
        node = node[int(step) if step.isdigit() else step]
    return str(node)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_request_gets_the_status_in_its_title(file, demo):
    top, *parts = re.split(r"^###", file.read_text(), flags=re.MULTILINE)
    responses: dict[str, Any] = dict(re.findall(r"^@(\w+) = (.*)$", top, flags=re.MULTILINE))
    for part in parts:
        title, _, rest = part.partition("\n")
        text = VALUE.sub(lambda match: resolve(responses, match[1], match[2]), rest)
        head, _, body = text.strip().partition("\n\n")
        lines = [line for line in head.splitlines() if not line.startswith("#")]
        method, url = lines[0].split(" ", 1)
        headers = dict(line.split(": ", 1) for line in lines[1:])
        kind = headers.pop("Content-Type", "application/json")
        content = b"\r\n".join(
            make_image("JPEG") if line.startswith("< ") else line.encode()
            for line in body.splitlines()
        )
        response = new_client().generic(
            method, url.removeprefix(responses["host"]), content, kind, headers=headers
        )
        status = STATUS.search(title)
        expected = {int(status[1])} if status else {200, 201}
        assert response.status_code in expected, (title, response.content)
        for name in re.findall(r"^# @name (\w+)$", head, flags=re.MULTILINE):
            responses[name] = orjson.loads(response.content)
