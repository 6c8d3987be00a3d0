"""Backups and restores that fail change nothing."""

import gzip
import re
import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from prometheus_client import generate_latest

from mysocial.core import keys
from mysocial.core.metrics import REGISTRY
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


def age_of_last_backup():
    """Return the age of the newest backup in seconds, as /metrics shows it."""
    text = generate_latest(REGISTRY).decode()
    (age,) = re.findall(r"^mysocial_last_backup_age_seconds (\S+)$", text, flags=re.MULTILINE)
    return float(age)


def test_a_folder_keeps_the_newest_backups(alice, tmp_path, capsys):
    other = tmp_path / "notes.tar.gz"
    old = [tmp_path / f"mysocial-202601{day:02}T030000Z.tar.gz" for day in (1, 2, 3)]
    for file in (other, *old):
        file.write_bytes(b"")
    call_command("backup", str(tmp_path), "--keep", "2")
    (new,) = set(tmp_path.iterdir()) - {other, *old}
    assert set(tmp_path.iterdir()) == {other, old[2], new}
    assert f"Deleted {old[1]}." in capsys.readouterr().out
    assert age_of_last_backup() < 60


def test_a_backup_that_fails_deletes_nothing(alice, tmp_path, monkeypatch):
    old = tmp_path / "mysocial-20260101T030000Z.tar.gz"
    old.write_bytes(b"")
    monkeypatch.setattr(backup, "MAX_UNFLUSHED", -1)
    assert "waiting for MongoDB" in run_failing("backup", str(tmp_path), "--keep", "1")
    assert list(tmp_path.iterdir()) == [old]
    assert client().get(keys.LAST_BACKUP) is None


@pytest.mark.parametrize(("target", "keep"), [("file.tar.gz", "1"), ("", "0"), ("", "-1")])
def test_the_number_of_backups_to_keep_needs_a_folder(alice, tmp_path, target, keep):
    assert "--keep needs a folder" in run_failing("backup", str(tmp_path / target), "--keep", keep)
    assert list(tmp_path.iterdir()) == []
