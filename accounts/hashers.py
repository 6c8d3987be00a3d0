"""Password hashing."""

from typing import Any

from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from django.utils.crypto import constant_time_compare

from mysocial.core.text import normalize_password


class BCrypt10PasswordHasher(BCryptSHA256PasswordHasher):
    """bcrypt with 10 rounds over the SHA-256 of the password, so that long ones are not cut.

    The password is normalized (NFKC): accents and letters of full width fit from every device.
    """

    rounds = 10

    def encode(self, password: str, salt: Any) -> str:
        """Return the hash of the normalized password."""
        return str(super().encode(normalize_password(password), salt))

    def verify(self, password: str, encoded: str) -> bool:
        """Return whether a hash is of this password.

        Hashes from before passwords were normalized are of the password as it was given. Both forms
        are always tried, so that the time does not depend on the hash.
        """
        forms = dict.fromkeys((normalize_password(password), password))
        matches = [self._verify_form(form, encoded) for form in forms]
        return any(matches)

    def _verify_form(self, password: str, encoded: str) -> bool:
        salt: Any = encoded.partition("$")[2].encode()  # bcrypt reads the salt off the hash
        return constant_time_compare(encoded, str(super().encode(password, salt)))
