"""A start loads nothing that takes long and is used by nobody."""

import os
import subprocess
import sys

from tests.stack import ROOT

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


def test_a_start_looks_for_no_library_of_maps_and_the_collector_goes_on_as_usual():
    env = os.environ | {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "mysocial.settings"}
    command = [sys.executable, "-c", START]
    said = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["mongodb", "[]", "True"]
