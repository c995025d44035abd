"""Group commit: pings that come at the same time share a transaction.

A COMMIT waits for the disk, whether it holds one ping or a thousand. So while pings of a company are being stored,
those that come wait and are stored together next. When nothing is being stored, they are stored at once.
Companies never share a transaction: row-level security lets one see one company.
"""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from app.db.failures import Failure, failure_of
from app.db.session import Sessions
from app.tracking.pings.policies import Refused, Verdict
from app.tracking.pings.service import store_pings
from app.tracking.pings.values import Sent

ROWS_MAX = 5_000
"""So many pings one transaction takes. More wait for the next one."""
TURNS_FIRST = 2
"""Turns of the event loop before the first pings are stored. What has reached this process already is read in them and
goes into the same transaction. Nobody waits for what has not come."""


class _Waiting(NamedTuple):
    sent: Sent
    answer: asyncio.Future[list[Verdict]]


class PingStore:
    """Takes the pings of all requests of this process."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._waiting: dict[UUID, list[_Waiting]] = {}
        self._storing: set[asyncio.Task[None]] = set()

    async def take(self, company_id: UUID, sent: Sent) -> list[Verdict]:
        """Store these pings. Returns a verdict for each, when they are durable.

        Raises:
            TooBusy: the company asks for more than its share. Nothing is lost: the phone sends them again.
        """
        answer: asyncio.Future[list[Verdict]] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.get(company_id)
        if waiting is None:
            waiting = self._waiting[company_id] = []
            task = asyncio.create_task(self._store_all(company_id))
            self._storing.add(task)
            task.add_done_callback(self._storing.discard)
        waiting.append(_Waiting(sent, answer))
        return await answer

    async def _store_all(self, company_id: UUID) -> None:
        """Store what waits, and what has come meanwhile, until nothing does."""
        for _ in range(TURNS_FIRST):
            await asyncio.sleep(0)
        while waiting := self._waiting[company_id]:
            some = _first_rows(waiting)
            self._waiting[company_id] = waiting[len(some) :]
            await self._store(company_id, some)
        del self._waiting[company_id]

    async def _store(self, company_id: UUID, some: Sequence[_Waiting]) -> None:
        try:
            verdicts = await store_one_by_one_if_needed(
                self._sessions, company_id, [one.sent for one in some]
            )
        except Exception as error:  # whoever waits for it gets it: each of the requests
            for one in some:
                if not one.answer.done():
                    one.answer.set_exception(error)
            return
        for one, answer in zip(some, verdicts, strict=True):
            if not one.answer.done():  # it is when the client has gone away
                one.answer.set_result(answer)


def _first_rows(waiting: Sequence[_Waiting]) -> list[_Waiting]:
    """As many as one transaction takes, at least one."""
    some: list[_Waiting] = []
    rows = 0
    for one in waiting:
        rows += len(one.sent.pings)
        if some and rows > ROWS_MAX:
            break
        some.append(one)
    return some


async def store_one_by_one_if_needed(
    sessions: Sessions, company_id: UUID, sents: Sequence[Sent]
) -> list[list[Verdict]]:
    """Store them together. If one value cannot be stored, find the ping it stands in by halves, and refuse that one.

    The doors let no such value through that we know of.
    """
    try:
        return await store_pings(sessions, company_id, sents)
    except Exception as error:
        if failure_of(error) is not Failure.UNSTORABLE:
            raise
        if len(sents) == 1 and len(sents[0].pings) == 1:
            return [[Refused.UNREADABLE]]
    if len(sents) > 1:
        middle = len(sents) // 2
        halves = [sents[:middle], sents[middle:]]
        return [
            one for half in halves for one in await store_one_by_one_if_needed(sessions, company_id, half)
        ]
    sent, middle = sents[0], len(sents[0].pings) // 2
    parts = [sent._replace(pings=sent.pings[:middle]), sent._replace(pings=sent.pings[middle:])]
    return [
        [
            verdict
            for part in await store_one_by_one_if_needed(sessions, company_id, parts)
            for verdict in part
        ]
    ]
