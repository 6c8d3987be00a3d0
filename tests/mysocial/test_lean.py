"""A start loads nothing that takes long and is used by nobody."""

import os
import subprocess
import sys

from tests.stack import ROOT

START = """
import ctypes.util
import gc

sought = []
ctypes.util.find_library = sought.append
import django

django.setup()
from django.db import connection

print(connection.vendor, sought, gc.get_threshold()[0])
"""


def test_a_start_looks_for_no_library_of_maps_and_seldom_collects():
    env = os.environ | {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "mysocial.settings"}
    command = [sys.executable, "-c", START]
    said = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["mongodb", "[]", "20000"]
