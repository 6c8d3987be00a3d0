"""The metrics of several processes behind one port, which one scrape returns together.

prometheus_client keeps the values of each process in files that are mapped into memory, in the
folder that PROMETHEUS_MULTIPROC_DIR names. It reads that variable when it is imported, so
`share_metrics` comes first.
"""

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

import psutil

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
FOLDER_PREFIX = "mysocial-metrics-"


def share_metrics() -> None:
    """Share metrics with the other children of this process's parent, such as granian's workers.

    Does nothing if the environment names a folder already, or if it is too late. The folders of
    servers that have ended are deleted. Without a place for the folder, each process has metrics
    of its own.
    """
    if os.environ.get(FOLDER_VARIABLE) or "prometheus_client" in sys.modules:
        return
    root = Path(tempfile.gettempdir())
    parent = psutil.Process(os.getppid())
    folder = root / f"{FOLDER_PREFIX}{os.getuid()}-{parent.pid}-{parent.create_time():.2f}"
    with contextlib.suppress(OSError):
        _delete_unused(root)
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid == os.getuid():
            os.environ[FOLDER_VARIABLE] = str(folder)


def _delete_unused(root: Path) -> None:
    for folder in root.glob(f"{FOLDER_PREFIX}{os.getuid()}-*-*"):
        pid, created = folder.name.split("-")[-2:]
        if not _runs(int(pid), float(created)):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(pid: int, created: float) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return abs(psutil.Process(pid).create_time() - created) < 1
    return False


def shared_folder() -> Path | None:
    """Return the folder of shared metrics; None if each process has metrics of its own."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return Path(folder) if folder else None
