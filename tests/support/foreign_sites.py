"""Sites of others, on this machine: each connection is answered by a function of the test."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Respond = Callable[[socket.socket, bytes], Any]


class Certificates(NamedTuple):
    """The certificate of an authority, and one for a name that it has signed, with its key."""

    authority: Path
    chain: Path


def response(body: bytes = b"", *, status: str = "200 OK", **headers: str) -> bytes:
    """Return a response; underscores in the names of headers become dashes."""
    fields = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


class Site:
    """A server on loopback; `requests` are those that it received."""

    def __init__(self, respond: Respond | bytes, context: ssl.SSLContext | None) -> None:
        self._respond, self._context = respond, context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, plain: socket.socket) -> None:
        with suppress(OSError), plain:
            connection = self._context.wrap_socket(plain, True) if self._context else plain
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    chunk = connection.recv(65536)
                    if not chunk:
                        return
                    request += chunk
                self.requests.append(request)
                if isinstance(self._respond, bytes):
                    connection.sendall(self._respond)
                else:
                    self._respond(connection, request)

    def close(self) -> None:
        self._listener.close()


@contextmanager
def foreign_site(
    respond: Respond | bytes, *, certificates: Certificates | None = None
) -> Iterator[Site]:
    """Run a site during the block; with certificates, over TLS."""
    context = None
    if certificates:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.chain)
    site = Site(respond, context)
    try:
        yield site
    finally:
        site.close()


def make_certificates(folder: Path, *names: str) -> Certificates:
    """Create an authority, and a certificate for names or addresses, in a folder."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), None
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    authority = _certificate(issuer, issuer, authority_key, authority_key, is_authority=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    leaf = _certificate(subject, issuer, key, authority_key, names=names)
    pem = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "chain.pem").write_bytes(private + leaf.public_bytes(pem))
    return Certificates(folder / "authority.pem", folder / "chain.pem")


def _certificate(
    subject: Any,
    issuer: Any,
    key: Any,
    issuer_key: Any,
    *,
    names: Any = (),
    is_authority: Any = False,
) -> x509.Certificate:
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName(list(map(_general_name, names))), critical=False
        )
    return builder.sign(issuer_key, hashes.SHA256())


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
