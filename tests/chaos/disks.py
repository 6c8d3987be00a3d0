"""Disks of a run, which can lose power or be full: ext4 in a file. They need root.

A power cut is `EXT4_IOC_SHUTDOWN`, as in xfstests: from that moment nothing reaches the disk, and
data that was not synced is lost.
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
UNMOUNT_TIMEOUT_SECONDS = 20.0


class Disk:
    """A file system of a fixed size in a file, mounted at `place`."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self._image, self.mount_point = folder.with_suffix(".ext4"), folder
        folder.mkdir(parents=True)
        with self._image.open("wb") as image:
            image.truncate(megabytes * 1024 * 1024)
        subprocess.run(["mkfs.ext4", "-q", "-F", self._image], check=True)
        self._mount()

    def _mount(self) -> None:
        subprocess.run(["mount", "-o", "loop", self._image, self.mount_point], check=True)

    def cut_power(self) -> None:
        """Cut the power: no further write reaches the disk."""
        descriptor = os.open(self.mount_point, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", WITHOUT_LOG))
        finally:
            os.close(descriptor)

    def restore_power(self) -> None:
        """Restore the power. All processes with open files on the disk must have ended."""
        self.unmount()
        self._mount()

    def unmount(self) -> None:
        """Unmount the file system, waiting until it is no longer in use."""
        deadline = time.monotonic() + UNMOUNT_TIMEOUT_SECONDS
        command = ["umount", str(self.mount_point)]
        while subprocess.run(command, capture_output=True, check=False).returncode:
            assert time.monotonic() < deadline, f"{self.mount_point} is in use"
            time.sleep(0.05)

    @property
    def _filler(self) -> Path:
        return self.mount_point / "filler"

    def fill(self) -> None:
        """Fill the disk."""
        with self._filler.open("wb") as filler:
            free = shutil.disk_usage(self.mount_point).free
            while free > 4096:
                try:
                    os.posix_fallocate(filler.fileno(), filler.seek(0, os.SEEK_END), free)
                except OSError:
                    free //= 2

    def free_space(self) -> None:
        """Free the filled space."""
        self._filler.unlink(missing_ok=True)


def can_have_disks() -> bool:
    """Return whether this process may mount file systems."""
    is_root = os.geteuid() == 0
    tools = all(map(shutil.which, ("mkfs.ext4", "mount", "umount")))
    return is_root and tools and Path("/dev/loop-control").exists()
