"""An adjustable wall clock for the processes of a run: `clock.c`, loaded into each of them."""

import shutil
import struct
import subprocess
from pathlib import Path


class Clock:
    """A wall clock with an offset. `settings` are the environment of processes that use it."""

    def __init__(self, folder: Path, compiler: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file, library = folder / "clock", folder / "clock.so"
        self._file.touch()
        self.set_offset(0)
        source = Path(__file__).with_name("clock.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
        self.settings = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(self._file)}

    def set_offset(self, seconds: int) -> None:
        """Set the offset. The file is memory-mapped, so it must not be replaced."""
        with self._file.open("r+b") as file:
            file.write(struct.pack("q", seconds))


def compiler() -> str | None:
    """Return the path of the C compiler, or None if there is none."""
    return shutil.which("cc")
