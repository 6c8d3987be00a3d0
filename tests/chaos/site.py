"""A site whose servers, where the machine lets us, have disks and a clock that faults may touch."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.clocks import Clock, compiler
from tests.chaos.disks import Disk, can_have_disks
from tests.support.stack import Stack, wait_for

BACK_WITHIN = 60.0  # seconds
FOLDERS = {"valkey": "valkey", "mongod": "mongo"}
MEGABYTES = {"valkey": 1500, "mongod": 3000}


class Site(Stack):
    """A stack whose servers, where the machine lets us, have disks of their own."""

    def __init__(self, name: str, **settings: str) -> None:
        super().__init__(name, **settings)
        self.disks: dict[str, Disk] = {}
        self.clock: Clock | None = None

    def give_clock(self) -> None:
        """Let the wall clock of all its processes be moved; not without a C compiler."""
        if found := compiler():
            self.clock = Clock(self.folder, found)
            self.settings |= self.clock.settings

    def give_disks(self) -> None:
        """Put the servers' folders on disks whose power can be cut; nothing where we may not."""
        for name, folder in FOLDERS.items() if can_have_disks() else ():
            disk = Disk(self.folder / f"disk-{name}", MEGABYTES[name])
            self.disks[name] = disk
            (disk.place / "data").mkdir()
            (self.folder / "data").mkdir(exist_ok=True)
            (self.folder / "data" / folder).symlink_to(disk.place / "data")

    def take_disks(self) -> None:
        """Unmount what was mounted."""
        for disk in self.disks.values():
            disk.unmount()

    def place_of(self, server: str) -> Path:
        """Where a server has its data."""
        return (self.folder / "data" / FOLDERS[server]).resolve()

    def signal(self, name: str, number: int) -> int:
        """Send a signal to one process; return its pid."""
        pid = self.pids[name]
        os.kill(pid, number)
        return pid

    def stop_still(self, name: str) -> None:
        """SIGSTOP, and return when no thread of it runs any more."""
        threads = Path(f"/proc/{self.signal(name, signal.SIGSTOP)}/task")

        def is_still() -> bool:
            return all("State:\tT" in one.read_text() for one in threads.glob("*/status"))

        wait_for(is_still, within=BACK_WITHIN, name=f"{name}: still")

    def is_back(self, name: str, old: int) -> None:
        """Return when the supervisor has started it again."""
        wait_for(
            lambda: self.pids.get(name) not in (None, old), within=BACK_WITHIN, name=f"{name}: back"
        )

    @contextmanager
    def unattended(self) -> Iterator[None]:
        """Nothing is started again in the block."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)
