"""TypeScript types of the API and the events: `python -m tests.support.typescript`.

npm's openapi-typescript makes them. Each file names the hash of the schemas that it was made from,
so that a test knows without npm whether it still says what the documents say.
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
    """Return the documents of which types are made, by the name of the file."""
    # Late: as a program it has to set Django up first.
    from mysocial.realtime import asyncapi  # noqa: PLC0415
    from tests.support import api_contract  # noqa: PLC0415

    api = {name: part for name, part in api_contract.schema().items() if name != "servers"}
    return {"api": api, "events": _as_schemas(asyncapi.document())}


def digest(document: dict[str, Any]) -> str:
    """Return the hash of a document, whatever the order of its fields."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _as_schemas(events: dict[str, Any]) -> dict[str, Any]:
    """Return what frames and events are as schemas of an OpenAPI document, which the tool knows."""
    parts = events["components"]
    schemas = dict(parts["schemas"])
    for name, message in parts["messages"].items():
        schemas.setdefault(f"frame.{name}", message["payload"])
    info = {"title": events["info"]["title"], "version": events["info"]["version"]}
    return {"openapi": "3.1.0", "info": info, "paths": {}, "components": {"schemas": schemas}}


def main() -> None:
    """Write the files anew."""
    npx = shutil.which("npx")
    if not npx:
        print("There is no npx: install Node.js.", file=sys.stderr)
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
