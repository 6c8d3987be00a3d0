"""Settings of tests: those of the project, with the servers of this test process."""

from mysocial.testing import servers  # noqa: F401, I001 - first: it sets the addresses of the servers
from mysocial.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
RATE_LIMITS = False
