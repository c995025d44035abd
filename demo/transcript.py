"""What the demo prints: step, who, what was sent and received, when."""

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.core.money import format_rub
from app.notifications.providers.segments import count_segments
from demo.phones import Sms

MOSCOW = ZoneInfo("Europe/Moscow")


class PromiseBroken(Exception):
    """A step did not come out as promised."""


class Transcript:
    """Prints as it goes and remembers what was promised and not kept."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def step(self, code: str, title: str) -> None:
        print(f"\n{code}  {title}\n{'-' * 88}", flush=True)

    def says(self, who: str, what: str) -> None:
        print(f"{time.monotonic() - self._started:7.1f} s  {who:<22} {what}", flush=True)

    def sms(self, sms: Sms) -> None:
        parts = count_segments(sms.text).parts
        plural = "" if parts == 1 else "s"
        self.says(f"SMS {sms.to}", f"«{sms.text}» ({len(sms.text)} characters, {parts} segment{plural})")

    def promise(self, holds: bool, what: str) -> None:
        """
        Raises:
            PromiseBroken: it does not hold.
        """
        if not holds:
            raise PromiseBroken(what)
        self.says("", f"✓ {what}")


def local(moment: str | datetime) -> str:
    """`02.03 14:30`, Moscow."""
    value = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return value.astimezone(MOSCOW).strftime("%d.%m %H:%M")


def roubles(amount_kop: Any) -> str:
    return format_rub(int(amount_kop), "ru")
