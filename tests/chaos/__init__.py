"""Acknowledged writes under faults: load, faults, and checks of the result.

`python -m tests.chaos` (`make chaos`) runs the long form, `--smoke` (`make chaos-smoke`) the short
one. `python -m tests.chaos.planted` (`make chaos-selftest`) plants defects that must be found.
"""
