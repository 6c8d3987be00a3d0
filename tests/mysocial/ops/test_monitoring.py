"""The Prometheus rules and the Grafana dashboard match the metrics and their documentation."""

import json
import re
import shutil
import subprocess

import pytest
import yaml
from django.conf import settings
from django.test import Client

from mysocial.core import keys
from mysocial.core.redis import client
from tests.support.compose import compose_services
from tests.support.people import new_client
from tests.support.stack import ROOT

RULES = ROOT / "deploy/prometheus/alerts.yml"
SCRAPE = ROOT / "deploy/prometheus/prometheus.yml"
BOARD = ROOT / "deploy/grafana/mysocial.json"
NAME = re.compile(r"\bmysocial_[a-z_]+\b")


@pytest.fixture
def samples(alice, settings):
    """Return the names of all samples of /metrics after some requests."""
    settings.METRICS_TOKEN = "a-token"
    alice.get("posts/nothing")
    alice.create_post("Unflushed")
    client().set(keys.LAST_BACKUP, 1)
    text = (
        new_client().get("/metrics", headers={"Authorization": "Bearer a-token"}).content.decode()
    )
    return set(re.findall(r"^(?:# TYPE )?(mysocial_[a-z_]+)", text, flags=re.MULTILINE))


def expressions():
    """Return every expression of the rules and of the dashboard."""
    rules = [
        rule["expr"]
        for group in yaml.safe_load(RULES.read_text())["groups"]
        for rule in group["rules"]
    ]
    panels = json.loads(BOARD.read_text())["panels"]
    return rules, [target["expr"] for panel in panels for target in panel["targets"]]


def test_rules_and_dashboard_use_only_existing_metrics(samples):
    rules, panels = expressions()
    used = {name for expression in (*rules, *panels) for name in NAME.findall(expression)}
    assert len(used) > 12
    assert used - samples == set()


def test_every_documented_metric_is_on_the_dashboard():
    text = (ROOT / "docs/operations.md").read_text()
    documented = set(re.findall(r"^\| `(mysocial_[a-z_]+)` \|", text, flags=re.MULTILINE))
    _, panels = expressions()
    shown = " ".join(panels)
    assert len(documented) > 12
    assert [name for name in documented if name not in shown] == []


def test_every_alarm_is_documented_and_has_a_runbook():
    text = (ROOT / "docs/operations.md").read_text()
    table = text.partition("### Alarms")[2].partition("\n## ")[0]
    documented = re.findall(r"^\| \[(\w+)\]\(runbooks\.md#(\w+)\) \|", table, flags=re.MULTILINE)
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    used = [
        (rule["alert"], rule["annotations"]["runbook_url"].removeprefix("docs/runbooks.md#"))
        for rule in group["rules"]
    ]
    assert used == documented
    headings = re.findall(r"^## (\w+)$", (ROOT / "docs/runbooks.md").read_text(), re.MULTILINE)
    assert {anchor for _, anchor in used} == {heading.lower() for heading in headings}


def test_a_replica_is_scraped_by_its_address_and_without_tls(settings):
    settings.METRICS_TOKEN, settings.SECURE_SSL_REDIRECT = "a-token", True
    client = Client()  # its own handler, because the middleware reads the setting when it is loaded
    headers = {"Host": "10.0.0.7:8000", "Authorization": "Bearer a-token"}
    assert client.get("/metrics", headers=headers).status_code == 200
    assert (
        client.get("/metrics", headers=headers | {"Authorization": "Bearer b"}).status_code == 400
    )
    assert client.get("/health/live", headers=headers).status_code == 400


def test_pods_are_scraped_as_the_servers_of_compose_are():
    (job,) = yaml.safe_load(SCRAPE.with_name("kubernetes.yml").read_text())["scrape_configs"]
    expected = yaml.safe_load(SCRAPE.read_text())["scrape_configs"][0]
    discovery = {"kubernetes_sd_configs", "relabel_configs", "dns_sd_configs"}
    assert {name: job[name] for name in job.keys() - discovery} == {
        name: expected[name] for name in expected.keys() - discovery
    }
    roles = {rule["regex"] for rule in job["relabel_configs"] if rule.get("action") == "keep"}
    assert roles == {"|".join(expected["dns_sd_configs"][0]["names"]), "8000"}


def test_the_scrape_config_matches_the_services():
    config = yaml.safe_load(SCRAPE.read_text())
    job, flower = config["scrape_configs"]
    assert config["rule_files"] == [RULES.name]
    assert new_client().get(job["metrics_path"]).status_code == 404  # without the token
    services = compose_services()
    (discovery,) = job["dns_sd_configs"]
    assert set(discovery["names"]) <= set(services)
    assert f"--port {discovery['port']}" in services["ws"]["command"]
    (discovery,) = flower["dns_sd_configs"]
    assert discovery["names"] == ["flower"]
    assert f"--port={discovery['port']}" in services["flower"]["command"]
    assert settings.METRICS_TOKEN == ""


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is in Debian's `prometheus`")
def test_promtool_accepts_rules_and_config():
    rules = subprocess.run(
        ["promtool", "check", "rules", str(RULES)], capture_output=True, text=True, check=False
    )
    assert rules.returncode == 0, rules.stderr
    # Debian's promtool does not know Kubernetes.
    checked = ["promtool", "check", "config", "--syntax-only", str(SCRAPE)]
    config = subprocess.run(checked, capture_output=True, text=True, check=False)
    assert config.returncode == 0, config.stderr


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is in Debian's `prometheus`")
def test_the_alarms_fire_when_they_should():
    tested = subprocess.run(
        ["promtool", "test", "rules", "alerts_test.yml"],
        cwd=RULES.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tested.returncode == 0, tested.stdout + tested.stderr
