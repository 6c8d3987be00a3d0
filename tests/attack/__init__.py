"""Attacks on a whole site as an outsider: over HTTP and WebSockets, with members of their own.

`python -m tests.attack` (`make attack`) runs all of them; the test suite runs the quick ones.
"""
