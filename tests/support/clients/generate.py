"""The generated files of the client packages, by path."""

import subprocess
import sys
from pathlib import Path

from mysocial.realtime import asyncapi
from tests.support import api_contract
from tests.support.clients import js_client, python_client
from tests.support.stack import ROOT

PYTHON = ROOT / "clients/python/src/mysocial_client"
JS = ROOT / "clients/js/src"
WEB = ROOT / "web/static/web"


def generated_files() -> dict[Path, str]:
    """Return the content of each generated file."""
    document = api_contract.schema()
    return {
        PYTHON / "models.py": _formatted(python_client.render_models(document)),
        PYTHON / "api.py": _formatted(python_client.render_api(document)),
        JS / "events.js": (WEB / "mysocial.js").read_text(),
        JS / "pending-commands.js": (WEB / "pending-commands.js").read_text(),
        JS / "cursor.js": (WEB / "cursor.js").read_text(),
        JS / "send-rate.js": (WEB / "send-rate.js").read_text(),
        JS / "api.js": js_client.render_api(document),
        JS / "api.d.ts": js_client.render_api_types(document),
        JS / "models.d.ts": js_client.render_models(document, asyncapi.document()),
    }


def write_files() -> None:
    """Write the generated files."""
    for path, content in generated_files().items():
        path.write_text(content)


def _formatted(source: str) -> str:
    for command in (["check", "--fix-only"], ["format"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--quiet", "--stdin-filename", "x.py", "-"],
            input=source,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        source = done.stdout
    return source
