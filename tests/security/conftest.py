"""The worlds of the authorization table, in which every route can be requested."""

from tests.authorization.conftest import world_of

__all__ = ["world_of"]
