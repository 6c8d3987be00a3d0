"""Changes of the code, for `manage.py up --reload`."""

import threading
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from watchfiles import PythonFilter, watch

EXTENSIONS = (".lua", ".html", ".txt")  # besides Python: scripts, and templates, which are cached


class CodeWatcher:
    """Watches folders in a thread while its block runs."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._changes: SimpleQueue[Path] = SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def take_changes(self) -> list[Path]:
        """Return the files that have changed since the last call, sorted."""
        files = set()
        try:
            while True:
                files.add(self._changes.get_nowait())
        except Empty:
            return sorted(files)

    def _watch(self) -> None:
        code = PythonFilter(extra_extensions=EXTENSIONS)
        for changes in watch(*self._folders, watch_filter=code, stop_event=self._stopping):
            for _kind, path in changes:
                self._changes.put(Path(path))
