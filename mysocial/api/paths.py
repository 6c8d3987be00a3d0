"""The base path of the API and its alias."""

API_PREFIX, ALIAS_PREFIX = "api/v1/", "api/"


def canonical_path(path: str) -> str:
    """Return the documented path of a request: with the version and without a trailing slash."""
    rest = path.removeprefix(f"/{API_PREFIX}").removeprefix(f"/{ALIAS_PREFIX}")
    return f"/{API_PREFIX}{rest.removesuffix('/')}"
