"""The version and the commit of the code that runs."""

import functools
import shutil
import subprocess
from typing import NamedTuple

from django.conf import settings

from mysocial import __version__

GIT_TIMEOUT_SECONDS = 5


class Build(NamedTuple):
    """The version of the project, and the commit if it is known."""

    version: str
    commit: str


@functools.cache
def current_build() -> Build:
    """Return the version and the commit: that of `COMMIT`, or that of a checkout with Git."""
    return Build(__version__, settings.COMMIT or _checked_out())


def _checked_out() -> str:
    git = shutil.which("git")
    if git is None or not (settings.BASE_DIR / ".git").exists():
        return ""
    command = [git, "-C", str(settings.BASE_DIR), "rev-parse", "HEAD"]
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=GIT_TIMEOUT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return ended.stdout.strip()
