"""Password hashing."""

from django.contrib.auth.hashers import BCryptSHA256PasswordHasher


class BCrypt10PasswordHasher(BCryptSHA256PasswordHasher):
    """bcrypt with 10 rounds over the SHA-256 of the password, so that long ones are not cut."""

    rounds = 10
