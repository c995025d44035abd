"""The SMS that people's phones receive, read from the file the local gateway writes."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from deploy.local.servers.kannel import read_received

PATIENCE_S = 20


class Sms(NamedTuple):
    to: str
    text: str


def all_sms() -> list[Sms]:
    """Every SMS so far, in the order they arrived."""
    if printed := os.environ.get("KANNEL_RECEIVED"):
        return [Sms(one.receiver, one.text) for one in read_received(Path(printed))]
    file = Path(os.environ["SMS_FILE"])
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [Sms(one["to"], one["text"]) for one in map(json.loads, lines)]


def sms_to(phone: str) -> list[Sms]:
    return [sms for sms in all_sms() if sms.to.lstrip("+") == phone.lstrip("+")]


def next_sms(phone: str, *, after: int) -> Sms:
    """Wait for the SMS to that phone that comes after the first `after` ones.

    Raises:
        TimeoutError: no SMS came in 20 seconds.
    """
    wait_until(lambda: len(sms_to(phone)) > after, f"an SMS to {phone}")
    return sms_to(phone)[after]


def wait_until(holds: Callable[[], bool], what: str, *, seconds: float = PATIENCE_S) -> float:
    """Wait until `holds()` is true. Returns how long it took, in seconds.

    Raises:
        TimeoutError: it did not become true in time.
    """
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"{what} did not come in {seconds:.0f} s")
        time.sleep(0.1)
    return time.monotonic() - started
