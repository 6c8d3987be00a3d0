"""The file of a backup: a compressed tar whose last member says what the others must be.

Nothing is taken from an archive before all of it was read once and every hash was found right.
"""

import gzip
import hashlib
import json
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any, Self

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK_BYTES = 1024 * 1024
Manifest = dict[str, Any]
BytesReadCallback = Callable[[int], None]


class BadArchive(Exception):
    """The file is no whole backup; nothing of it was used."""


class _Hashed:
    """Reads through, and knows size and hash of what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._hash = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        self.size += len(data)
        return data

    @property
    def facts(self) -> dict[str, Any]:
        return {"size": self.size, "sha256": self._hash.hexdigest()}


class Packer:
    """Writes an archive beside its place and puts it there when it is whole and on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._members: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        if self._path.exists():
            raise FileExistsError(f"{self._path} is there already.")
        # It holds everything that members ever told us.
        self._raw = os.fdopen(
            os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        )
        self._gzip = gzip.GzipFile(fileobj=self._raw, mode="wb", compresslevel=1, mtime=0)
        self._tar = tarfile.open(fileobj=self._gzip, mode="w|")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._raw.close()
        self._part.unlink(missing_ok=True)

    def add(self, name: str, content: bytes) -> None:
        """Add what is at hand."""
        self._add(name, BytesIO(content), len(content))

    def add_file(self, name: str, file: Path) -> None:
        """Add a file as it is."""
        with file.open("rb") as source:
            self._add(name, source, os.fstat(source.fileno()).st_size)

    def _add(self, name: str, source: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size = size
        hashed = _Hashed(source)
        self._tar.addfile(info, hashed)
        self._members[name] = hashed.facts

    def finish(self, facts: Manifest) -> Manifest:
        """Write the manifest and put the archive in its place; return what the manifest says."""
        manifest = {"format": FORMAT, **facts, "members": dict(self._members)}
        self.add(MANIFEST, json.dumps(manifest).encode())
        self._tar.close()
        self._gzip.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._part.rename(self._path)
        return manifest


def check(path: Path, seen: BytesReadCallback = lambda _: None) -> Manifest:
    """Read all of an archive and return its manifest; `BadArchive` says what is wrong.

    `seen` is told how many bytes of the file were read.
    """
    found: dict[str, dict[str, Any]] = {}
    manifest: Any = None
    with _readable(path):
        for name, member, place in _members(path):
            hashed = _Hashed(member)
            if name == MANIFEST:
                manifest = json.loads(hashed.read())
            else:
                while hashed.read(CHUNK_BYTES):
                    seen(place())
                found[name] = hashed.facts
    if not isinstance(manifest, dict):
        raise BadArchive(f"{path} is cut off, or no backup: it has no manifest.")
    if manifest.get("format") != FORMAT:
        raise BadArchive(f"{path} has format {manifest.get('format')}, known is {FORMAT}.")
    wanted = manifest["members"]
    wrong = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
    if wrong:
        raise BadArchive(f"{path} is damaged: {len(wrong)} members differ, first {wrong[0]}.")
    return manifest


def members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield each member but the manifest, to be read before the next one is asked for."""
    return ((name, member) for name, member, _ in _members(path) if name != MANIFEST)


def _members(path: Path) -> Iterator[tuple[str, IO[bytes], Callable[[], int]]]:
    with path.open("rb") as raw, gzip.GzipFile(fileobj=raw) as unzipped:
        with tarfile.open(fileobj=unzipped, mode="r|") as tar:
            for info in tar:
                content = tar.extractfile(info)
                if content is None or not _is_inside(info.name):
                    raise BadArchive(f"{path} has a member that no backup has: {info.name}.")
                yield info.name, content, raw.tell
        while unzipped.read(CHUNK_BYTES):  # to the end, where the checksum of the whole stands
            pass


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError, zlib.error, gzip.BadGzipFile) as error:
        raise BadArchive(f"{path} is cut off, damaged, or no backup: {error}.") from error
    except OSError as error:
        raise BadArchive(f"{path} cannot be read: {error}.") from error


def _is_inside(name: str) -> bool:
    place = PurePosixPath(name)
    return not place.is_absolute() and ".." not in place.parts
