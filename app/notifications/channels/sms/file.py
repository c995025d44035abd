"""For development: writes every SMS as a line of a file."""

from datetime import timedelta

from app.core.clock import Clock
from app.notifications.channels.lines import append_line
from app.notifications.channels.protocol import Letter, Outcome
from app.notifications.channels.sms.segments import count_segments


class FileProvider:
    """Appends JSON lines: see `append_line`."""

    name = "file"

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
        line = {
            "at": Clock().now(),
            "to": to,
            "sender": sender,
            "text": text,
            "segments": count_segments(text).parts,
            "ref": ref,
        }
        return await append_line(self._path, line)
