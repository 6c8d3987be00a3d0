"""The committed TypeScript types match the API documents."""

import re

import pytest

from mysocial.realtime.asyncapi import contract_events
from tests.support import api_contract
from tests.support.typescript import FOLDER, MADE_OF, digest, documents


@pytest.mark.parametrize("name", ["api", "events"])
def test_the_types_match_the_documents(name):
    text = (FOLDER / f"{name}.d.ts").read_text()
    assert MADE_OF.search(text)[1] == digest(documents()[name]), "run `make types-ts`"


def test_every_path_and_event_has_a_type():
    api = (FOLDER / "api.d.ts").read_text()
    paths = set(re.findall(r'^    "(/[^"]+)": \{$', api, flags=re.MULTILINE))
    assert paths == set(api_contract.schema()["paths"])
    events = (FOLDER / "events.d.ts").read_text()
    kinds = set(re.findall(r'^        "frame\.([a-z_]+\.[a-z_]+)": ', events, flags=re.MULTILINE))
    assert kinds == set(contract_events())
