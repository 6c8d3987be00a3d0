"""Disks of a run's own, whose power can be cut and which can be full: ext4 in a file, for root.

The cut is that of the file system itself (`EXT4_IOC_SHUTDOWN`, as xfstests use it): from that
moment nothing more reaches the disk, and what was not synced before is gone.
"""

import fcntl
import os
import shutil
import struct
import subprocess
import time
from pathlib import Path

SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN
WITHOUT_LOG = 2  # EXT4_GOING_FLAGS_NOLOGFLUSH: not even the journal is flushed
UNMOUNT_WITHIN = 20.0


class Disk:
    """A file system of a fixed size in a file, mounted at `place`."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self._image, self.place = folder.with_suffix(".ext4"), folder
        folder.mkdir(parents=True)
        with self._image.open("wb") as image:
            image.truncate(megabytes * 1024 * 1024)
        subprocess.run(["mkfs.ext4", "-q", "-F", self._image], check=True)
        self._mount()

    def _mount(self) -> None:
        subprocess.run(["mount", "-o", "loop", self._image, self.place], check=True)

    def cut(self) -> None:
        """Cut its power: nothing that is not on it by now comes to it."""
        descriptor = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", WITHOUT_LOG))
        finally:
            os.close(descriptor)

    def restore(self) -> None:
        """Give it power again, when all that had files on it is gone."""
        self.unmount()
        self._mount()

    def unmount(self) -> None:
        deadline = time.monotonic() + UNMOUNT_WITHIN
        command = ["umount", str(self.place)]
        while subprocess.run(command, capture_output=True, check=False).returncode:
            assert time.monotonic() < deadline, f"{self.place} is in use"
            time.sleep(0.05)

    @property
    def _filler(self) -> Path:
        return self.place / "filler"

    def fill(self) -> None:
        """Leave no room on it."""
        with self._filler.open("wb") as filler:
            free = shutil.disk_usage(self.place).free
            while free > 4096:
                try:
                    os.posix_fallocate(filler.fileno(), filler.seek(0, os.SEEK_END), free)
                except OSError:
                    free //= 2

    def empty(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)


def can_have_disks() -> bool:
    """Whether this machine lets us mount file systems of our own."""
    is_root = os.geteuid() == 0
    tools = all(map(shutil.which, ("mkfs.ext4", "mount", "umount")))
    return is_root and tools and Path("/dev/loop-control").exists()
