"""The worlds of the authorization table, which every route can be asked in."""

from tests.authorization.conftest import world_of

__all__ = ["world_of"]
