"""The wall clock of a run's processes, which can be moved: `clock.c`, loaded into each of them."""

import shutil
import struct
import subprocess
from pathlib import Path


class Clock:
    """A wall clock some seconds from the true one. `settings` are for whom it is to be theirs."""

    def __init__(self, folder: Path, compiler: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file, library = folder / "clock", folder / "clock.so"
        self._file.touch()
        self.move(0)
        source = Path(__file__).with_name("clock.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
        self.settings = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(self._file)}

    def move(self, seconds: int) -> None:
        """Let it be so far from the true one. The file stays the same one: it is mapped."""
        with self._file.open("r+b") as file:
            file.write(struct.pack("q", seconds))


def compiler() -> str | None:
    """Return the C compiler that a clock needs, None where there is none."""
    return shutil.which("cc")
