"""Folders that begin empty."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def _no_files() -> Iterator[None]:
    yield
    folder = Path(settings.MEDIA_DIR)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "incoming").mkdir(parents=True)
