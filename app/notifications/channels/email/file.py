"""For development: writes every e-mail as a line of a file."""

from datetime import timedelta

from app.core.clock import Clock
from app.notifications.channels.lines import append_line
from app.notifications.channels.protocol import Letter, Outcome


class EmailFile:
    """Appends JSON lines, as the provider of SMS does."""

    name = "email-file"

    def __init__(self, path: str) -> None:
        self._path = path

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
        said = letter or Letter(subject=sender)
        line = {
            "at": Clock().now(),
            "to": to,
            "sender": sender,
            "subject": said.subject,
            "text": text,
            "html": said.html,
            "is_refusable": said.is_refusable,
            "stop_link": said.stop_link,
            "ref": ref,
        }
        return await append_line(self._path, line)
