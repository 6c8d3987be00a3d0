"""`make deploy-test`: run, upgrade, break, back up and restore the site of compose.yaml.

Exit codes: 0 nothing was lost; 1 something was; 2 this machine has no container engine.
"""

import argparse
import functools
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from mysocial.dev.processes import free_port
from tests.containers import images
from tests.containers.engine import NoEngine, engine
from tests.containers.load import Load, Member
from tests.containers.site import Site

MEMBERS = 4
SECONDS_AFTER_A_FAULT = 8
KILLED = ("http-a", "ws-b", "worker", "beat", "redis", "mongo")


class Report:
    """Prints each step with its duration."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def step(self, name: str, action: Callable[[], object]) -> None:
        started = time.monotonic()
        outcome = action()
        seconds = time.monotonic() - started
        print(f"{name}: {seconds:.0f} s{f', {outcome}' if outcome else ''}", flush=True)

    def end(self) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        print(f"Nothing was lost. {minutes} min {seconds} s", flush=True)


class Scenario:
    """The steps, in their order."""

    def __init__(self, site: Site, report: Report) -> None:
        self.site, self.report = site, report
        self.load = Load([])

    def run(self) -> None:
        self.report.step("start", self.site.start)
        self.report.step("sign up", self._sign_up)
        self.report.step("load without a fault", lambda: self._under_load(lambda: None, allowed=0))
        self.report.step("upgrade", lambda: self._under_load(self.site.upgrade, allowed=0))
        for service in KILLED:
            # A write that a killed server was processing gets a 502. Without Redis, all get a 503.
            self.report.step(f"kill {service}", functools.partial(self._kill, service))
        self.report.step(
            "back up under load", lambda: self._under_load(self.site.backup, allowed=0)
        )
        self.report.step("back up", self.site.backup)
        self.report.step("delete everything", self.site.delete)
        self.report.step("restore", self.site.restore)
        self.report.step("start again", self.site.start)
        self.report.step("check", self._check)

    def _sign_up(self) -> None:
        members = [
            Member(self.site.url, self.site.certificate, f"member{number}")
            for number in range(MEMBERS)
        ]
        for member in members:
            member.sign_up()
        self.load = Load(members)

    def _under_load(self, action: Callable[[], object], *, allowed: int | None = None) -> str:
        with self.load.running() as result:
            action()
            time.sleep(SECONDS_AFTER_A_FAULT)
        assert allowed is None or len(result.failures) <= allowed, str(result)
        return str(result)

    def _kill(self, service: str) -> str:
        outcome = self._under_load(lambda: self.site.kill(service))
        self.site.start()
        self._check()
        return outcome

    def _check(self) -> str:
        """Check every acknowledged post, and the consistency of both servers."""
        members = []
        for member in self.load.members:
            # A new volume of the proxy has a new certificate authority.
            signed_in = Member(self.site.url, self.site.certificate, member.name)
            signed_in.sign_in()
            signed_in.posts = member.posts
            signed_in.check()
            members.append(signed_in)
        self.load = Load(members)
        self.site.manage("verify")
        return f"{sum(len(member.posts) for member in self.load.members)} posts, all there"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.containers")
    parser.add_argument(
        "--folder",
        type=Path,
        help="keep the engine and the base images in this folder, for the next run",
    )
    return parser.parse_args()


def run_in(folder: Path, report: Report) -> None:
    """Run the scenario in a folder.

    Raises:
        NoEngine: There is no container engine.
    """
    with ExitStack() as stack:
        report.step("engine", lambda: stack.enter_context(engine(folder)))
        # The containers write as several users.
        site_folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="site-")))
        site = Site(site_folder, free_port(), free_port())
        report.step("base images", lambda: images.provide(site.base_images(), folder))
        report.step("build", lambda: site.compose("build", "prepare") and "")
        try:
            Scenario(site, report).run()
        except BaseException:
            print(site.logs())
            raise
        finally:
            site.delete()


def main() -> int:
    """Run the scenario, in a temporary folder unless one is named."""
    folder: Path | None = parse_arguments().folder
    report = Report()
    try:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            run_in(folder.resolve(), report)
        else:
            with tempfile.TemporaryDirectory(prefix="containers-") as name:
                run_in(Path(name), report)
    except NoEngine as error:
        print(f"No container engine: {error}", file=sys.stderr)
        return 2
    report.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
