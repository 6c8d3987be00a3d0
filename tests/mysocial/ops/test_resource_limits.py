"""The limits and images of compose.yaml, the Dockerfile, the systemd units and Kubernetes."""

import configparser
import re
import tomllib

import pytest

from tests.support.compose import compose_services
from tests.support.kustomize import build
from tests.support.stack import ROOT

SERVICES = compose_services()
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
GIB = 2**30
EXACT = re.compile(r"[\w./-]+:\d+\.\d+\.\d+[\w.-]*")
MEMORY = re.compile(r"(\d+)([MG])i?", re.IGNORECASE)


def in_bytes(text):
    number, unit = MEMORY.fullmatch(text).groups()
    return int(number) * {"M": 2**20, "G": GIB}[unit.upper()]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_limits_and_no_more_than_it_needs(name):
    service = SERVICES[name]
    assert 0 < in_bytes(service["mem_limit"]) <= 2 * GIB
    assert 0 < service["pids_limit"] <= 2048
    files = service["ulimits"]["nofile"]
    assert files["soft"] == files["hard"] == 16384
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_redis_may_use_twice_its_maximum_memory():
    command = SERVICES["redis"]["command"]
    maximum = in_bytes(command[command.index("--maxmemory") + 1].removesuffix("b"))
    assert in_bytes(SERVICES["redis"]["mem_limit"]) >= 2 * maximum
    assert int(SERVICES["http"]["environment"]["REDIS_MEMORY_MB"]) * 2**20 == maximum


def test_every_image_has_an_exact_version():
    images = {service["image"] for service in SERVICES.values()}
    for overlay in ("one-node", "managed"):
        for doc in build(ROOT / "deploy/kubernetes/overlays" / overlay):
            pod = doc.get("spec", {}).get("template", {}).get("spec", {})
            containers = (*pod.get("containers", ()), *pod.get("initContainers", ()))
            images |= {container["image"] for container in containers}
    dockerfile = (ROOT / "Dockerfile").read_text()
    images |= set(re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", dockerfile, flags=re.MULTILINE))
    assert [image for image in images if not EXACT.fullmatch(image)] == []
    assert set(re.findall(r"^FROM (\S+)", dockerfile, flags=re.MULTILINE)) == {"${PYTHON_IMAGE}"}
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"mysocial:{version}" in images


def test_the_image_is_built_with_an_exact_version_of_uv():
    assert re.search(r"pip install \S+ uv==\d+\.\d+\.\d+$", (ROOT / "Dockerfile").read_text(), re.M)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_every_unit_has_limits(unit):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(unit.read_text())
    service = parser["Service"]
    assert int(service["LimitNOFILE"]) == 16384
    assert 0 < in_bytes(service["MemoryMax"]) <= 2 * GIB
    assert 0 < int(service["TasksMax"]) <= 2048
    assert service["CapabilityBoundingSet"] == ""


def test_a_limit_is_the_same_in_compose_systemd_and_kubernetes():
    docs = build(ROOT / "deploy/kubernetes/overlays/one-node")
    pods = {
        doc["metadata"]["name"]: doc["spec"]["template"]["spec"]
        for doc in docs
        if doc["kind"] in {"Deployment", "StatefulSet", "Job"}
    }
    for role, spec in pods.items():
        (container,) = spec["containers"]
        limit = in_bytes(container["resources"]["limits"]["memory"])
        assert limit == in_bytes(SERVICES[role]["mem_limit"]), role
        unit = ROOT / f"deploy/systemd/mysocial-{role}.service"
        if unit.exists():
            assert f"MemoryMax={limit // 2**20}M" in unit.read_text().replace("1G", "1024M"), role
