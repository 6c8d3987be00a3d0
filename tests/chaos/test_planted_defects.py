"""The defects that `make chaos-selftest` plants fit the sources as they are."""

import subprocess

import pytest

from tests.chaos.planted import PLANTS, PLANTS_FOLDER
from tests.support.stack import ROOT

PATCHES = sorted(plant.patch for plant in PLANTS if plant.patch)


@pytest.mark.parametrize("name", PATCHES)
def test_a_planted_defect_fits_the_sources(name: str) -> None:
    command = ["git", "apply", "--check", str(PLANTS_FOLDER / f"{name}.patch")]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


def test_every_patch_is_planted() -> None:
    assert sorted(patch.stem for patch in PLANTS_FOLDER.glob("*.patch")) == PATCHES
