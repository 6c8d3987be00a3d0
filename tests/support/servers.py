"""The Valkey and the mongod of this test process, in a temporary folder of its own.

Where they listen is chosen here, before Django reads its settings; `conftest.py` starts them.
"""

import atexit
import contextlib
import os
import tempfile
from pathlib import Path

from mysocial.dev.servers import Mongod, Valkey

PASSWORD = "correct-horse-battery"  # everybody's
FOLDER = Path(tempfile.mkdtemp(prefix="ms-"))
VALKEY = Valkey(FOLDER / "valkey", socket_path=FOLDER / "r.sock", appendfsync="everysec")
MONGOD = Mongod(FOLDER / "mongod")


@atexit.register
def _leave_nothing() -> None:
    """Remove the folder of a process that put nothing into it."""
    with contextlib.suppress(OSError):
        FOLDER.rmdir()


os.environ |= {
    "REDIS_URL": VALKEY.url,
    "MONGO_URL": MONGOD.url,
    "REDIS_FSYNC": "everysec",
    "DATA_DIR": str(FOLDER / "data"),
    "ACCESS_TOKEN_SECONDS": "7200",  # who is there for a whole module is, on a slow machine, too
    "DEBUG": "1",
}
