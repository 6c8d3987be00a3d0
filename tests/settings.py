"""Settings of the tests: those of `mysocial.testing`."""

from mysocial.testing.settings import *  # noqa: F403
