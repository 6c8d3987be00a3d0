"""Losses of data: a server comes back empty, or with older data, while the site runs.

Redis is lost while the members rest and everything is flushed, so that nothing may be lost. MongoDB
is lost while they write. It is emptied before Redis is lost for the first time: until then, Redis
has everything, as it evicts nothing in these runs.
"""

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from redis import Redis
from redis.exceptions import RedisError

from mysocial.core import keys, watermark
from tests.chaos.backlog_gauge import DIRTY_KEYS
from tests.chaos.faults import Fault, is_running
from tests.chaos.site import Site
from tests.support.stack import ROOT, wait_for

FILES = {"valkey": "appendonlydir", "mongod": "data"}  # in the folder of each server
AGE_SECONDS = 3.0  # of the older data
RECOVERY_TIMEOUT_SECONDS = 90.0
DATABASE = "mysocial"


def _copy(site: Site, server: str) -> Path:
    """Return a copy of the files of a server as they are at one moment."""
    copy = site.folder / f"older-{server}"
    shutil.rmtree(copy, ignore_errors=True)
    site.suspend(server)
    try:
        shutil.copytree(site.data_folder(server) / FILES[server], copy)
    finally:
        site.signal(server, signal.SIGCONT)
    return copy


def _replace(site: Site, server: str, copy: Path | None = None) -> None:
    """Kill a server, and let it start with the copied files, or with none."""
    files = site.data_folder(server) / FILES[server]
    with site.supervisor_suspended():
        pid = site.kill(server)
        wait_for(lambda: not is_running(pid), within=RECOVERY_TIMEOUT_SECONDS, name="killed")
        shutil.rmtree(files)
        if copy:
            shutil.copytree(copy, files)
    site.wait_until_restarted(server, pid)


def _wait_until_flushed(site: Site) -> None:
    with Redis.from_url(site.running["redis_url"]) as valkey:
        wait_for(
            lambda: not any(valkey.zcard(key) for key in DIRTY_KEYS),
            within=RECOVERY_TIMEOUT_SECONDS,
            name="flushed",
        )


def _agrees(site: Site) -> bool:
    """Return whether both servers have the same mark, and the workers have finished."""
    names = (keys.EPOCH, keys.FLUSHED_CLOCK, keys.CLOCK, keys.MONGODB_IS_OLDER, keys.RECOUNT)
    try:
        with Redis.from_url(site.running["redis_url"], socket_timeout=2) as valkey:
            epoch, flushed_clock, clock, is_older, must_recount = valkey.mget(names)
    except RedisError:
        return False
    with MongoClient[dict[str, Any]](site.running["mongo_url"]) as client:
        mark = client[DATABASE][watermark.COLLECTION].find_one({"_id": watermark.MARK_ID})
    return bool(
        mark
        and epoch
        and mark["epoch"] == epoch.decode()
        and int(flushed_clock or 0) <= mark["clock"] <= int(clock or 0)
        and not is_older
        and not must_recount
    )


def _wait_until_recovered(site: Site) -> None:
    wait_for(partial(_agrees, site), within=RECOVERY_TIMEOUT_SECONDS, name="recovered")


def _lose_redis(site: Site, lose: Callable[[], Any]) -> None:
    """Let Valkey lose data that MongoDB has, and return when it has been recovered."""
    with site.writers_at_rest():
        _wait_until_flushed(site)
        lose()
        site.epochs_begun += 1
    _wait_until_recovered(site)


def older_redis() -> Fault:
    """Let Valkey come back with files of some seconds ago."""

    def act(site: Site) -> None:
        copy = _copy(site, "valkey")
        time.sleep(AGE_SECONDS)
        _lose_redis(site, lambda: _replace(site, "valkey", copy))

    return Fault("older Valkey", act)


def emptied_redis() -> Fault:
    """Let Valkey come back without files."""
    return Fault("emptied Valkey", lambda site: _lose_redis(site, lambda: _replace(site, "valkey")))


def flushed_redis() -> Fault:
    """Delete all keys of Valkey while it runs."""

    def act(site: Site) -> None:
        with Redis.from_url(site.running["redis_url"]) as valkey:
            _lose_redis(site, valkey.flushall)

    return Fault("FLUSHALL in Valkey", act)


def older_mongodb() -> Fault:
    """Let mongod come back with files of some seconds ago, under writes."""

    def act(site: Site) -> None:
        copy = _copy(site, "mongod")
        time.sleep(AGE_SECONDS)
        _replace(site, "mongod", copy)
        _wait_until_recovered(site)

    return Fault("older mongod", act)


def emptied_mongodb() -> Fault:
    """Drop the database under writes, and prepare it again."""

    def act(site: Site) -> None:
        with MongoClient[dict[str, Any]](site.running["mongo_url"]) as client:
            client.drop_database(DATABASE)
        command = [sys.executable, "manage.py", "prepare"]
        subprocess.run(command, cwd=ROOT, env=site.environment, check=True, capture_output=True)
        _wait_until_recovered(site)

    return Fault("emptied mongod", act)


def all_losses(seed: int) -> list[Fault]:
    """Return each loss twice, most of them in an order that depends on `seed`."""
    losses = 2 * [older_redis(), emptied_redis(), flushed_redis(), older_mongodb()]
    random.Random(seed).shuffle(losses)
    return [emptied_mongodb(), emptied_mongodb(), *losses]
