"""The manifests of Kubernetes: whole, valid, closed, and what compose.yaml runs."""

import re
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml

from tests.support.kustomize import build
from tests.support.stack import ROOT

FOLDER = ROOT / "deploy/kubernetes"
OVERLAYS = ("one-node", "managed")
VERSIONS = ("1.29", "1.34")
ROLES = ("http", "ws", "worker", "beat", "flower", "prepare")
# What an operator makes, as docs/deploy.md says.
SECRETS = {"mysocial-secrets", "mysocial-tls"}


@pytest.fixture(params=OVERLAYS)
def docs(request):
    return build(FOLDER / "overlays" / request.param)


def of_kind(docs, *kinds):
    return {one["metadata"]["name"]: one for one in docs if one["kind"] in kinds}


def pods(docs):
    found = of_kind(docs, "Deployment", "StatefulSet", "Job")
    return {name: one["spec"]["template"] for name, one in found.items()}


def walk(value):
    """Yield each mapping within a document."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from walk(one)


def references(docs, key):
    """Return the names that stand under a key anywhere."""
    found = [part[key] for doc in docs for part in walk(doc) if isinstance(part.get(key), dict)]
    return {one["name"] for one in found if "name" in one}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_valid(docs, version):
    for one in docs:
        kubernetes_validate.validate(one, version, strict=True)


def test_every_referenced_object_exists(docs):
    assert len({(one["kind"], one["metadata"]["name"]) for one in docs}) == len(docs)
    assert references(docs, "configMapRef") == set(of_kind(docs, "ConfigMap"))
    assert references(docs, "secretRef") | references(docs, "secretKeyRef") == {"mysocial-secrets"}
    claims = {part["claimName"] for doc in docs for part in walk(doc) if "claimName" in part}
    assert claims == set(of_kind(docs, "PersistentVolumeClaim"))
    services = of_kind(docs, "Service")
    assert references(docs, "service") <= set(services)
    assert references(docs, "scaleTargetRef") <= set(of_kind(docs, "Deployment"))
    assert {one["spec"]["serviceName"] for one in of_kind(docs, "StatefulSet").values()} <= set(
        services
    )
    tls = {one["secretName"] for doc in docs for one in walk(doc) if "secretName" in one}
    text = (ROOT / "docs/deploy.md").read_text()
    assert tls | {"mysocial-secrets"} == SECRETS == {one for one in SECRETS if one in text}


def test_selectors_match_pods_and_ports(docs):
    labels = {name: one["metadata"]["labels"] for name, one in pods(docs).items()}
    ports = {
        name: {
            port["containerPort"] for c in one["spec"]["containers"] for port in c.get("ports", [])
        }
        for name, one in pods(docs).items()
    }
    for name, one in of_kind(docs, "Service").items():
        chosen = [
            pod for pod, has in labels.items() if one["spec"]["selector"].items() <= has.items()
        ]
        assert chosen == [name]
        assert {port["targetPort"] for port in one["spec"]["ports"]} <= ports[name]
    kinds = ("Deployment", "StatefulSet", "PodDisruptionBudget")
    for name, one in of_kind(docs, *kinds).items():
        assert one["spec"]["selector"]["matchLabels"].items() <= labels[name].items()


def test_every_role_runs_the_command_of_compose(docs):
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    there = pods(docs)
    assert set(ROLES) <= set(there)
    for role, pod in there.items():
        (container,) = pod["spec"]["containers"]
        assert container["image"] == services[role]["image"], role
        command = services[role]["command"]
        theirs = command.split() if isinstance(command, str) else command
        assert container.get("command", container.get("args")) == theirs, role
    assert of_kind(docs, "Deployment")["beat"]["spec"]["replicas"] == 1
    assert of_kind(docs, "Deployment")["beat"]["spec"]["strategy"] == {"type": "Recreate"}
    grace = {role: pods(docs)[role]["spec"]["terminationGracePeriodSeconds"] for role in ROLES[:4]}
    assert grace == {role: int(services[role]["stop_grace_period"][:-1]) for role in ROLES[:4]}


def test_every_pod_is_locked_down(docs):
    for name, pod in pods(docs).items():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for one in (*spec["containers"], *spec.get("initContainers", ())):
            assert one["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
    policies = of_kind(docs, "NetworkPolicy")
    assert "ingress" not in policies["closed"]["spec"]
    everybody = policies["closed"]["spec"]["podSelector"]["matchLabels"].items()
    for name, pod in pods(docs).items():
        assert everybody <= pod["metadata"]["labels"].items(), name


def test_the_config_has_only_documented_settings(docs):
    told = set(
        re.findall(
            r"^\| `([A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(), flags=re.MULTILINE
        )
    )
    (config,) = of_kind(docs, "ConfigMap").values()
    assert set(config["data"]) <= told
    assert config["data"]["DEBUG"] == "0"


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl resolves kustomizations as well")
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubectl_builds_the_same_objects(overlay):
    command = ["kubectl", "kustomize", str(FOLDER / "overlays" / overlay)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    theirs = list(yaml.safe_load_all(said))
    ours = build(FOLDER / "overlays" / overlay)
    hashed = re.compile(r"^(mysocial-config)-\w+$")
    named = {(one["kind"], hashed.sub(r"\1", one["metadata"]["name"])) for one in theirs}
    assert named == {(one["kind"], one["metadata"]["name"]) for one in ours}
    (config,) = of_kind(theirs, "ConfigMap").values()
    assert config["data"] == of_kind(ours, "ConfigMap")["mysocial-config"]["data"]
    for kind in ("Deployment", "StatefulSet", "PersistentVolumeClaim"):
        for name, one in of_kind(theirs, kind).items():
            assert one["spec"].get("replicas") == of_kind(ours, kind)[name]["spec"].get("replicas")
            assert one["spec"].get("accessModes") == of_kind(ours, kind)[name]["spec"].get(
                "accessModes"
            )
