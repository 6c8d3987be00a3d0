"""A server with Cloudinary's upload API that records its requests."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY, SECRET = "a-key", "a-secret"


class CloudinaryState:
    """The requests to the server, its files, and how it should fail."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.failures_left = 0  # The number of requests that will fail.
        self.is_hanging = False
        self.url = ""
        self.delivery_url = "https://res.cloudinary.com/demo"
        self.server_url = ""  # Of this server.

    def response(self, path: str, fields: dict[str, bytes]) -> tuple[int, dict[str, Any]]:
        params = {name: value.decode() for name, value in fields.items() if name != "file"}
        self.requests.append({"path": path, **params, "bytes": len(fields.get("file", b""))})
        while self.is_hanging:
            time.sleep(0.01)
        if self.failures_left:
            self.failures_left -= 1
            return 500, {"error": {"message": "Out of order."}}
        name = params["public_id"]
        if path.endswith("/destroy"):
            return 200, {"result": "ok" if self.files.pop(name, None) else "not found"}
        self.files[name] = fields["file"]
        url = f"{self.delivery_url}/{name}"
        eager = [part for part in params.get("eager", "").split("|") if part]
        made = [{"secure_url": f"{self.delivery_url}/{part}/{name}"} for part in eager]
        return 200, {"secure_url": url, "public_id": name, "eager": made}


@contextmanager
def run_cloudinary() -> Iterator[CloudinaryState]:
    """Run the server on a free port until the block ends."""
    state = CloudinaryState()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            parts = message_from_bytes(head + body, policy=HTTP).iter_parts()
            fields = {
                part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
                for part in parts
            }
            code, response = state.response(self.path, fields)
            self.send_response(code)
            self.end_headers()
            self.wfile.write(json.dumps(response).encode())

        def do_GET(self) -> None:
            content = state.files.get(self.path.removeprefix("/"))
            self.send_response(404 if content is None else 200)
            self.end_headers()
            self.wfile.write(content or b"")

        log_message = staticmethod(lambda *_: None)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    prefix = f"http://127.0.0.1:{server.server_address[1]}"
    state.server_url = prefix
    state.url = f"cloudinary://{KEY}:{SECRET}@demo?upload_prefix={prefix}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.is_hanging = False
        server.shutdown()
        server.server_close()
        thread.join()
