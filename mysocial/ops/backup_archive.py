"""The file format of backups: a compressed tar with a manifest as its last member.

The manifest has the size and hash of every other member. `check` reads the whole archive and
compares them; nothing may be restored before that.
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

FORMAT = 2
MANIFEST = "manifest.json"
CHUNK_BYTES = 1024 * 1024
Manifest = dict[str, Any]
BytesReadCallback = Callable[[int], None]


class BadArchive(Exception):
    """The file is not a complete backup."""


class _HashingReader:
    """Computes the size and the hash of what is read through it."""

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
    def checksum(self) -> dict[str, Any]:
        return {"size": self.size, "sha256": self._hash.hexdigest()}


class Packer:
    """Writes an archive to a temporary file, and renames it when it is complete and on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary = path.with_name(f"{path.name}.part")
        self._members: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        if self._path.exists():
            raise FileExistsError(f"{self._path} already exists.")
        # The archive contains everything that members wrote: only its owner may read it.
        self._raw = os.fdopen(
            os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
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
        self._temporary.unlink(missing_ok=True)

    def add(self, name: str, content: bytes) -> None:
        """Add a member with this content."""
        self._add(name, BytesIO(content), len(content))

    def add_file(self, name: str, file: Path) -> None:
        """Add a member with the content of a file."""
        with file.open("rb") as source:
            self._add(name, source, os.fstat(source.fileno()).st_size)

    def _add(self, name: str, source: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size = size
        reader = _HashingReader(source)
        self._tar.addfile(info, reader)
        self._members[name] = reader.checksum

    def finish(self, facts: Manifest) -> Manifest:
        """Write the manifest, move the archive to its path, and return the manifest.

        Args:
            facts: What the manifest contains besides the format and the checksums.
        """
        manifest = {"format": FORMAT, **facts, "members": dict(self._members)}
        self.add(MANIFEST, json.dumps(manifest).encode())
        self._tar.close()
        self._gzip.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._temporary.rename(self._path)
        return manifest


def check(path: Path, report_read: BytesReadCallback = lambda _: None) -> Manifest:
    """Read a whole archive, compare it with its manifest, and return the manifest.

    Args:
        path: The archive.
        report_read: Called with the number of bytes of the file that were read.

    Raises:
        BadArchive: The file is damaged, incomplete, or not a backup in the current format.
    """
    checksums: dict[str, dict[str, Any]] = {}
    manifest: Any = None
    with _readable(path):
        for name, member, bytes_read in _members(path):
            reader = _HashingReader(member)
            if name == MANIFEST:
                manifest = json.loads(reader.read())
            else:
                while reader.read(CHUNK_BYTES):
                    report_read(bytes_read())
                checksums[name] = reader.checksum
    if not isinstance(manifest, dict):
        raise BadArchive(f"{path} is incomplete or not a backup: it has no manifest.")
    if manifest.get("format") != FORMAT:
        raise BadArchive(
            f"{path} has format {manifest.get('format')}; this version reads {FORMAT}."
        )
    expected = manifest["members"]
    names = {*checksums, *expected}
    damaged = sorted(name for name in names if checksums.get(name) != expected.get(name))
    if damaged:
        raise BadArchive(f"{path} is damaged: {len(damaged)} members, the first is {damaged[0]}.")
    return manifest


def members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the name and content of each member except the manifest.

    Read the content before advancing to the next member.
    """
    return ((name, member) for name, member, _ in _members(path) if name != MANIFEST)


def _members(path: Path) -> Iterator[tuple[str, IO[bytes], Callable[[], int]]]:
    with path.open("rb") as raw, gzip.GzipFile(fileobj=raw) as unzipped:
        with tarfile.open(fileobj=unzipped, mode="r|") as tar:
            for info in tar:
                content = tar.extractfile(info)
                if content is None or not _is_inside(info.name):
                    raise BadArchive(f"{path} has an unexpected member: {info.name}.")
                yield info.name, content, raw.tell
        while unzipped.read(CHUNK_BYTES):  # gzip checks its checksum at the end
            pass


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError, zlib.error, gzip.BadGzipFile) as error:
        raise BadArchive(f"{path} is incomplete, damaged, or not a backup: {error}.") from error
    except OSError as error:
        raise BadArchive(f"{path} cannot be read: {error}.") from error


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
