"""The generated files of the client packages match the API documents."""

import json
import tomllib

from mysocial_client import Api

from tests.support import api_contract
from tests.support.clients.document import operations
from tests.support.clients.generate import JS, generated_files
from tests.support.stack import ROOT


def test_the_generated_files_are_current():
    stale = [
        str(path.relative_to(ROOT))
        for path, content in generated_files().items()
        if not path.exists() or path.read_text() != content
    ]
    assert stale == [], "run `make clients`"


def test_every_operation_is_a_method_of_both_clients():
    names = {
        operation["operationId"]
        for verbs in api_contract.schema()["paths"].values()
        for operation in verbs.values()
    }
    described = list(operations(api_contract.schema()))
    assert {operation.name for operation in described} == names - {"streamEvents"}
    script = (JS / "api.js").read_text()
    for operation in described:
        assert callable(getattr(Api, operation.python_name)), operation.name
        assert f"\n  {operation.name}(" in script


def test_the_packages_have_the_version_of_the_api():
    version = api_contract.schema()["info"]["version"]
    package = json.loads((JS.parent / "package.json").read_text())
    project = tomllib.loads((ROOT / "clients/python/pyproject.toml").read_text())["project"]
    assert package["version"] == project["version"] == version
    assert "dependencies" not in package
    for path in (package["exports"]["."]["default"], package["types"]):
        assert (JS.parent / path).is_file()
