"""Traces and defects: real exporters, real bytes, to receivers of the tests' own."""

import json
import os
import subprocess
import sys

import httpx
import pytest
import redis
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from websockets.sync.client import connect

from tests.support.servers import PASSWORD
from tests.support.stack import ROOT, Stack, wait_for
from tests.support.telemetry_receivers import telemetry_receiver

pytestmark = pytest.mark.timeout(180)  # a whole site is started
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"
PRINT_IMPORTS = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "mysocial.settings"
import mysocial.wsgi, mysocial.asgi, mysocial.celery
mysocial.celery.app.loader.import_default_modules()
# redis-py imports the SDK of OpenTelemetry itself if it is installed.
ours = {"mysocial.ops.opentelemetry", "mysocial.ops.sentry", "opentelemetry.exporter", "sentry_sdk"}
print(sorted(ours & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def telemetry_site():
    """Run a site with tracing and Sentry; return it with the received telemetry."""
    with telemetry_receiver() as received:
        address = f"127.0.0.1:{received.port}"
        settings = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{address}",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "SENTRY_DSN": f"http://key@{address}/7",
            "FLOWER_PASSWORD": "",
        }
        with Stack("telemetry", **settings) as stack:
            stack.start(workers=False)
            wait_for(lambda: stack.pids.get("beat"), within=30, name="the workers")
            yield stack, received


def spans(received):
    """Return all received spans, with the names of their services."""
    received_spans = []
    for path, body in received.bodies:
        if path == "/v1/traces":
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                service = {
                    attribute.key: attribute.value.string_value
                    for attribute in resource.resource.attributes
                }
                for scope in resource.scope_spans:
                    received_spans += [(service["service.name"], span) for span in scope.spans]
    return received_spans


def attributes_of(span):
    return {
        attribute.key: attribute.value.string_value or attribute.value.int_value
        for attribute in span.attributes
    }


def children(trace, parent):
    return {span.name: span for span in trace if span.parent_span_id == parent.span_id}


def sign_up(stack, name):
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    data = httpx.post(f"{stack.url}/api/v1/signup", json=body).json()
    return data["user"]["id"], data["access"]


def test_a_request_its_task_and_its_delivery_share_a_trace(telemetry_site):
    stack, received = telemetry_site
    member_id, access = sign_up(stack, "traced")
    with connect(f"ws://127.0.0.1:{stack.port}/ws", subprotocols=["mysocial", access]) as socket:
        assert json.loads(socket.recv(timeout=20))["user_id"] == member_id
        socket.send(json.dumps({"type": "subscribe", "cid": "1", "topic": "feed"}))
        assert json.loads(socket.recv(timeout=20))["type"] == "ok"
        headers = {"Authorization": f"Bearer {access}", "traceparent": PARENT}
        responses, events = {}, {}

        def complete_trace():
            # If a wake-up is pending already, the task belongs to another trace: write again.
            response = httpx.post(f"{stack.url}/api/v1/posts", json={"text": "Hi"}, headers=headers)
            responses[response.headers["X-Request-ID"]] = response
            event = json.loads(socket.recv(timeout=20))
            events[event["id"]] = event
            trace = [span for _, span in spans(received) if span.trace_id.hex() == TRACE]
            for request in (span for span in trace if span.name == "POST api/v1/posts"):
                below = children(trace, request)
                if {"posts.flush_records", "deliver post.created"} <= set(below):
                    return request, below
            return None

        request, by_name = wait_for(complete_trace, within=60, name="the trace")
    response = responses[attributes_of(request)["mysocial.request_id"]]
    cursor = response.headers["X-Event-Cursor"]
    event = events[cursor]
    assert request.parent_span_id.hex() == "b7ad6b7169203331"
    assert attributes_of(request) == {
        "mysocial.method": "POST",
        "mysocial.route": "api/v1/posts",
        "mysocial.status": 201,
        "mysocial.cursor": cursor,
        "mysocial.request_id": response.headers["X-Request-ID"],
        "mysocial.member_id": member_id,
    }
    assert attributes_of(by_name["deliver post.created"])["mysocial.event"] == event["id"] == cursor
    assert {service for service, _ in spans(received)} == {"mysocial"}
    assert "traceparent" not in json.dumps(event)


def test_an_error_is_reported_with_its_request_id_and_without_secrets(telemetry_site):
    stack, received = telemetry_site
    member_id, access = sign_up(stack, "unlucky")
    headers = {"Authorization": f"Bearer {access}", "X-Request-ID": "breaks-1"}
    post = httpx.post(f"{stack.url}/api/v1/posts", json={"text": "Hi"}, headers=headers).json()[
        "post"
    ]
    with redis.Redis.from_url(stack.running["redis_url"]) as client:
        client.hset(f"posts.post:{post['id']}", "main", b"not json")
    body = {"text": "canary-in-the-body"}
    url = f"{stack.url}/api/v1/posts/{post['id']}"
    response = httpx.patch(url, json=body, headers={**headers, "Cookie": "secret=canary-cookie"})
    assert response.status_code == 500

    def envelope():
        bodies = [body for path, body in received.bodies if path == "/api/7/envelope/"]
        return next((body for body in bodies if b"breaks-1" in body), None)

    sent = wait_for(envelope, within=20, name="the envelope")
    event = json.loads(sent.split(b"\n")[2])
    assert event["tags"] == {"request_id": "breaks-1"}
    assert event["user"] == {"id": member_id}
    (error,) = event["exception"]["values"]
    assert error["type"] == "JSONDecodeError"
    assert any(frame["function"] == "decode" for frame in error["stacktrace"]["frames"])
    for secret in (b"canary", access.encode(), post["id"].encode(), b"example.com", b"not json"):
        assert secret not in sent


def test_nothing_is_imported_unless_it_is_configured():
    unset = ("OTEL_EXPORTER_OTLP_ENDPOINT", "SENTRY_DSN")
    env = {name: value for name, value in os.environ.items() if name not in unset}
    run = subprocess.run(
        [sys.executable, "-c", PRINT_IMPORTS],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("variable", "module", "extra"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry.sdk", "tracing"),
        ("SENTRY_DSN", "sentry_sdk", "sentry"),
    ],
)
def test_a_missing_package_is_named_at_startup(variable, module, extra):
    code = f"import sys; sys.modules['{module}'] = None\n{PRINT_IMPORTS}"
    env = {**os.environ, variable: "http://key@127.0.0.1:1/1"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert f"{variable} is set, but {module}" in run.stderr
    assert f"Install the extra `{extra}`" in run.stderr
