"""The short form of `make attack`: every quick attack on one site, without load on the side."""

import re

import pytest

from tests.attack import attacks  # noqa: F401 - registers the attacks
from tests.attack.registry import ATTACKS
from tests.attack.runner import chosen_attacks, run_all
from tests.attack.site import AttackedSite
from tests.attack.target import Target
from tests.support.caddy import CADDY
from tests.support.stack import ROOT


@pytest.mark.timeout(300)
@pytest.mark.skipif(not CADDY, reason="there is no caddy on this machine")
def test_no_quick_attack_succeeds():
    chosen = chosen_attacks("", is_local=True, is_quick=True)
    assert len(chosen) > 25
    with AttackedSite() as site:
        report = run_all(chosen, Target(site.url, site, seconds=0.5))
        assert site.differences() == []
    assert report.failures == []


def test_every_attack_is_documented():
    text = (ROOT / "docs/security.md").read_text()
    named = set(re.findall(r"`attack: (\w+)`", text))
    assert named == set(ATTACKS)
