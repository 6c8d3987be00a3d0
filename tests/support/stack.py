"""The whole application as a process, which `mysocial.testing` offers."""

from mysocial.testing.stack import ROOT, START_TIMEOUT_SECONDS, Stack, wait_for

__all__ = ["ROOT", "START_TIMEOUT_SECONDS", "Stack", "wait_for"]
