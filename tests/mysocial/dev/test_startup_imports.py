"""The state of the interpreter after start-up."""

import os
import subprocess
import sys

from tests.support.stack import ROOT

START = """
import gc
import sys

threshold = gc.get_threshold()
import django

django.setup()
from django.db import connection

print(connection.vendor)
print(gc.get_threshold() == threshold and gc.get_freeze_count() == 0)
print([finder for finder in sys.meta_path if type(finder).__module__.startswith("mysocial")])
"""

SERVE = """
import gc

import mysocial.wsgi

print(gc.get_freeze_count() > 100_000, gc.get_threshold())
"""

SIGNALS = """
import django
from django.core.signals import request_finished, request_started

django.setup()
print(request_started.receivers, request_finished.receivers)
"""


def run(script: str, **env: str) -> str:
    """Return the output of a script in a new process."""
    environment = os.environ | {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "mysocial.settings"} | env
    command = [sys.executable, "-c", script]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return ended.stdout


def test_importing_the_project_has_no_effect_on_the_interpreter():
    assert run(START).split() == ["mongodb", "True", "[]"]


def test_a_server_process_exempts_the_loaded_modules_from_garbage_collection():
    assert run(SERVE).strip() == "True (20000, 20, 20)"


def test_django_does_nothing_at_the_start_and_end_of_a_request():
    assert run(SIGNALS, DEBUG="0", SECRET_KEY="x" * 50).split() == ["[]", "[]"]
    assert "reset_queries" in run(SIGNALS)  # queries are logged in development
