"""Backups and restores that fail change nothing."""

import gzip
import threading
from pathlib import Path

import pytest

from mysocial.core.redis import client
from mysocial.ops import backup, backup_archive
from mysocial.ops.consistency import verify
from mysocial.persistence import dirty
from tests.support.backups import create_backup, empty_servers, run_failing, server_contents


def test_restore_does_not_change_a_stack_that_is_not_empty(alice, tmp_path):
    alice.create_post()
    create_backup(tmp_path / "b")
    before = server_contents()
    assert "Nothing was changed. MongoDB has documents" in run_failing(
        "restore", str(tmp_path / "b")
    )
    assert server_contents() == before


def test_restore_does_not_change_a_redis_that_is_not_empty(alice, tmp_path):
    create_backup(tmp_path / "b")
    empty_servers()
    client().hset("posts.post:abc", "v", "1")
    before = server_contents()
    assert "Redis has posts.post:abc" in run_failing("restore", str(tmp_path / "b"))
    assert server_contents() == before


def damage(file: Path, how: str) -> None:
    """Damage an archive in one of several ways."""
    whole = file.read_bytes()
    if how == "truncated":
        file.write_bytes(whole[: len(whole) // 2])
    elif how == "without its end":
        file.write_bytes(whole[:-4])
    elif how == "one byte differs":
        middle = len(whole) // 2
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    elif how == "one byte differs inside":
        plain = bytearray(gzip.decompress(whole))
        position = plain.index(b"A text to look for")
        plain[position] ^= 1
        file.write_bytes(gzip.compress(bytes(plain)))
    elif how == "empty":
        file.write_bytes(b"")
    else:
        file.write_text("not a backup")


@pytest.mark.parametrize(
    "how",
    [
        "truncated",
        "without its end",
        "one byte differs",
        "one byte differs inside",
        "empty",
        "text",
    ],
)
def test_a_damaged_archive_changes_nothing(alice, tmp_path, how):
    alice.create_post("A text to look for")
    create_backup(tmp_path / "b")
    empty_servers()
    damage(tmp_path / "b", how)
    before = server_contents()
    assert run_failing("restore", str(tmp_path / "b")).startswith("Nothing was changed.")
    assert server_contents() == before


def test_an_archive_of_another_format_is_rejected(alice, tmp_path, monkeypatch):
    monkeypatch.setattr(backup_archive, "FORMAT", 3)
    create_backup(tmp_path / "b")
    monkeypatch.undo()
    empty_servers()
    assert "has format 3; this version reads 2" in run_failing("restore", str(tmp_path / "b"))


def test_no_file_is_overwritten_and_only_the_owner_may_read_a_backup(alice, tmp_path):
    create_backup(tmp_path / "b")
    first = (tmp_path / "b").read_bytes()
    assert "already exists" in run_failing("backup", str(tmp_path / "b"))
    assert (tmp_path / "b").read_bytes() == first
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["b"]


def test_nothing_is_marked_as_flushed_during_a_snapshot_and_a_freeze_expires(alice, flush_all):
    alice.create_post()
    assert backup.BACKUP({"step": "freeze", "token": "dead", "ttl_ms": 60_000}) == 1
    assert backup.BACKUP({"step": "freeze", "token": "other", "ttl_ms": 60_000}) == 0
    assert flush_all() == 0
    assert sum(backlog.count for backlog in dirty.get_backlogs().values()) > 0
    assert backup.BACKUP({"step": "unfreeze", "token": "other"}) == 0
    assert 0 < client().pttl("freeze") <= 60_000
    client().pexpire("freeze", 1)  # instead of a wait until it expires
    threading.Event().wait(0.1)
    copy = {"step": "copy", "token": "dead", "max_records": 10, "queues": dirty.queue_names()}
    assert backup.BACKUP(copy) == [b"not_frozen"]
    assert flush_all() > 0
    assert verify(pause=0) == set()


def test_a_concurrent_backup_is_rejected_and_leaves_no_file(alice, tmp_path):
    client().set("freeze", "another", px=60_000)
    assert "Another backup is in progress." in run_failing("backup", str(tmp_path / "b"))
    assert list(tmp_path.iterdir()) == []
    assert client().get("freeze") == b"another"


def test_a_backup_with_too_many_unflushed_records_is_rejected(alice, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "MAX_UNFLUSHED", 0)
    client().set("lease:posts", "1", px=60_000)
    alice.create_post()
    assert "waiting for MongoDB" in run_failing("backup", str(tmp_path / "b"))
    assert list(tmp_path.iterdir()) == []
    assert client().exists("freeze") == 0
