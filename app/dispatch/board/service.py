"""The board of some days, and parts of it, each as one answer that is read once for all who ask at the same time.

What belongs to whom is not asked here: everybody of the office sees the same board.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from app.core.clock import Clock
from app.db.reader import Reader
from app.db.work import Work
from app.dispatch.board import queries
from app.dispatch.board.queries import Days, Frame
from app.dispatch.board.schemas import (
    BoardCrewOut,
    BoardOut,
    BoardPartOut,
    BoardTrayOut,
    BoardVisitOut,
    BoardWorkerOut,
)
from app.http.live import BEFORE_ALL


class ReadBoard(NamedTuple):
    content: bytes | None
    """JSON of a `BoardOut`. None: the reader has it already."""
    etag: str


async def read_board(
    reader: Reader, day: date | None, days: int, *, seen: str | None, clock: Clock
) -> ReadBoard:
    """The board of these days. `seen` is the ETag of the copy that the reader has.

    The last event is read first, so whatever is newer in the answer comes once more on the live channel.
    """
    async with reader.together() as work:
        now = clock.now()  # a read that is shared begins later than the first of its readers asked
        frame = await queries.read_frame(work, day, days, now=now)
        etag = f'W/"{days} {frame.marks}"'
        if seen == etag:
            return ReadBoard(None, etag)
        board = await _board(work, frame, now=now)
    return ReadBoard(msgspec.json.encode(board), etag)


async def _board(work: Work, frame: Frame, *, now: datetime) -> BoardOut:
    days = frame.days
    visits = await work.all(queries.VISITS, ids=frame.visits)
    tray = await _tray(work, frame)
    crews = await _crews(work, frame, visits)
    workers = await work.all(queries.ALL_WORKERS, ids=_people_of(visits, crews))
    ids = [one.id for one in workers]
    await _add_load(work, workers, days)
    return BoardOut(
        day=days.first,
        days=days.number,
        starts_at=days.since,
        ends_at=days.until,
        timezone=days.timezone,
        now=now,
        as_of=days.last_event or BEFORE_ALL,
        workers=workers,
        crews=crews,
        shifts=await work.all(queries.SHIFTS, ids=ids, range=days.period),
        absences=await work.all(queries.ABSENCES, ids=ids, range=days.period),
        territories=await work.all(queries.TERRITORY_NAMES),
        visits=visits,
        counts=dict(Counter(one.status for one in visits)),
        tray=tray,
    )


async def _tray(work: Work, frame: Frame) -> BoardTrayOut:
    return BoardTrayOut(
        jobs=await work.all(queries.JOBS, ids=frame.jobs) if frame.jobs else [],
        jobs_total=frame.jobs_total,
        visits=await work.all(queries.VISITS, ids=frame.waiting) if frame.waiting else [],
        visits_total=frame.waiting_total,
    )


async def _crews(work: Work, frame: Frame, visits: Sequence[BoardVisitOut]) -> list[BoardCrewOut]:
    crews = await work.all(queries.CREWS, ids=sorted({one.crew_id for one in visits if one.crew_id}))
    by_id = {one.id: one for one in crews}
    for crew_id, member in await work.all(queries.MEMBERS, range=frame.days.period):
        if crew_id in by_id:
            by_id[crew_id].members.append(member)
    return crews


def _people_of(visits: Iterable[BoardVisitOut], crews: Iterable[BoardCrewOut]) -> list[UUID]:
    people = {worker_id for visit in visits for worker_id in (visit.worker_id, *visit.people) if worker_id}
    for crew in crews:
        people |= {crew.foreman_id, *(member.worker_id for member in crew.members)}
    return sorted(people)


async def _add_load(work: Work, workers: Sequence[BoardWorkerOut], days: Days) -> None:
    load = defaultdict(list)
    for worker_id, of_day in await queries.read_load(work, [one.id for one in workers], days):
        load[worker_id].append(of_day)
    for one in workers:
        one.load = load[one.id]


class Part(NamedTuple):
    """What of a board is asked for."""

    visits: tuple[UUID, ...]
    workers: tuple[UUID, ...]
    orders: tuple[UUID, ...]


async def read_part(reader: Reader, part: Part, day: date | None, days: int, *, clock: Clock) -> bytes:
    """These visits, workers and jobs of orders as they stand on the board of these days. JSON of a `BoardPartOut`.

    What another company has is not found, and not spoken of.
    """
    ids = {"ids": part.visits, "orders": part.orders}
    async with reader.together() as work:
        now = clock.now()
        shown = await queries.read_days(work, day, days, now=now)
        answer = BoardPartOut(
            now=now,
            as_of=shown.last_event or BEFORE_ALL,
            visits=await work.all(queries.VISITS, ids=part.visits) if part.visits else [],
            jobs=await work.all(queries.JOBS_OF_VISITS, **ids) if part.visits or part.orders else [],
            workers=[],
            shifts=[],
            absences=[],
        )
        if part.workers:
            answer.workers = await work.all(queries.WORKERS, ids=part.workers)
            await _add_load(work, answer.workers, shown)
            answer.shifts = await work.all(queries.SHIFTS, ids=part.workers, range=shown.period)
            answer.absences = await work.all(queries.ABSENCES, ids=part.workers, range=shown.period)
    return msgspec.json.encode(answer)
