"""A real SMTP server on loopback, which accepts, refuses, delays or drops as a test asks."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mysocial.dev.processes import free_port

USER, SMTP_PASSWORD = "mail-user", "mail pass/word#1"


class Mailbox:
    """What the server received, and how it answers."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.connections = 0
        self.replies: dict[str, list[str]] = {}  # by command, in order; then it accepts
        self.drops: set[str] = set()  # the commands at which it closes the connection
        self.delay_seconds = 0.0

    async def handle_EHLO(  # noqa: N802 - of aiosmtpd
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802 - of aiosmtpd
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._reply(server, "MAIL")

    async def handle_RCPT(  # noqa: N802 - of aiosmtpd
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        reply = await self._reply(server, "RCPT")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - of aiosmtpd
        reply = await self._reply(server, "DATA")
        if reply.startswith("250"):
            self.received.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return reply

    async def _reply(self, server: Any, command: str) -> str:
        if command in self.drops:
            server.transport.close()
        await asyncio.sleep(self.delay_seconds)
        replies = self.replies.get(command)
        return replies.pop(0) if replies else "250 OK"


def _authenticate(
    server: Any, session: Any, envelope: Any, mechanism: str, data: Any
) -> AuthResult:
    is_known = isinstance(data, LoginPassword) and data == LoginPassword(
        USER.encode(), SMTP_PASSWORD.encode()
    )
    return AuthResult(success=is_known, handled=False)


@contextmanager
def smtp_server(
    *, certificate: Path | None = None, implicit_tls: bool = False, needs_login: bool = False
) -> Iterator[tuple[Mailbox, int]]:
    """Run an SMTP server; yield its mailbox and its port.

    Args:
        certificate: A PEM file with a certificate and its key. With it, the server requires
            STARTTLS.
        implicit_tls: Whether it expects TLS from the first byte instead.
        needs_login: Whether it accepts e-mail only after a sign-in.
    """
    mailbox, port = Mailbox(), free_port()
    tls = None
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
    options: dict[str, Any] = {}
    if needs_login:
        options |= {
            "authenticator": _authenticate,
            "auth_required": True,
            "auth_require_tls": bool(tls) and not implicit_tls,
        }
    if tls and implicit_tls:
        options["ssl_context"] = tls
    elif tls:
        options |= {"tls_context": tls, "require_starttls": True}
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()


def create_certificate(folder: Path) -> Path:
    """Create a self-signed certificate for `localhost` with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
