"""What is done to a running site, each fault healed again when its function returns."""

import os
import random
import signal
import time
from collections.abc import Callable
from typing import NamedTuple

import psutil
from redis import Redis

from tests.chaos.clocks import Clock
from tests.chaos.site import FOLDERS, Site
from tests.support.stack import wait_for

WORKERS = ("worker", "worker-2")
OURS = ("web", "web-2", *WORKERS, "beat")
LITTLE_ROOM = 300_000  # bytes
FULL_FOR = 4.0  # seconds


class Fault(NamedTuple):
    """What happens to the site; `act` returns when it is over."""

    name: str
    act: Callable[[Site], None]


def kill(*names: str) -> Fault:
    """SIGKILL, all at once."""

    def act(site: Site) -> None:
        killed = {name: site.kill(name) for name in names}
        for name, pid in killed.items():
            site.is_back(name, pid)

    return Fault(f"kill -9 {', '.join(names)}", act)


def kill_child() -> Fault:
    """SIGKILL a process of the worker's pool, in which tasks run."""

    def act(site: Site) -> None:
        worker = psutil.Process(site.pids["worker"])
        children = worker.children()
        children[0].kill()
        wait_for(lambda: len(worker.children()) >= len(children), within=20, name="a new child")

    return Fault("kill -9 a pool child", act)


def kill_workers(site: Site, seconds: float) -> None:
    """Let no worker run for so long."""
    with site.unattended():
        for worker in (psutil.Process(site.pids[name]) for name in WORKERS):
            for process in (*worker.children(recursive=True), worker):
                process.kill()
        time.sleep(seconds)


def roll() -> Fault:
    """Each of our processes ends in order and is started anew, one after the other."""

    def act(site: Site) -> None:
        for name in OURS:
            site.is_back(name, site.signal(name, signal.SIGTERM))

    return Fault("rolling restart", act)


def stop(name: str, seconds: float) -> Fault:
    """SIGSTOP: it holds its connections and answers nothing."""

    def act(site: Site) -> None:
        pid = site.signal(name, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)

    return Fault(f"SIGSTOP {name} {seconds:g} s", act)


def slow(name: str, seconds: float) -> Fault:
    """It runs for a tenth of the time."""

    def act(site: Site) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pid = site.signal(name, signal.SIGSTOP)
            time.sleep(0.18)
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.02)

    return Fault(f"slow {name} {seconds:g} s", act)


def down(name: str, seconds: float) -> Fault:
    """It is killed, and can't be started before its folder is given back."""

    def act(site: Site) -> None:
        place = site.place_of(name)
        away = place.with_name("away")
        with site.unattended():
            pid = site.kill(name)
            place.rename(away)
            place.write_text("Nothing can start here.")
        time.sleep(seconds)
        place.unlink()
        away.rename(place)
        site.is_back(name, pid)

    return Fault(f"{name} down {seconds:g} s", act)


def power_cut(*names: str) -> Fault:
    """What the servers had not synced to their disks is gone.

    They stop before their disks do: who goes on for a moment may be told by a failing file system
    that it has synced what it has not (an fsync of ext4 that waits while its journal is aborted
    returns 0, one in twenty here), and answer so, which no machine without power does.
    """

    def act(site: Site) -> None:
        with site.unattended():
            for name in names:
                site.stop_still(name)
            for name in names:
                site.disks[name].cut()
            pids = {name: site.kill(name) for name in names}
            for name in names:
                site.disks[name].restore()
        for name, pid in pids.items():
            site.is_back(name, pid)

    return Fault(f"power cut of {', '.join(names)}", act)


def disk_full(name: str) -> Fault:
    """There is no room on a server's disk for a while."""

    def act(site: Site) -> None:
        pid = site.pids[name]
        site.disks[name].fill()
        time.sleep(FULL_FOR)
        site.disks[name].empty()
        if not _lives(pid):
            site.is_back(name, pid)

    return Fault(f"disk of {name} full", act)


def _lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def memory_full() -> Fault:
    """Valkey has no room for more, until it is given some."""

    def act(site: Site) -> None:
        with Redis.from_url(site.running["redis_url"]) as valkey:
            allowed = valkey.config_get("maxmemory")["maxmemory"]
            room = valkey.info("memory")["used_memory"] + LITTLE_ROOM
            valkey.config_set("maxmemory", room)
            time.sleep(FULL_FOR)
            valkey.config_set("maxmemory", allowed)

    return Fault("memory of valkey full", act)


def step_clock(clock: Clock, seconds: int) -> Fault:
    """The wall clock of all processes jumps, and back after a while."""

    def act(site: Site) -> None:
        for shift in (seconds, 0):
            clock.move(shift)
            time.sleep(FULL_FOR)

    return Fault(f"clock {seconds:+d} s, and back", act)


def everything() -> Fault:
    """SIGKILL for all there is."""

    def act(site: Site) -> None:
        with site.unattended():
            killed = {name: site.kill(name) for name in (*OURS, *FOLDERS)}
        for name, pid in killed.items():
            site.is_back(name, pid)

    return Fault("kill -9 everything", act)


def for_smoke(site: Site) -> list[Fault]:
    """A fault of each kind that takes no time."""
    faults = [
        kill("web"),
        kill("worker"),
        kill("beat"),
        kill_child(),
        kill("valkey"),
        memory_full(),
        down("mongod", 3),
    ]
    if site.disks:
        faults += [power_cut("valkey", "mongod"), disk_full("valkey")]
    return [*faults, everything()]


def for_long(site: Site, *, outage: float, seed: int) -> list[Fault]:
    """Every fault several times, in an order that `seed` gives; MongoDB away for `outage` s."""
    often = [
        *(kill(name) for name in (*OURS, *FOLDERS)),
        kill("web", "web-2"),
        kill(*WORKERS),
        kill("worker", "valkey"),
        kill_child(),
        roll(),
        memory_full(),
        everything(),
    ]
    once = [
        *(stop(name, 30) for name in ("web", "worker", "beat", *FOLDERS)),
        *(slow(name, 15) for name in FOLDERS),
        down("valkey", 10),
        down("mongod", 60),
        down("mongod", outage),
    ]
    if site.disks:
        often += [power_cut("valkey"), power_cut(*FOLDERS), disk_full("valkey")]
        once += [disk_full("mongod")]
    if site.clock:
        once += [step_clock(site.clock, shift) for shift in (-300, 300)]
    faults = [*(4 * often), *once]
    random.Random(seed).shuffle(faults)
    return [*faults, everything()]
