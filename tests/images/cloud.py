"""A server that speaks Cloudinary's upload API, and notes what it is told."""

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


class Cloud:
    """What was asked of the server, and what it has."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.broken = 0  # so many requests fail
        self.hangs = False
        self.url = ""
        self.shown_at = "https://res.cloudinary.com/demo"
        self.place = ""  # of this server

    def answer(self, path: str, fields: dict[str, bytes]) -> tuple[int, dict[str, Any]]:
        said = {name: value.decode() for name, value in fields.items() if name != "file"}
        self.asked.append({"path": path, **said, "bytes": len(fields.get("file", b""))})
        while self.hangs:
            time.sleep(0.01)
        if self.broken:
            self.broken -= 1
            return 500, {"error": {"message": "Out of order."}}
        name = said["public_id"]
        if path.endswith("/destroy"):
            return 200, {"result": "ok" if self.files.pop(name, None) else "not found"}
        self.files[name] = fields["file"]
        return 200, {"secure_url": f"{self.shown_at}/{name}", "public_id": name}


@contextmanager
def cloud() -> Iterator[Cloud]:
    """Run the server on a free port of this machine."""
    state = Cloud()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            parts = message_from_bytes(head + body, policy=HTTP).iter_parts()
            fields = {
                part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
                for part in parts
            }
            code, answer = state.answer(self.path, fields)
            self.send_response(code)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def do_GET(self) -> None:
            content = state.files.get(self.path.removeprefix("/"))
            self.send_response(404 if content is None else 200)
            self.end_headers()
            self.wfile.write(content or b"")

        log_message = staticmethod(lambda *_: None)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    prefix = f"http://127.0.0.1:{server.server_address[1]}"
    state.place = prefix
    state.url = f"cloudinary://{KEY}:{SECRET}@demo?upload_prefix={prefix}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.hangs = False
        server.shutdown()
        server.server_close()
        thread.join()
