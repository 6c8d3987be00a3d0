"""Storage of media in a bucket with the API of S3. It is imported only if there is one.

The objects are private. Clients get signed URLs that expire; see `images.views.file`.
"""

from typing import Any

from botocore.config import Config
from storages.backends.s3 import S3Storage

TIMEOUT_SECONDS = 60
OBJECT_PARAMETERS = {
    # For browsers only: a signed URL is for one of them.
    "CacheControl": "private, max-age=31536000, immutable",
    "ContentDisposition": "inline",
}


class S3MediaStorage(S3Storage):  # type: ignore[misc]
    """A bucket for media."""

    def get_default_settings(self) -> dict[str, Any]:
        """Return the options that settings do not name."""
        config = Config(
            connect_timeout=TIMEOUT_SECONDS,
            read_timeout=TIMEOUT_SECONDS,
            retries={"max_attempts": 1},  # The outbox tries again.
            signature_version="s3v4",
        )
        return {
            **super().get_default_settings(),
            "client_config": config,
            "object_parameters": OBJECT_PARAMETERS,
            "default_acl": None,  # Private, and buckets may forbid ACLs.
            "file_overwrite": True,
            "querystring_auth": True,
        }
