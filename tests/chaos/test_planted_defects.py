"""The patches of `make chaos-selftest` apply to the current sources."""

import subprocess

import pytest

from tests.chaos.planted import PLANTS, PLANTS_FOLDER
from tests.support.stack import ROOT

PATCHES = sorted(plant.patch for plant in PLANTS if plant.patch)


@pytest.mark.parametrize("name", PATCHES)
def test_the_patch_of_a_planted_defect_applies(name: str) -> None:
    command = ["git", "apply", "--check", str(PLANTS_FOLDER / f"{name}.patch")]
    completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stderr


def test_every_patch_belongs_to_a_planted_defect() -> None:
    assert sorted(patch.stem for patch in PLANTS_FOLDER.glob("*.patch")) == PATCHES
