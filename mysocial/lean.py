"""What would make each start slow: what libraries load and nothing here uses, and the collector."""

import gc
import sys
from importlib.abc import MetaPathFinder
from typing import Any

from django.core.exceptions import ImproperlyConfigured

MAPS = "django.contrib.gis"
USUAL = gc.get_threshold()


class _NoMaps(MetaPathFinder):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        if fullname == MAPS:
            raise ImproperlyConfigured("There are no maps here.")


def load_no_maps() -> None:
    """Let the database engine know at once that nobody has installed GDAL.

    It asks three times, and each time Django looks for the library under twelve names, with the
    linker's help: a second of every start.
    """
    sys.meta_path.insert(0, _NoMaps())


def collect_seldom() -> None:
    """Let Python's collector come more seldom than it does by itself.

    A start makes many objects and hardly any cycle, and it would look through all of them again and
    again: a tenth of the start. So it is with requests.
    """
    gc.set_threshold(20_000, 20, 20)


def collect_as_usual() -> None:
    """Let it come as it does by itself: for what makes cycles, as sockets do."""
    gc.set_threshold(*USUAL)
