"""A real SMTP server on this machine that keeps what it gets, and refuses or loses some of it."""

import asyncio
import ssl
from collections import Counter
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.cast import NOON


class MailSink:
    """To `bounce@…` it says 550, to `grey@…` 451 at first; at a letter to `lost@…` it hangs up after it has read it."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, password: str | None = None) -> None:
        self.letters: list[EmailMessage] = []
        self.tries: Counter[str] = Counter()
        self._tls, self._password = tls, password

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    def _session(self) -> SMTP:
        signs_in: dict[str, Any] = {}
        if self._password is not None:
            signs_in = {"authenticator": self._authenticate, "auth_required": True}
        return SMTP(
            self,
            hostname="localhost",
            tls_context=self._tls,
            require_starttls=self._tls is not None,
            **signs_in,
        )

    def _authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        is_right = isinstance(data, LoginPassword) and data.password == str(self._password).encode()
        return AuthResult(success=is_right)

    async def handle_RCPT(  # noqa: N802  # the name that aiosmtpd asks for
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries[address] += 1
        if address.startswith("bounce"):
            return "550 No such user here"
        if address.startswith("grey") and self.tries[address] == 1:
            return "451 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content, policy=policy.SMTP))  # type: ignore[arg-type]
        if envelope.rcpt_tos[0].startswith("lost"):
            server.transport.close()
        if envelope.rcpt_tos[0].startswith("spam"):
            return "554 Looks like spam"
        return "250 OK"

    def letters_to(self, address: str) -> list[EmailMessage]:
        return [one for one in self.letters if one["To"] == address]


def make_certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """The server's side of TLS for `localhost`, and the file that a client must trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOON - timedelta(days=3650))
        .not_valid_after(NOON + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "trusted.pem", folder / "private.pem"
    trusted.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted
