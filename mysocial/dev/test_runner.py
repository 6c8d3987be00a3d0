"""`manage.py test`: pytest, with the options and labels of Django's command."""

import importlib.util
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

ALL_CORES = "auto"


class PytestRunner:
    """Django's `TEST_RUNNER`: it runs pytest in a process of its own, with the tests' settings."""

    def __init__(self, **options: Any) -> None:
        self._options = options

    @classmethod
    def add_arguments(cls, parser: ArgumentParser) -> None:
        """Add the options of Django's runner that pytest has, too."""
        parser.add_argument("--failfast", action="store_true", help="stop after the first failure")
        parser.add_argument(
            "-k",
            action="append",
            dest="test_name_patterns",
            metavar="WORDS",
            help="run only the tests whose names match: an expression of pytest",
        )
        parser.add_argument(
            "--parallel",
            nargs="?",
            const=ALL_CORES,
            metavar="N",
            help="run in N processes; without N, one for each core",
        )
        parser.add_argument("--pdb", action="store_true", help="debug each failure")

        parser.add_argument("--timing", action="store_true", help="show the slowest tests")
        parser.add_argument("--keepdb", action="store_true", help="ignored: each run has its own")

    def run_tests(self, test_labels: Sequence[str], **_: Any) -> int:
        """Run the tests; return 0 if all passed.

        Args:
            test_labels: Paths, node ids of pytest, or dotted names such as `posts`,
                `posts.test_feeds` or `tests.posts.test_feeds.test_a_feed_is_sorted`.

        Raises:
            CommandError: There are no tests, or none with such a label.
        """
        root: Path = settings.BASE_DIR
        if not (root / "tests" / "conftest.py").is_file():
            raise CommandError(
                "The installed package has no tests: run them in a checkout of the repository."
            )
        if importlib.util.find_spec("pytest") is None:
            raise CommandError("pytest is not installed: run `make install`.")
        labels = [find_tests(root, label) for label in test_labels]
        # The settings of the tests choose servers of their own.
        environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        command = [sys.executable, "-m", "pytest", *self._arguments(), *labels]
        return subprocess.run(command, cwd=root, env=environment, check=False).returncode

    def _arguments(self) -> Iterator[str]:
        """Yield the options of pytest."""
        options = self._options
        verbosity = options.get("verbosity", 1)
        if verbosity != 1:
            yield "-q" if verbosity == 0 else "-" + "v" * (verbosity - 1)
        if options.get("failfast"):
            yield "--exitfirst"
        patterns = options.get("test_name_patterns")
        if patterns:
            yield from ("-k", " or ".join(patterns))
        if options.get("parallel"):
            yield from ("-n", str(options["parallel"]), "--dist", "worksteal")
        if options.get("pdb"):
            yield "--pdb"
        if options.get("timing"):
            yield "--durations=20"


def find_tests(root: Path, label: str) -> str:
    """Return the path or node id of a label.

    Raises:
        CommandError: There is no such test folder or module.
    """
    tests = root / "tests"
    path, separator, names = label.partition("::")
    if (root / path).exists() and (root / path).resolve().is_relative_to(tests):
        return label
    parts = path.split(".")
    for first in ([], ["tests"]):
        for length in range(len(parts), 0, -1):
            target = root.joinpath(*first, *parts[:length])
            rest = parts[length:]
            module = target.with_name(f"{target.name}.py")
            if module.is_file() and module.name.startswith("test_"):
                node = "::".join(filter(None, [*rest, names]))
                return str(module) + (f"::{node}" if node else "")
            is_folder = target.is_dir() and target.is_relative_to(tests)
            if is_folder and not rest and not separator:
                return str(target)
    raise CommandError(
        f"There are no tests {label!r}: name a folder or module of tests/, such as "
        "`tests/posts`, `posts` or `posts.test_feeds`."
    )
