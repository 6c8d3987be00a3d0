"""TypeScript types of the API and the events: `python -m tests.support.typescript`.

The npm package openapi-typescript generates them. Each file contains the hash of its schemas, so
that a test can check without npm whether it is up to date.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import django

from tests.support.stack import ROOT

FOLDER = ROOT / "docs/types"
TOOL = "openapi-typescript@7.13.0"
HEAD = "// Made by `make types-ts` of the {what}. sha256 {digest}\n"
MADE_OF = re.compile(r"sha256 ([0-9a-f]{64})\n")
MISSING = 2


def documents() -> dict[str, dict[str, Any]]:
    """Return the documents to generate types from, by file name."""
    # Imported late: as a program, the module has to set up Django first.
    from mysocial.realtime import asyncapi  # noqa: PLC0415
    from tests.support import api_contract  # noqa: PLC0415

    api = {name: part for name, part in api_contract.schema().items() if name != "servers"}
    return {"api": api, "events": _as_schemas(asyncapi.document())}


def digest(document: dict[str, Any]) -> str:
    """Return the hash of a document, regardless of the order of its fields."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _as_schemas(events: dict[str, Any]) -> dict[str, Any]:
    """Return the AsyncAPI schemas as an OpenAPI document, the format that the tool reads."""
    parts = events["components"]
    schemas = dict(parts["schemas"])
    for name, message in parts["messages"].items():
        schemas.setdefault(f"frame.{name}", message["payload"])
    info = {"title": events["info"]["title"], "version": events["info"]["version"]}
    return {"openapi": "3.1.0", "info": info, "paths": {}, "components": {"schemas": schemas}}


def main() -> None:
    """Generate the files."""
    npx = shutil.which("npx")
    if not npx:
        print("npx is missing: install Node.js.", file=sys.stderr)
        raise SystemExit(MISSING)
    FOLDER.mkdir(exist_ok=True)
    titles = {"api": "OpenAPI document", "events": "AsyncAPI document"}
    with tempfile.TemporaryDirectory() as folder:
        for name, document in documents().items():
            source, made = Path(folder) / f"{name}.json", Path(folder) / f"{name}.d.ts"
            source.write_text(json.dumps(document))
            command = [npx, "--yes", TOOL, str(source), "--output", str(made)]
            subprocess.run(command, check=True, cwd=folder)
            head = HEAD.format(what=titles[name], digest=digest(document))
            (FOLDER / f"{name}.d.ts").write_text(head + made.read_text())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main()
