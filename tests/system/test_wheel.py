"""The wheel and the source archive: they are complete, and the wheel runs in an empty folder."""

import os
import signal
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from mysocial.dev.processes import free_port
from tests.support.servers import PASSWORD
from tests.support.stack import ROOT, wait_for

pytestmark = pytest.mark.timeout(240)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
VERSION = PROJECT["project"]["version"]
MODULES = set(PROJECT["tool"]["uv"]["build-backend"]["module-name"])
UV = Path(sys.executable).parent / "uv"


class Installation(NamedTuple):
    """An environment with the wheel, and an empty folder to run it in."""

    programs: Path
    packages: Path
    folder: Path

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in the folder."""
        return subprocess.run(
            [self.programs / command[0], *command[1:]],
            cwd=self.folder,
            env=environment(**variables),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def files(self) -> set[str]:
        """Return the installed files, without compiled modules."""
        files = (path for path in self.packages.rglob("*") if path.is_file())
        return {str(path) for path in files if path.suffix != ".pyc"}


def environment(**variables: str) -> dict[str, str]:
    """Return an environment that configures nothing but what is given."""
    kept = ("HOME", "LANG", "PATH", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | variables


def repository_files() -> set[str]:
    """Return the files of the repository that exist."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.check_output(command, cwd=ROOT, text=True).splitlines()
    return {name for name in names if (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and the source archive; return their folder."""
    folder = tmp_path_factory.mktemp("dist")
    command = [UV, "build", "--offline", "--quiet", "--out-dir", folder, "--sdist", "--wheel"]
    subprocess.run(command, cwd=ROOT, check=True)
    return folder


@pytest.fixture(scope="module")
def installation(archives: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Install the wheel; its dependencies are those of this environment."""
    root = tmp_path_factory.mktemp("installed")
    venv.create(root / "venv", with_pip=False)
    programs = root / "venv" / "bin"
    packages = Path(
        sysconfig.get_path("purelib", vars={"base": str(root / "venv"), "platbase": ""})
    )
    wheel = archives / f"mysocial-{VERSION}-py3-none-any.whl"
    install = [UV, "pip", "install", "--offline", "--quiet", "--no-deps", wheel]
    subprocess.run([*install, "--python", programs / "python"], check=True)
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    (root / "folder").mkdir()
    return Installation(programs, packages, root / "folder")


@pytest.fixture(scope="module")
def site(installation: Installation) -> Iterator[str]:
    """Run `mysocial up` in the empty folder; yield its address."""
    port = free_port()
    before = installation.files()
    log = installation.folder.parent / "up.log"
    with log.open("wb") as output:
        up = subprocess.Popen(
            [installation.programs / "mysocial", "up"],
            cwd=installation.folder,
            env=environment(PORT=str(port), FLOWER_PORT=str(free_port())),
            stdout=output,
            stderr=output,
        )

    def responds() -> bool:
        assert up.poll() is None, log.read_text()[-3000:]
        try:
            return httpx.get(f"http://127.0.0.1:{port}/health/live").is_success
        except httpx.HTTPError:
            return False

    try:
        wait_for(responds, within=120, name="the site")
        yield f"http://127.0.0.1:{port}"
        up.send_signal(signal.SIGINT)
        assert up.wait(60) == 0
    finally:
        up.kill()
        up.wait()
    assert installation.files() == before  # all data are in the current folder
    assert [path.name for path in installation.folder.iterdir()] == [".local"]


def test_the_wheel_has_every_file_of_the_apps_and_nothing_else(archives):
    with zipfile.ZipFile(archives / f"mysocial-{VERSION}-py3-none-any.whl") as wheel:
        files = {name for name in wheel.namelist() if not name.endswith("/")}
        names = {name for name in files if ".dist-info/" not in name}
        entry_points = wheel.read(f"mysocial-{VERSION}.dist-info/entry_points.txt").decode()
    expected = {name for name in repository_files() if name.partition("/")[0] in MODULES}
    assert names == expected
    assert {"mysocial/lua/write.lua", "web/static/web/app.js", "web/templates/index.html"} < names
    assert "mysocial = mysocial.__main__:main" in entry_points


def test_every_package_of_the_repository_is_in_the_wheel():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - MODULES == {"bench", "tests"}


def test_the_source_archive_has_every_file_of_the_repository(archives):
    with tarfile.open(archives / f"mysocial-{VERSION}.tar.gz") as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    assert repository_files() - names == set()


def test_the_version_is_the_same_everywhere(installation):
    ended = installation.run("mysocial", "--version")
    assert ended.returncode == 0
    assert ended.stdout.startswith(f"MySocial {VERSION}, Django ")


def test_the_installed_package_passes_the_checks(installation):
    for command in (("mysocial",), ("python", "-m", "mysocial")):
        ended = installation.run(*command, "check")
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "no issues" in ended.stdout


def test_without_a_site_a_command_names_the_program_to_start(installation):
    closed = f"redis://127.0.0.1:{free_port()}/0"  # also if the site of other tests runs
    ended = installation.run("mysocial", "verify", REDIS_URL=closed)
    assert ended.returncode == 2
    assert "run `mysocial up` in another terminal" in ended.stderr
    ended = installation.run("mysocial", "test")
    assert ended.returncode == 1
    assert ended.stderr.startswith("CommandError: The installed package has no tests")


def test_a_member_signs_up_posts_and_reads(site):
    with httpx.Client(base_url=f"{site}/api/v1/", timeout=30) as client:
        body = {"username": "grace_1", "email": "grace_1@example.com", "password": PASSWORD}
        signed = client.post("signup", json=body)
        assert signed.status_code == 201, signed.text
        client.headers["Authorization"] = f"Bearer {signed.json()['access']}"
        post = client.post("posts", json={"text": "From a wheel.", "privacy": "public"})
        assert post.status_code == 201, post.text
        feed = client.get("posts").json()["posts"]
        assert feed[0]["text"] == "From a wheel."
        assert {item["author"]["username"] for item in feed} > {"grace_1", "alice"}  # demo data


def test_pages_and_static_files_are_served(site):
    pages = {"/": "app.js", "/static/web/app.js": "import", "/admin/login/": "csrf"}
    for path, text in pages.items():
        response = httpx.get(f"{site}{path}", timeout=30)
        assert response.status_code == 200, path
        assert text in response.text


def test_the_state_of_the_site_is_found_from_its_folder(site, installation):
    ended = installation.run("mysocial", "status")
    assert f"{site.replace('127.0.0.1', 'localhost')}/api/docs" in ended.stdout
