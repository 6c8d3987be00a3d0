"""A site with disks, a clock and releases that faults can change, if the machine allows it."""

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.chaos.clocks import Clock, compiler
from tests.chaos.disks import Disk, can_have_disks
from tests.support.stack import Stack, wait_for

RESTART_TIMEOUT_SECONDS = 60.0
REST_TIMEOUT_SECONDS = 60.0
FOLDERS = {"valkey": "valkey", "mongod": "mongo"}
MEGABYTES = {"valkey": 1500, "mongod": 3000}


class Writer(Protocol):
    """A member who writes while `may_write` is set, and sets `is_resting` otherwise."""

    may_write: threading.Event
    is_resting: threading.Event


class Site(Stack):
    """A stack whose servers have their own disks and clock, if the machine allows it."""

    def __init__(self, name: str, **settings: str) -> None:
        super().__init__(name, **settings)
        self.disks: dict[str, Disk] = {}
        self.clock: Clock | None = None
        self.releases: list[int] = []  # of the app with the cards, until now
        self.writers: Sequence[Writer] = ()
        self.epochs_begun = 0  # because Redis lost data

    def set_up_clock(self) -> None:
        """Give all processes an adjustable wall clock, if there is a C compiler."""
        if path := compiler():
            self.clock = Clock(self.folder, path)
            self.settings |= self.clock.settings

    def set_up_disks(self) -> None:
        """Put the servers' folders on disks of their own, if this process may mount them."""
        for name, folder in FOLDERS.items() if can_have_disks() else ():
            disk = Disk(self.folder / f"disk-{name}", MEGABYTES[name])
            self.disks[name] = disk
            (disk.mount_point / "data").mkdir()
            (self.folder / "data").mkdir(exist_ok=True)
            (self.folder / "data" / folder).symlink_to(disk.mount_point / "data")

    def set_up_cards(self) -> None:
        """Install the app with the cards, in its first release."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.settings |= {
            "EXTRA_APPS": "tests.chaos.cards",
            "CARDS_RELEASE_FILE": str(self.folder / "release"),
        }
        self.set_release(1)

    def set_release(self, number: int) -> None:
        """Set the release of the cards that each process runs from its next start."""
        self.releases.append(number)
        (self.folder / "release").write_text(str(number))

    def remove_disks(self) -> None:
        """Unmount the disks."""
        for disk in self.disks.values():
            disk.unmount()

    def data_folder(self, server: str) -> Path:
        """Return the folder of a server's data."""
        return (self.folder / "data" / FOLDERS[server]).resolve()

    def signal(self, name: str, number: int) -> int:
        """Send a signal to a process; return its pid."""
        pid = self.pid(name)
        os.kill(pid, number)
        return pid

    def suspend(self, name: str) -> None:
        """SIGSTOP a process; return when none of its threads runs."""
        threads = Path(f"/proc/{self.signal(name, signal.SIGSTOP)}/task")

        def is_stopped() -> bool:
            return all("State:\tT" in status.read_text() for status in threads.glob("*/status"))

        wait_for(is_stopped, within=RESTART_TIMEOUT_SECONDS, name=f"{name}: stopped")

    def wait_until_restarted(self, name: str, old: int) -> None:
        """Return when the supervisor has restarted a process; `old` is its former pid."""
        wait_for(
            lambda: self.pids.get(name) not in (None, old),
            within=RESTART_TIMEOUT_SECONDS,
            name=f"{name}: restarted",
        )

    @contextmanager
    def writers_at_rest(self) -> Iterator[None]:
        """Let no member write in the block; all their writes are acknowledged, or in doubt."""
        for writer in self.writers:
            writer.may_write.clear()
        try:
            for writer in self.writers:
                assert writer.is_resting.wait(REST_TIMEOUT_SECONDS), "a member does not rest"
            yield
        finally:
            for writer in self.writers:
                writer.may_write.set()

    @contextmanager
    def supervisor_suspended(self) -> Iterator[None]:
        """Suspend the supervisor, so that no process is restarted in the block."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)
