"""Valkey and mongod of this test process, in a temporary folder.

Their addresses are chosen here, before Django reads its settings;
`mysocial.testing.fixtures` starts them.
"""

import atexit
import contextlib
import os
import tempfile
from pathlib import Path

from mysocial.dev.servers import Mongod, Valkey

PASSWORD = "correct-horse-battery"  # of every member
FOLDER = Path(tempfile.mkdtemp(prefix="ms-"))
VALKEY = Valkey(FOLDER / "valkey", socket_path=FOLDER / "r.sock", appendfsync="everysec")
MONGOD = Mongod(FOLDER / "mongod")


@atexit.register
def _remove_empty_folder() -> None:
    """Remove the folder of a process that started no server."""
    with contextlib.suppress(OSError):
        FOLDER.rmdir()


os.environ |= {
    "REDIS_URL": VALKEY.url,
    "MONGO_URL": MONGOD.url,
    "REDIS_FSYNC": "everysec",
    "DATA_DIR": str(FOLDER / "data"),
    "ACCESS_TOKEN_SECONDS": "7200",  # tokens of module-scoped fixtures must outlive a slow machine
    "DEBUG": "1",
    "ENV_FILE": "",  # a developer's
}
