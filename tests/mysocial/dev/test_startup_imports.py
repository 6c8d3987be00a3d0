"""A start loads nothing that takes long and is used by nobody."""

import os
import subprocess
import sys

from tests.support.stack import ROOT

START = """
import ctypes.util
import gc

usual = gc.get_threshold()
from mysocial import lean

sought = []
ctypes.util.find_library = sought.append
import django

django.setup()
from django.db import connection

print(connection.vendor, sought, lean.USUAL == usual == gc.get_threshold())
"""

ENDS = """
import django
from django.core.signals import request_finished, request_started

django.setup()
print(request_started.receivers, request_finished.receivers)
"""


def started(script: str, **env: str) -> str:
    """Return what a script says of a process that has just been started."""
    ours = os.environ | {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "mysocial.settings"} | env
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, cwd=ROOT, env=ours, capture_output=True, text=True, check=True)
    return run.stdout


def test_a_start_looks_for_no_library_of_maps_and_the_collector_goes_on_as_usual():
    assert started(START).split() == ["mongodb", "[]", "True"]


def test_a_request_begins_and_ends_without_what_django_does_for_other_databases():
    assert started(ENDS, DEBUG="0", SECRET_KEY="x" * 50).split() == ["[]", "[]"]
    assert "reset_queries" in started(ENDS)  # which are noted in development
