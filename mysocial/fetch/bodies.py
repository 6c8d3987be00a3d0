"""Bodies of responses: decompressed while they arrive, up to a limit."""

import zlib

from mysocial.fetch.problems import FetchError

WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class Decoder:
    """Decompresses a body, and keeps at most `max_bytes` of it."""

    def __init__(self, encoding: str, *, max_bytes: int) -> None:
        encoding = encoding.strip().lower()
        if encoding not in {"", "identity", *WINDOW_BITS}:
            raise FetchError("The encoding of the page is unknown.")
        bits = WINDOW_BITS.get(encoding)
        self._decompressor = zlib.decompressobj(bits) if bits else None
        self._parts: list[bytes] = []
        self._free_bytes = max_bytes

    @property
    def is_full(self) -> bool:
        """Whether nothing more is kept."""
        return self._free_bytes <= 0

    @property
    def content(self) -> bytes:
        """What was kept."""
        return b"".join(self._parts)

    def feed(self, data: bytes) -> None:
        """Add a part of the body.

        Raises:
            FetchError: It is not compressed as its encoding says.
        """
        if self._decompressor:
            try:
                data = self._decompressor.decompress(data, self._free_bytes)
            except zlib.error:
                raise FetchError("The page is not compressed as it says.") from None
        self._parts.append(data[: self._free_bytes])
        self._free_bytes -= len(self._parts[-1])
