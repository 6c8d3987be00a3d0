"""The release that this process runs: the number in the file that an environment variable names."""

import os
from pathlib import Path

FILE_VARIABLE = "CARDS_RELEASE_FILE"
RELEASE = int(Path(os.environ[FILE_VARIABLE]).read_text())
HAS_OLD_FIELDS = RELEASE < 4
HAS_NEW_FIELDS = RELEASE > 1
READS_NEW_FIELDS = RELEASE > 2
