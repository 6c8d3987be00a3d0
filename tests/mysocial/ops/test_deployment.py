"""The Kubernetes manifests: valid, complete, locked down, and in line with compose.yaml."""

import re
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml

from tests.support.compose import compose_services
from tests.support.kustomize import build
from tests.support.stack import ROOT

FOLDER = ROOT / "deploy/kubernetes"
OVERLAYS = ("one-node", "managed")
VERSIONS = ("1.29", "1.34")
ROLES = ("http", "ws", "worker", "media", "beat", "flower", "prepare")
# Created by an operator, as described in docs/deploy.md.
SECRETS = {"mysocial-secrets", "mysocial-tls"}


@pytest.fixture(params=OVERLAYS)
def docs(request):
    return build(FOLDER / "overlays" / request.param)


def of_kind(docs, *kinds):
    """Return the objects of some kinds by name."""
    return {doc["metadata"]["name"]: doc for doc in docs if doc["kind"] in kinds}


def pods(docs):
    """Return the pod templates by the name of the object that has them."""
    workloads = of_kind(docs, "Deployment", "StatefulSet", "Job")
    return {name: workload["spec"]["template"] for name, workload in workloads.items()}


def walk(value):
    """Yield each mapping within a document."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from walk(item)


def references(docs, key):
    """Return the names in all mappings with this key."""
    mappings = [part[key] for doc in docs for part in walk(doc) if isinstance(part.get(key), dict)]
    return {mapping["name"] for mapping in mappings if "name" in mapping}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_valid(docs, version):
    for doc in docs:
        kubernetes_validate.validate(doc, version, strict=True)


def test_every_referenced_object_exists(docs):
    assert len({(doc["kind"], doc["metadata"]["name"]) for doc in docs}) == len(docs)
    assert references(docs, "configMapRef") == set(of_kind(docs, "ConfigMap"))
    assert references(docs, "secretRef") | references(docs, "secretKeyRef") == {"mysocial-secrets"}
    claims = {part["claimName"] for doc in docs for part in walk(doc) if "claimName" in part}
    assert claims == set(of_kind(docs, "PersistentVolumeClaim"))
    services = of_kind(docs, "Service")
    assert references(docs, "service") <= set(services)
    assert references(docs, "scaleTargetRef") <= set(of_kind(docs, "Deployment"))
    assert {doc["spec"]["serviceName"] for doc in of_kind(docs, "StatefulSet").values()} <= set(
        services
    )
    tls = {part["secretName"] for doc in docs for part in walk(doc) if "secretName" in part}
    text = (ROOT / "docs/deploy.md").read_text()
    assert tls | {"mysocial-secrets"} == SECRETS == {secret for secret in SECRETS if secret in text}


def test_selectors_match_pods_and_ports(docs):
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(docs).items()}
    ports = {
        name: {
            port["containerPort"]
            for container in pod["spec"]["containers"]
            for port in container.get("ports", [])
        }
        for name, pod in pods(docs).items()
    }
    for name, service in of_kind(docs, "Service").items():
        selector = service["spec"]["selector"].items()
        selected = [pod for pod, pod_labels in labels.items() if selector <= pod_labels.items()]
        assert selected == [name]
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports[name]
    kinds = ("Deployment", "StatefulSet", "PodDisruptionBudget")
    for name, doc in of_kind(docs, *kinds).items():
        assert doc["spec"]["selector"]["matchLabels"].items() <= labels[name].items()


def test_every_role_runs_the_command_of_compose(docs):
    services = compose_services()
    templates = pods(docs)
    assert set(ROLES) <= set(templates)
    for role, pod in templates.items():
        (container,) = pod["spec"]["containers"]
        assert container["image"] == services[role]["image"], role
        command = services[role]["command"]
        expected = command.split() if isinstance(command, str) else command
        assert container.get("command", container.get("args")) == expected, role
    assert of_kind(docs, "Deployment")["beat"]["spec"]["replicas"] == 1
    assert of_kind(docs, "Deployment")["beat"]["spec"]["strategy"] == {"type": "Recreate"}
    grace = {role: pods(docs)[role]["spec"]["terminationGracePeriodSeconds"] for role in ROLES[:5]}
    assert grace == {role: int(services[role]["stop_grace_period"][:-1]) for role in ROLES[:5]}


def test_every_pod_is_locked_down(docs):
    for name, pod in pods(docs).items():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in (*spec["containers"], *spec.get("initContainers", ())):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
    policies = of_kind(docs, "NetworkPolicy")
    assert policies["closed"]["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & set(policies["closed"]["spec"])
    closed_labels = policies["closed"]["spec"]["podSelector"]["matchLabels"].items()
    for name, pod in pods(docs).items():
        assert closed_labels <= pod["metadata"]["labels"].items(), name


def selected(policy, docs):
    """Return the names of the pods that a network policy selects."""
    selector = policy["spec"]["podSelector"]
    wanted = selector.get("matchLabels", {}).items()
    names = set()
    for name, pod in pods(docs).items():
        labels = pod["metadata"]["labels"]
        expressions = selector.get("matchExpressions", [])
        if wanted <= labels.items() and all(
            labels.get(part["key"]) in part["values"] for part in expressions
        ):
            names.add(name)
    return names


def test_a_pod_opens_only_the_connections_that_it_needs(docs):
    policies = of_kind(docs, "NetworkPolicy")
    egress = {name: policy for name, policy in policies.items() if policy["spec"].get("egress")}
    servers = {"servers", "managed-servers"} & set(egress)
    assert set(egress) == {"names", "internet", "smtp"} | servers
    assert len(servers) == 1
    ports = {
        name: {port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]}
        for name, policy in egress.items()
    }
    assert ports["names"] == {53}
    assert ports["internet"] == {443}
    assert ports["smtp"] == {465, 587}
    assert ports[servers.pop()] == {6379, 27017}
    assert selected(egress["internet"], docs) == {"worker", "media"}
    assert selected(egress["smtp"], docs) == {"worker"}
    for name in ("internet", "smtp"):
        (rule,) = egress[name]["spec"]["egress"]
        excluded = {block for to in rule["to"] for block in to["ipBlock"]["except"]}
        assert {"10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"} <= excluded
    for name in policies.keys() - {"web"}:
        assert selected(policies[name], docs), name


def test_every_container_and_volume_in_memory_has_a_limit(docs):
    for name, pod in pods(docs).items():
        spec = pod["spec"]
        for container in (*spec["containers"], *spec.get("initContainers", ())):
            assert container["resources"]["limits"]["memory"], name
        for volume in spec["volumes"]:
            assert volume.get("emptyDir", {"sizeLimit": "none"})["sizeLimit"], (name, volume)


def test_the_config_has_only_documented_settings(docs):
    documented = set(
        re.findall(
            r"^\| `([A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(), flags=re.MULTILINE
        )
    )
    (config,) = of_kind(docs, "ConfigMap").values()
    assert set(config["data"]) <= documented
    assert config["data"]["DEBUG"] == "0"


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl resolves kustomizations as well")
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubectl_builds_the_same_objects(overlay):
    command = ["kubectl", "kustomize", str(FOLDER / "overlays" / overlay)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    theirs = list(yaml.safe_load_all(output))
    ours = build(FOLDER / "overlays" / overlay)
    hashed = re.compile(r"^(mysocial-config)-\w+$")
    named = {(doc["kind"], hashed.sub(r"\1", doc["metadata"]["name"])) for doc in theirs}
    assert named == {(doc["kind"], doc["metadata"]["name"]) for doc in ours}
    (config,) = of_kind(theirs, "ConfigMap").values()
    assert config["data"] == of_kind(ours, "ConfigMap")["mysocial-config"]["data"]
    for kind in ("Deployment", "StatefulSet", "PersistentVolumeClaim"):
        for name, doc in of_kind(theirs, kind).items():
            assert doc["spec"].get("replicas") == of_kind(ours, kind)[name]["spec"].get("replicas")
            assert doc["spec"].get("accessModes") == of_kind(ours, kind)[name]["spec"].get(
                "accessModes"
            )
