"""Acknowledged writes under faults: load, faults, and the checker that must find nothing wrong.

`python -m tests.chaos` (`make chaos`) runs the long form, `--smoke` (`make chaos-smoke`) the short
one; `python -m tests.chaos.planted` (`make chaos-selftest`) plants defects that must be found.
"""
