"""Fixtures of other folders that the tests of profiles use, too."""

from tests.mysocial.fetch.conftest import names

__all__ = ["names"]
