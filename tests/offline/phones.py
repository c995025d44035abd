"""Phones without network: what workers tap, when, by which clock, and what must have become of it in the end.

A phone believes what it does. As nobody else changes its visits, that belief is the serial oracle: what would be on the
server if every tap had reached it at once, once and in order.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from app.core.ids import uuid7
from tests.cast import Person
from tests.pictures import a_signature

SKEW_MAX_S = 48 * 3600
NEXT = {
    "accepted": {"depart_for_visit": "en_route"},
    "en_route": {"arrive_at_visit": "on_site"},
    "on_site": {"start_visit": "in_progress"},
    "in_progress": {"pause_visit": "paused", "complete_visit": "partially_completed"},
    "paused": {"resume_visit": "in_progress"},
}
HISTORY = {
    "depart_for_visit": "en_route",
    "arrive_at_visit": "on_site",
    "start_visit": "in_progress",
    "pause_visit": "paused",
    "resume_visit": "in_progress",
    "complete_visit": "partially_completed",
}
BODIES: dict[str, dict[str, Any]] = {
    "pause_visit": {"reason": "break"},
    "complete_visit": {"partially": True, "comment": "Осталась отделка"},
}
PHOTOS_MAX = 25
PAYMENTS_MAX = 15
MEANT = 100
"""A visit is completed after about so many commands."""
COMPLETION_OFFERED = 8 / MEANT
"""Every second time the visit is at work, every second time of those the worker does something else, and every second
time of those he chooses to pause."""


@dataclass
class Picture:
    """A photo or signature, and where it was taken."""

    id: str
    visit_id: str
    purpose: str
    sha256: str
    content: bytes | None = None
    """Null: only declared."""
    is_uploaded: bool = False


@dataclass
class Act:
    """Shown to the client with network, signed without."""

    id: str
    content_hash: str
    signature: Picture | None = None


@dataclass
class Visit:
    """A visit as its worker knows it."""

    id: str
    status: str = "accepted"
    is_canceled: bool = False
    """By the office, while the phone has no network and does not know."""
    history: list[str] = field(default_factory=list)
    payments: dict[str, int] = field(default_factory=dict)
    """Command and kopecks."""
    pictures: dict[str, Picture] = field(default_factory=dict)
    act: Act | None = None
    wants_act: bool = False
    taps: int = 0

    @property
    def is_over(self) -> bool:
        return self.status == "partially_completed"


@dataclass
class Command:
    """What the phone keeps until it knows what became of it."""

    said: dict[str, Any]
    given_at: datetime
    """By the true time."""
    expected: str
    """applied, conflict or rejected."""

    @property
    def id(self) -> str:
        return str(self.said["command"]["command_id"])

    @property
    def seq(self) -> int:
        return int(self.said["command"]["device_seq"])


class Phone:
    """One worker, his phone, his visits."""

    def __init__(self, owner: Person, device_id: UUID, visits: list[Visit], random: Random) -> None:
        self.owner = owner
        self.device_id = device_id
        self.visits = visits
        self.random = random
        self.skew = timedelta(seconds=random.randint(-SKEW_MAX_S, SKEW_MAX_S))
        self.was_set = False
        self.next_seq = 0
        self.pending: dict[str, Command] = {}
        self.commands: list[Command] = []

    def tap(self, now: datetime) -> None:
        """The worker does the next thing, or the phone sends nonsense."""
        if self.random.random() < 0.01:
            self.skew = timedelta(seconds=self.random.randint(-SKEW_MAX_S, SKEW_MAX_S))
            self.was_set = True
        if self.random.random() < 0.02:
            self._spoil(now)
            return
        here = [one for one in self.visits if not one.is_over]
        if here:
            self._go_on(self._at_work(here), now)
        else:
            self._pay(self.random.choice(self.visits), now)

    def _at_work(self, visits: list[Visit]) -> Visit:
        """Mostly the first that is not over: workers do one after the other."""
        return visits[0] if self.random.random() < 0.8 else self.random.choice(visits)

    def _go_on(self, visit: Visit, now: datetime) -> None:
        visit.taps += 1
        choices = list(NEXT[visit.status])
        if "complete_visit" in choices and self.random.random() > COMPLETION_OFFERED:
            choices.remove("complete_visit")
        kind = self.random.choice(choices)
        if visit.status in ("on_site", "in_progress", "paused") and not visit.is_canceled:
            kind = self.random.choice([kind, kind, "photo", "pay"])
        if kind == "photo" and len(visit.pictures) < PHOTOS_MAX:
            self._photograph(visit, now)
        elif kind == "pay" and len(visit.payments) < PAYMENTS_MAX:
            self._pay(visit, now)
        elif kind in NEXT[visit.status]:
            self._move(visit, kind, now)
        else:
            self._move(visit, choices[0], now)

    def _move(self, visit: Visit, kind: str, now: datetime) -> None:
        visit.status = NEXT[visit.status][kind]
        expected = "conflict" if visit.is_canceled else "applied"
        if expected == "applied":
            visit.history.append(HISTORY[kind])
        self._keep(kind, visit.id, now, expected, **BODIES.get(kind, {}))

    def _pay(self, visit: Visit, now: datetime) -> None:
        if visit.is_canceled or len(visit.payments) >= PAYMENTS_MAX or not visit.history[1:]:
            self._spoil(now)
            return
        amount_kop = self.random.randint(1, 1_000_000)
        money = {
            "kind": "prepayment",
            "amount_kop": amount_kop,
            "method": "cash",
            "reason": "Так договорились",
        }
        command = self._keep("take_payment", visit.id, now, "applied", **money)
        visit.payments[command.id] = amount_kop

    def _photograph(self, visit: Visit, now: datetime) -> None:
        sha256 = hashlib.sha256(self.random.randbytes(16)).hexdigest()
        picture = Picture(str(uuid7()), visit.id, "photo", sha256)
        self._declare(picture, "image/jpeg", 9, visit, now)

    def _declare(self, picture: Picture, content_type: str, size: int, visit: Visit, now: datetime) -> None:
        visit.pictures[picture.id] = picture
        self._keep(
            "declare_attachment",
            visit.id,
            now,
            "applied",
            attachment_id=picture.id,
            purpose=picture.purpose,
            content_type=content_type,
            size=size,
            sha256=picture.sha256,
        )

    def sign(self, visit: Visit, now: datetime) -> None:
        """The client draws under the act that he was shown. The picture is sent later, by another way."""
        assert visit.act is not None
        content = a_signature()
        sha256 = hashlib.sha256(content).hexdigest()
        picture = Picture(str(uuid7()), visit.id, "signature", sha256, content)
        visit.act.signature = picture
        self._declare(picture, "image/png", len(content), visit, now)
        self._keep(
            "sign_act",
            visit.act.id,
            now,
            "applied",
            signer_name="А. Котова",
            signature_attachment_id=picture.id,
            signature_sha256=sha256,
            content_hash=visit.act.content_hash,
        )

    def _spoil(self, now: datetime) -> None:
        """What no server can carry out. It must spoil nothing else."""
        visit = self.random.choice(self.visits)
        kind, fields = self.random.choice(
            [
                ("fly_home", {}),
                ("pause_visit", {"reason": "no such reason"}),
                ("take_payment", {"kind": "prepayment", "amount_kop": -1, "method": "cash"}),
                ("resume_visit", {"nonsense": 1}),
                ("pause_visit", {"reason": "other", "comment": "a\0b"}),
            ]
        )
        self._keep(kind, visit.id, now, "rejected", **fields)

    def _keep(self, kind: str, subject_id: str, now: datetime, expected: str, /, **fields: Any) -> Command:
        command = Command(
            {"kind": kind, "subject_id": subject_id, "command": self.envelope(now) | fields}, now, expected
        )
        self.commands.append(command)
        self.pending[command.id] = command
        return command

    def envelope(self, now: datetime) -> dict[str, Any]:
        """With the next number."""
        seq, self.next_seq = self.next_seq, self.next_seq + 1
        return {
            "command_id": str(uuid7()),
            "occurred_at": (now + self.skew).isoformat(),
            "device_seq": seq,
        }
