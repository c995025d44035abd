"""Prints the steps of the demo: who did what, which SMS came, and when."""

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.core.money import format_rub
from app.notifications.channels.sms.segments import count_segments
from demo.phones import Sms

MOSCOW = ZoneInfo("Europe/Moscow")


class PromiseBroken(Exception):
    """A step did not do what the product promises."""


class Transcript:
    """Prints each line as it happens, and stops the demo at the first broken promise."""

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
        """Print that a promise is kept.

        Raises:
            PromiseBroken: it is not kept.
        """
        if not holds:
            raise PromiseBroken(what)
        self.says("", f"✓ {what}")


def local(moment: str | datetime) -> str:
    """Moscow time as `02.03 14:30`."""
    value = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return value.astimezone(MOSCOW).strftime("%d.%m %H:%M")


def roubles(amount_kop: Any) -> str:
    return format_rub(int(amount_kop), "ru")
