"""Faults of a running site. Each is over when its function returns."""

import os
import random
import signal
import time
from collections.abc import Callable
from typing import NamedTuple

import psutil
from redis import Redis

from tests.chaos.clocks import Clock
from tests.chaos.site import FOLDERS, RESTART_TIMEOUT_SECONDS, Site
from tests.support.stack import wait_for

WORKERS = ("worker", "worker-2")
OUR_PROCESSES = ("web", "web-2", *WORKERS, "beat")
SPARE_BYTES = 300_000
FAULT_SECONDS = 4.0


class Fault(NamedTuple):
    """A fault; `act` causes it and returns when it is over."""

    name: str
    act: Callable[[Site], None]


def kill(*names: str) -> Fault:
    """SIGKILL processes at the same time."""

    def act(site: Site) -> None:
        killed = {name: site.kill(name) for name in names}
        for name, pid in killed.items():
            site.wait_until_restarted(name, pid)

    return Fault(f"kill -9 {', '.join(names)}", act)


def kill_child() -> Fault:
    """SIGKILL a process of the worker's pool."""

    def act(site: Site) -> None:
        def pool() -> list[psutil.Process]:
            return psutil.Process(site.pid("worker")).children()

        # A worker that has just been restarted has no children yet.
        children = wait_for(pool, within=RESTART_TIMEOUT_SECONDS, name="a child")
        children[0].kill()
        wait_for(
            lambda: set(pool()) - set(children), within=RESTART_TIMEOUT_SECONDS, name="a new child"
        )

    return Fault("kill -9 a pool child", act)


def kill_workers(site: Site, seconds: float) -> None:
    """SIGKILL all workers, and let none run for some seconds."""
    with site.supervisor_suspended():
        for worker in (psutil.Process(site.pid(name)) for name in WORKERS):
            for process in (*worker.children(recursive=True), worker):
                process.kill()
        time.sleep(seconds)


def rolling_restart() -> Fault:
    """Restart our processes one after the other, with SIGTERM."""

    def act(site: Site) -> None:
        for name in OUR_PROCESSES:
            site.wait_until_restarted(name, site.signal(name, signal.SIGTERM))

    return Fault("rolling restart", act)


def suspend(name: str, seconds: float) -> Fault:
    """SIGSTOP a process, which keeps its connections and does not respond."""

    def act(site: Site) -> None:
        pid = site.signal(name, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)

    return Fault(f"SIGSTOP {name} {seconds:g} s", act)


def slow_down(name: str, seconds: float) -> Fault:
    """Let a process run for only a tenth of the time."""

    def act(site: Site) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pid = site.signal(name, signal.SIGSTOP)
            time.sleep(0.18)
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.02)

    return Fault(f"slow {name} {seconds:g} s", act)


def make_unavailable(name: str, seconds: float) -> Fault:
    """Kill a server and hide its data folder, so that it cannot start again."""

    def act(site: Site) -> None:
        folder = site.data_folder(name)
        away = folder.with_name("away")
        with site.supervisor_suspended():
            pid = site.kill(name)
            folder.rename(away)
            folder.write_text("Nothing can start here.")
        time.sleep(seconds)
        folder.unlink()
        away.rename(folder)
        site.wait_until_restarted(name, pid)

    return Fault(f"{name} down {seconds:g} s", act)


def power_cut(*names: str) -> Fault:
    """Cut the power of servers: they lose what they had not synced.

    The servers are suspended before their disks fail. Otherwise a failing file system may report a
    sync that did not happen (an ext4 fsync that waits while its journal is aborted returns 0, one
    in twenty here), and the server acknowledges it. No machine without power does that.
    """

    def act(site: Site) -> None:
        with site.supervisor_suspended():
            for name in names:
                site.suspend(name)
            for name in names:
                site.disks[name].cut_power()
            pids = {name: site.kill(name) for name in names}
            for name in names:
                site.disks[name].restore_power()
        for name, pid in pids.items():
            site.wait_until_restarted(name, pid)

    return Fault(f"power cut of {', '.join(names)}", act)


def disk_full(name: str) -> Fault:
    """Fill a server's disk for a while."""

    def act(site: Site) -> None:
        pid = site.pid(name)
        site.disks[name].fill()
        time.sleep(FAULT_SECONDS)
        site.disks[name].free_space()
        if not is_running(pid):
            site.wait_until_restarted(name, pid)

    return Fault(f"disk of {name} full", act)


def is_running(pid: int) -> bool:
    """Return whether a process has not ended, as a child that nobody waits for does."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def memory_full() -> Fault:
    """Limit Valkey's memory to what it uses, for a while."""

    def act(site: Site) -> None:
        with Redis.from_url(site.running["redis_url"]) as valkey:
            allowed = valkey.config_get("maxmemory")["maxmemory"]
            room = valkey.info("memory")["used_memory"] + SPARE_BYTES
            valkey.config_set("maxmemory", room)
            time.sleep(FAULT_SECONDS)
            valkey.config_set("maxmemory", allowed)

    return Fault("memory of valkey full", act)


def step_clock(clock: Clock, seconds: int) -> Fault:
    """Move the wall clock of all processes, and back after a while."""

    def act(site: Site) -> None:
        for shift in (seconds, 0):
            clock.set_offset(shift)
            time.sleep(FAULT_SECONDS)

    return Fault(f"clock {seconds:+d} s, and back", act)


def kill_everything() -> Fault:
    """SIGKILL all processes."""

    def act(site: Site) -> None:
        with site.supervisor_suspended():
            killed = {name: site.kill(name) for name in (*OUR_PROCESSES, *FOLDERS)}
        for name, pid in killed.items():
            site.wait_until_restarted(name, pid)

    return Fault("kill -9 everything", act)


def smoke_faults(site: Site) -> list[Fault]:
    """Return a short fault of each kind."""
    faults = [
        kill("web"),
        kill("worker"),
        kill("beat"),
        kill_child(),
        kill("valkey"),
        memory_full(),
        make_unavailable("mongod", 3),
    ]
    if site.disks:
        faults += [power_cut("valkey", "mongod"), disk_full("valkey")]
    return [*faults, kill_everything()]


def all_faults(site: Site, *, outage: float, seed: int) -> list[Fault]:
    """Return all faults, most of them repeatedly, in an order that depends on `seed`.

    MongoDB is unavailable for `outage` seconds once.
    """
    often = [
        *(kill(name) for name in (*OUR_PROCESSES, *FOLDERS)),
        kill("web", "web-2"),
        kill(*WORKERS),
        kill("worker", "valkey"),
        kill_child(),
        rolling_restart(),
        memory_full(),
        kill_everything(),
    ]
    once = [
        *(suspend(name, 30) for name in ("web", "worker", "beat", *FOLDERS)),
        *(slow_down(name, 15) for name in FOLDERS),
        make_unavailable("valkey", 10),
        make_unavailable("mongod", 60),
        make_unavailable("mongod", outage),
    ]
    if site.disks:
        often += [power_cut("valkey"), power_cut(*FOLDERS), disk_full("valkey")]
        once += [disk_full("mongod")]
    if site.clock:
        once += [step_clock(site.clock, shift) for shift in (-300, 300)]
    faults = [*(4 * often), *once]
    random.Random(seed).shuffle(faults)
    return [*faults, kill_everything()]
