"""A mail server that takes our e-mails over SMTP."""

import asyncio
from datetime import timedelta
from email.errors import MessageError
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from app.core.clock import Clock
from app.notifications.channels.email.letters import write_letter
from app.notifications.channels.protocol import Accepted, Letter, Outcome, Rejected, Unknown

TIMEOUT_S = 10
TIMEOUT_IN_ALL_S = 20
NOTHING_WAS_SENT = (SMTPException, OSError, TimeoutError, ValueError)
"""Before the letter itself is sent. `ValueError`: an address that no server can read."""

Tls = Literal["starttls", "tls", "none"]


class SmtpProvider:
    """Each e-mail takes a connection of its own: of a reused one we would not know what the server has read.

    The server answers that it has taken the letter. Nobody reports whether somebody got it.
    """

    name = "smtp"

    def __init__(
        self, *, host: str, port: int, username: str, password: str, tls: Tls, sender_address: str
    ) -> None:
        self._server = {
            "hostname": host,
            "port": port,
            "username": username or None,
            "password": password or None,
            "use_tls": tls == "tls",
            "start_tls": tls == "starttls",
            "timeout": TIMEOUT_S,
        }
        self._sender_address = sender_address

    async def send(
        self,
        *,
        ref: str,
        to: str,
        text: str,
        sender: str,
        valid_for: timedelta | None = None,
        letter: Letter | None = None,
    ) -> Outcome:
        try:
            message = write_letter(
                ref=ref,
                to=to,
                text=text,
                sender_name=sender,
                sender_address=self._sender_address,
                letter=letter or Letter(subject=sender),
                now=Clock().now(),
            ).as_bytes()
        except (
            ValueError,
            IndexError,
            MessageError,
        ) as error:  # as the standard library refuses a broken address
            return Rejected(code=_words(error), permanent=True)
        client = SMTP(**self._server)  # type: ignore[arg-type]  # a mapping of its named arguments
        try:
            async with asyncio.timeout(TIMEOUT_IN_ALL_S):
                return await self._hand_over(client, to, message)
        except TimeoutError as error:
            return Unknown(detail=_words(error))
        finally:
            client.close()

    async def _hand_over(self, client: SMTP, to: str, message: bytes) -> Outcome:
        try:
            await client.connect()
            await client.mail(self._sender_address)
            await client.rcpt(to)
        except (SMTPSenderRefused, SMTPRecipientRefused) as error:
            return _refusal(error)
        except NOTHING_WAS_SENT as error:
            return Rejected(code=_words(error), permanent=False)
        try:
            await client.data(message)
        except SMTPDataError as error:
            return _refusal(error)
        except (SMTPException, OSError) as error:
            return Unknown(detail=_words(error))
        return Accepted()


def _refusal(error: SMTPResponseException) -> Rejected:
    """5xx: it makes no sense to try again. 4xx: later perhaps."""
    return Rejected(code=f"{error.code} {error.message}"[:200], permanent=error.code >= 500)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
