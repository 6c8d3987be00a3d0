"""The settings of the tests: the project's own, on the servers of this test process."""

from tests.support import servers  # noqa: F401, I001 - first: it says where the servers are
from mysocial.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
RATE_LIMITS = False
