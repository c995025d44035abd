"""Plays days of phones without network against the API, with everything that goes wrong on the way.

Time is virtual: between two syncs lie 1 s to 8 h, and no test waits for them. What is sent comes in any order, up to
three times, in parts; answers get lost; requests are cut off anywhere, or the server is killed.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import httpx

from tests.offline.phones import Act, Phone, Visit

OFFLINE_S = (1, 8 * 3600)
TAPS_MAX = 40
CHUNK_MAX = 150
AGAIN_S = 0.05
"""A phone that gets no answer waits this long."""
ROUNDS_MAX = 25
"""After the last tap the network is good. If something still waits after so many rounds, it is stuck."""
SETTLED = ("applied", "duplicate", "conflict", "rejected")

CutOff = Callable[[Awaitable[httpx.Response], Random], Awaitable[httpx.Response | None]]
"""Sends a request and breaks it off somewhere. None: no answer came."""


@dataclass
class Figures:
    """What happened on the way."""

    commands: int = 0
    sent: int = 0
    """Commands in requests, also those that came again."""
    requests: int = 0
    cut_off: int = 0
    answers_lost: int = 0
    rounds_at_end: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


@dataclass
class Event:
    at: datetime
    phone: Phone
    is_sync: bool


def schedule(phones: list[Phone], commands: int, start: datetime, random: Random) -> list[Event]:
    """When each phone is tapped and when it has network."""
    events = []
    for phone in phones:
        at, left = start, commands
        while left > 0:
            offline_s = math.exp(random.uniform(*map(math.log, OFFLINE_S)))
            taps = min(left, random.randint(1, TAPS_MAX))
            left -= taps
            for moment in sorted(random.uniform(0, offline_s) for _ in range(taps)):
                events.append(Event(at + timedelta(seconds=moment), phone, is_sync=False))
            at += timedelta(seconds=offline_s)
            events.append(Event(at, phone, is_sync=True))
    return sorted(events, key=lambda event: event.at)


class Game:
    def __init__(
        self,
        phones: list[Phone],
        *,
        set_clock: Callable[[datetime], datetime],
        cut_off: CutOff,
        random: Random,
        cut_off_share: float = 0.1,
    ) -> None:
        """`cut_off_share` of the requests are broken off."""
        self.cut_off_share = cut_off_share
        self.phones = phones
        self.set_clock = set_clock
        self.cut_off = cut_off
        self.random = random
        self.figures = Figures()

    async def play(self, commands: int, start: datetime) -> Figures:
        events = schedule(self.phones, commands, start, self.random)
        online: list[Phone] = []
        for event in events:
            if not event.is_sync:
                event.phone.tap(event.at)
                continue
            online.append(event.phone)
            if len(online) == len(self.phones) or event.phone in online[:-1]:
                await self.sync(online, event.at)
                online = []
        await self.sync(online, events[-1].at)
        await self.settle(self.phones, events[-1].at)
        self.figures.commands = sum(len(phone.commands) for phone in self.phones)
        return self.figures

    async def sync(self, phones: list[Phone], at: datetime) -> None:
        """A bad network for a moment. All who have waited for it send at once."""
        self.set_clock(at)
        await asyncio.gather(*[self._sync(phone, at) for phone in dict.fromkeys(phones)])

    async def _sync(self, phone: Phone, at: datetime) -> None:
        for chunk in self._chunks(phone):
            times = phone.random.choice([1, 1, 2, 3])
            if phone.random.random() < 0.05:
                continue  # it does not get through this time
            await asyncio.gather(*[self._push(phone, chunk, at, is_bad=True) for _ in range(times)])
        if phone.random.random() < 0.6:
            await self._upload(phone, share=0.6)
        for visit in phone.visits:
            if visit.wants_act and visit.act is None and visit.history[2:] and not visit.is_canceled:
                await self._present(phone, visit, at)

    def _chunks(self, phone: Phone) -> list[list[dict[str, Any]]]:
        """Everything the phone keeps, in any order and in parts."""
        said = [one.said for one in phone.pending.values()]
        phone.random.shuffle(said)
        chunks = []
        while said:
            size = phone.random.randint(1, CHUNK_MAX)
            chunks.append(said[:size])
            said = said[size:]
        return chunks

    async def _push(self, phone: Phone, chunk: list[dict[str, Any]], at: datetime, *, is_bad: bool) -> None:
        body = {"sent_at": (self.set_clock(at) + phone.skew).isoformat(), "commands": chunk}
        request = phone.owner.post("/field/sync/commands", body)
        self.figures.requests += 1
        self.figures.sent += len(chunk)
        if is_bad and phone.random.random() < self.cut_off_share:
            self.figures.cut_off += 1
            answer = await self.cut_off(request, phone.random)
        else:
            answer = await arrived(request)
        if answer is None or answer.status_code in (409, 503):
            return
        if is_bad and phone.random.random() < 0.1:
            self.figures.answers_lost += 1
            return
        self._take(phone, answer)

    def _take(self, phone: Phone, answer: httpx.Response) -> None:
        if answer.status_code != 200:
            self.figures.problems.append(f"{answer.status_code} {answer.text[:300]}")
            return
        told = answer.json()
        for one in [*told["verdicts"], *told["settled"]]:
            command = phone.pending.get(one["command_id"])
            if command is None or one["verdict"] not in SETTLED:
                continue
            if not _is_expected(one["verdict"], command.expected):
                self.figures.problems.append(f"{command.said} {command.expected}: {one}")
            self.figures.verdicts[one["verdict"]] += 1
            del phone.pending[command.id]

    async def _upload(self, phone: Phone, *, share: float) -> None:
        """Bytes come by their own way, when they come."""
        for visit in phone.visits:
            for picture in visit.pictures.values():
                if picture.content is None or picture.is_uploaded or phone.random.random() > share:
                    continue
                path = f"/attachments/{picture.id}/content"
                answer = await arrived(phone.owner.put(path, picture.content))
                picture.is_uploaded = answer is not None and answer.status_code == 200

    async def _present(self, phone: Phone, visit: Visit, at: datetime) -> None:
        """With network: the act is drawn up and shown. It will be signed without."""
        if any(one.said["subject_id"] == visit.id for one in phone.pending.values()):
            return
        body = {
            **phone.envelope(at),
            "sent_at": (self.set_clock(at) + phone.skew).isoformat(),
            "lines": [{"work_code": "window_install", "quantity": 1}],
        }
        answer = None
        while answer is None:  # the same command again gets the same act
            answer = await arrived(phone.owner.post(f"/field/visits/{visit.id}/act", body))
            if answer is None:
                await asyncio.sleep(AGAIN_S)
        if answer.status_code != 201:
            self.figures.problems.append(answer.text)
            return
        visit.act = Act(answer.json()["id"], answer.json()["content_hash"])
        phone.sign(visit, at + timedelta(seconds=1))

    async def settle(self, phones: list[Phone], at: datetime) -> None:
        """At last the network is good: everything must be settled soon."""
        for round_number in range(ROUNDS_MAX):
            left = [phone for phone in phones if phone.pending]
            if not left:
                break
            late = at + timedelta(minutes=10 + round_number)
            self.set_clock(late)
            await asyncio.gather(*[self._send_all(phone, late) for phone in left])
            self.figures.rounds_at_end = round_number + 1
        await asyncio.gather(*[self._upload(phone, share=1) for phone in phones])
        stuck = [one for phone in phones for one in phone.pending.values()]
        self.figures.problems += [f"stuck: {one.said}" for one in stuck]

    async def _send_all(self, phone: Phone, at: datetime) -> None:
        await self._upload(phone, share=1)
        for chunk in self._chunks(phone):
            await self._push(phone, chunk, at, is_bad=False)


async def arrived(request: Awaitable[httpx.Response]) -> httpx.Response | None:
    """The answer. None: the server was killed meanwhile."""
    try:
        return await request
    except httpx.TransportError:
        return None


def _is_expected(verdict: str, expected: str) -> bool:
    """What the office overtook at the very moment of the tap is a refusal and no conflict."""
    if expected == "applied":
        return verdict in ("applied", "duplicate")
    return verdict in (("conflict", "rejected") if expected == "conflict" else ("rejected",))


async def cancel_somewhere(request: Awaitable[httpx.Response], random: Random) -> httpx.Response | None:
    """The request ends wherever it is, and its transaction is rolled back."""
    task = asyncio.ensure_future(request)
    await asyncio.wait({task}, timeout=random.uniform(0, 0.15))
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return None
