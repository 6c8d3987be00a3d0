"""`python -m mysocial`, and the program `mysocial` of the installed package."""

import os
import sys
from pathlib import Path

from mysocial.env import load_env_file
from mysocial.management.command_line import CommandLine


def main() -> None:
    """Run the command that the arguments name.

    DEBUG is on by default for `up`, and for any command if SECRET_KEY is not set, which means that
    this is a developer's machine. Production sets SECRET_KEY, so that DEBUG is off.
    """
    if "DJANGO_SETTINGS_MODULE" in os.environ:  # custom settings, perhaps of this folder
        sys.path.append(str(Path.cwd()))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")
    load_env_file()
    if "up" in sys.argv[1:2] or {"SECRET_KEY", "SECRET_KEY_FILE"}.isdisjoint(os.environ):
        os.environ.setdefault("DEBUG", "1")
    CommandLine(sys.argv).execute()


if __name__ == "__main__":
    main()
