"""Password hashing."""

from django.contrib.auth.hashers import BCryptSHA256PasswordHasher


class BCrypt10PasswordHasher(BCryptSHA256PasswordHasher):
    """bcrypt with 10 rounds over a SHA-256 of the password, so that a long one is not cut."""

    rounds = 10
