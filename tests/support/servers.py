"""The servers of this test process, which `mysocial.testing` starts."""

from mysocial.testing.servers import FOLDER, MONGOD, PASSWORD, VALKEY

__all__ = ["FOLDER", "MONGOD", "PASSWORD", "VALKEY"]
