"""Stops that nothing explains: found, answered by the worker, closed by a person. Nothing is asserted."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.core.errors import DomainError, NotFound
from app.core.hours import Span, day_span
from app.core.ids import uuid7
from app.core.places import Place
from app.core.scope import Scope
from app.db.session import Session
from app.db.wake import wake
from app.db.work import Work, work_in
from app.http.versions import check_version
from app.identity import api as identity
from app.notifications.api import InboxKind, Item, add_items_once, settle_items
from app.tracking.facts.queries import find_facts
from app.tracking.pings.queries import find_pings
from app.tracking.pings.values import StoredPing
from app.tracking.signals import policies, queries
from app.tracking.signals.models import AllowedPlace, SignalAnswer, SignalSettings, StopSignal
from app.tracking.signals.policies import Choice, Decision, Found, Kept, Limits
from app.tracking.views.service import note_view
from app.workforce import api as workforce

SWEEP = "stop_signal"


class SignalNotFound(NotFound):
    code = "signal_not_found"


class SignalClosed(DomainError):
    """A person has closed it. It stays as it was."""

    code = "signal_closed"


class SignalCommentNeeded(DomainError):
    """`other` says nothing without words."""

    status = 422
    code = "signal_comment_needed"


class AllowedPlaceNotFound(NotFound):
    code = "allowed_place_not_found"


class Told(NamedTuple):
    """A signal with what was said of it."""

    signal: StopSignal
    worker_name: str
    answers: Sequence[SignalAnswer]
    repeats: int
    """Other signals of this worker at the same place in the last year."""


async def judge_day(
    session: Session,
    company_id: UUID,
    settings: SignalSettings,
    *,
    worker_id: UUID,
    day: date,
    now: datetime,
) -> None:
    """Look at the stops of a day: keep those that nothing explains, and drop those that something explains now.

    It can be called any number of times. A signal that is found again keeps its answers; one that was closed stays
    as it was.
    """
    zone = ZoneInfo((await identity.get_entered_company(session, company_id)).timezone)
    found = await _find(session, company_id, settings, worker_id, day_span(day, zone))
    signals = {one.id: one for one in await queries.lock_signals_of_day(session, company_id, worker_id, day)}
    matching = policies.match([_kept(one) for one in signals.values()], found)
    for signal_id, again in matching.same:
        if signals[signal_id].closed_at is None:
            await _hold(session, company_id, signals[signal_id], again)
    new = [_signal(company_id, worker_id, day, now) for _ in matching.new]
    for signal, one in zip(new, matching.new, strict=True):
        await _hold(session, company_id, signal, one)
    session.add_all(new)
    await session.flush()  # before the items that name them
    await _drop(session, company_id, [signals[one] for one in matching.gone], now=now)
    await _tell(session, company_id, worker_id, day, new)


async def _find(
    session: Session, company_id: UUID, settings: SignalSettings, worker_id: UUID, period: Span
) -> list[Found]:
    facts = await find_facts(session, company_id, worker_id, *period)
    known = await queries.read_known(session, company_id, worker_id, period)
    limits = Limits(settings.stop_min, settings.away_m, settings.accuracy_m)
    found = policies.unexplained(facts, known, limits)
    return [one for one in found if settings.on_since and one.stay.from_at >= settings.on_since]


def _kept(signal: StopSignal) -> Kept:
    return Kept(signal.id, signal.from_at, signal.to_at, _place(signal))


def _place(signal: StopSignal) -> Place | None:
    if signal.lat is None or signal.lon is None:
        return None
    return Place(lat=signal.lat, lon=signal.lon)


def _signal(company_id: UUID, worker_id: UUID, day: date, now: datetime) -> StopSignal:
    return StopSignal(company_id=company_id, id=uuid7(), worker_id=worker_id, day=day, found_at=now)


async def _hold(session: Session, company_id: UUID, signal: StopSignal, found: Found) -> None:
    """Let a signal say what was found."""
    stay = found.stay
    near = await queries.find_near_clients(
        session, company_id, signal.worker_id, stay.place, before=stay.from_at - timedelta(days=1)
    )
    said: dict[str, Any] = {
        "from_at": stay.from_at,
        "to_at": stay.to_at,
        "lat": stay.place.lat,
        "lon": stay.place.lon,
        "accuracy_m": stay.accuracy_m,
        "counted_s": int(found.counted.total_seconds()),
        "rules": [msgspec.to_builtins(one._asdict()) for one in found.rules],
        "near_clients": [msgspec.to_builtins(one._asdict()) for one in near],
        "evidence": policies.evidence_of(stay),
        "gone_at": None,
    }
    for name, value in said.items():
        if getattr(signal, name) != value:
            setattr(signal, name, value)


async def _drop(session: Session, company_id: UUID, signals: Sequence[StopSignal], *, now: datetime) -> None:
    """These hold no longer, and nobody needs to look at them. Their answers stay, but nothing of the place: the
    positions may have gone because he was in private time."""
    gone = [one for one in signals if one.closed_at is None and one.gone_at is None]
    for signal in gone:
        signal.gone_at = now
        _forget_place(signal)
    await _settle(session, company_id, gone, now=now)


def _forget_place(signal: StopSignal) -> None:
    signal.lat = signal.lon = signal.accuracy_m = None
    signal.evidence, signal.near_clients, signal.rules = [], [], []


async def _settle(
    session: Session, company_id: UUID, signals: Sequence[StopSignal], *, now: datetime
) -> None:
    async with work_in(session, company_id) as work:
        for signal in signals:
            work.write(settle_items([InboxKind.STOP_UNEXPLAINED], signal.id, now=now))


async def _tell(
    session: Session, company_id: UUID, worker_id: UUID, day: date, signals: Sequence[StopSignal]
) -> None:
    """A supervisor finds each new signal in the inbox. Nobody else is told anything."""
    if not signals:
        return
    names = await workforce.worker_names(session, company_id, [worker_id])
    items = [
        Item(
            "supervisor",
            InboxKind.STOP_UNEXPLAINED,
            "stop_signal",
            one.id,
            {"worker": names[worker_id], "minutes": one.counted_s // 60, "day": f"{day:%d.%m.%Y}"},
        )
        for one in signals
    ]
    await add_items_once(session, company_id, *items)


async def find_told(
    session: Session,
    scope: Scope,
    *,
    worker_id: UUID | None,
    is_open: bool | None,
    cursor: str | None,
    limit: int,
    now: datetime,
) -> tuple[list[Told], str | None]:
    """A page of signals. Each worker of whom the office sees some finds that in his list of looks."""
    rows, next_cursor = await queries.find_signals(
        session, scope.company_id, worker_id=worker_id, is_open=is_open, cursor=cursor, limit=limit
    )
    for worker in {row.worker_id for row in rows}:
        of_him = [row for row in rows if row.worker_id == worker]
        period = Span(min(row.from_at for row in of_him), max(row.to_at for row in of_him))
        await note_view(session, scope, worker_id=worker, operation="listSignals", period=period, now=now)
    return await _told_in(session, scope.company_id, rows, now=now), next_cursor


async def _told_in(
    session: Session, company_id: UUID, rows: Sequence[StopSignal], *, now: datetime
) -> list[Told]:
    async with work_in(session, company_id) as work:
        return await tell(work, rows, now=now)


async def tell(work: Work, rows: Sequence[StopSignal], *, now: datetime) -> list[Told]:
    """Signals with what was said of them. A fixed number of statements, however many there are."""
    workers = list({row.worker_id for row in rows})
    names = await workforce.find_names(work, workers)
    answers = await queries.find_answers(work, [row.id for row in rows])
    places = await queries.find_places_of_signals(work, workers, since=now - queries.LOOK_BACK)
    return [
        Told(
            row,
            names.get(row.worker_id, ""),
            answers.get(row.id, []),
            policies.repeats(
                _place(row), [place for other, place in places.get(row.worker_id, []) if other != row.id]
            ),
        )
        for row in rows
    ]


class Shown(NamedTuple):
    """A signal with every position it goes by."""

    told: Told
    pings: list[StoredPing]
    """Empty once they are older than the company keeps them. `evidence` stays."""


async def read_signal(session: Session, scope: Scope, signal_id: UUID, *, now: datetime) -> Shown:
    """One signal, with its positions. The worker finds in his list that somebody looked.

    Raises:
        SignalNotFound: no such signal, or not this worker's.
    """
    row = await _get(session, scope, signal_id)
    period = Span(row.from_at, row.to_at)
    await note_view(session, scope, worker_id=row.worker_id, operation="getSignal", period=period, now=now)
    until = row.to_at + timedelta(microseconds=1)  # its last position ends it
    pings = await find_pings(session, scope.company_id, row.worker_id, row.from_at, until)
    return Shown((await _told_in(session, scope.company_id, [row], now=now))[0], pings)


async def _get(session: Session, scope: Scope, signal_id: UUID, *, lock: bool = False) -> StopSignal:
    own = None if scope.is_office else scope.user_id
    row = await queries.get_signal(session, scope.company_id, signal_id, worker_id=own, lock=lock)
    if row is None:
        raise SignalNotFound(signal_id=signal_id)
    return row


async def answer_signal(
    session: Session, scope: Scope, *, signal_id: UUID, choice: Choice, comment: str, said_at: datetime
) -> Told:
    """A worker says what the stop was. He may say more later, until it is closed.

    Raises:
        SignalNotFound: no signal of his.
        SignalClosed: the office has closed it.
        SignalCommentNeeded: `other` without a comment.
    """
    row = await queries.get_signal(session, scope.company_id, signal_id, worker_id=scope.user_id, lock=True)
    if row is None:
        raise SignalNotFound(signal_id=signal_id)
    if row.closed_at is not None:
        raise SignalClosed
    if choice is Choice.OTHER and not comment.strip():
        raise SignalCommentNeeded
    session.add(
        SignalAnswer(
            company_id=scope.company_id,
            id=uuid7(),
            signal_id=row.id,
            worker_id=scope.user_id,
            choice=choice,
            comment=comment.strip(),
            said_at=said_at,
        )
    )
    await session.flush()  # the answer shows it among the others
    return (await _told_in(session, scope.company_id, [row], now=said_at))[0]


async def close_signal(
    session: Session, scope: Scope, *, signal_id: UUID, decision: Decision, reason: str, now: datetime
) -> Told:
    """A person decides, with a reason. It stays so.

    Raises:
        SignalNotFound: no such signal.
        SignalClosed: somebody else has closed it.
    """
    row = await _get(session, scope, signal_id, lock=True)
    if row.closed_at is not None:
        raise SignalClosed
    row.closed_at, row.closed_by, row.decision, row.decision_reason = now, scope.user_id, decision, reason
    period = Span(row.from_at, row.to_at)
    await note_view(session, scope, worker_id=row.worker_id, operation="closeSignal", period=period, now=now)
    await _settle(session, scope.company_id, [row], now=now)
    return (await _told_in(session, scope.company_id, [row], now=now))[0]


async def forget_places(
    session: Session,
    company_id: UUID,
    worker_id: UUID,
    periods: Sequence[tuple[datetime, datetime]],
    *,
    now: datetime,
) -> None:
    """Forget the places of a worker's stops in these periods, also of signals that somebody has closed. What was said
    and decided stays. If a part of the stop is left, the next look at its day finds it again."""
    found = await queries.lock_signals_in(session, company_id, worker_id, periods)
    await _drop(session, company_id, found, now=now)
    for signal in found:
        signal.gone_at = signal.gone_at or now
        _forget_place(signal)


async def remove_old_signals(session: Session, company_id: UUID, *, before: datetime, now: datetime) -> int:
    """Remove signals, with what the worker said of them, whose positions are not kept any more: they ended before this
    moment, or longer ago than he has agreed to. Returns how many there were; those that are left come next time."""
    old = await queries.take_old_signals(session, company_id, before=before, now=now)
    await _settle(session, company_id, [one for one in old if one.closed_at is None], now=now)
    await queries.remove_signals(session, company_id, [one.id for one in old])
    return len(old)


async def change_settings(
    session: Session, scope: Scope, *, changes: dict[str, Any], if_match: str | None, now: datetime
) -> SignalSettings:
    """Turn signals on or off, or change their limits. Stops before they were turned on are never looked at.

    Raises:
        VersionRequired, VersionConflict: somebody else was faster.
    """
    settings = await queries.get_settings(session, scope.company_id, lock=True)
    check_version(if_match, settings.row_version if settings else 0)
    if settings is None:
        settings = SignalSettings(company_id=scope.company_id, is_on=False)
        session.add(settings)
    if changes.get("is_on") and not settings.is_on:
        settings.on_since = now
    for name, value in changes.items():
        setattr(settings, name, value)
    await session.flush()  # the answer has the new version
    await session.refresh(settings)
    await _judge_again(session, scope.company_id, now=now)
    return settings


async def add_place(
    session: Session, scope: Scope, *, name: str, place: Place, radius_m: int, now: datetime
) -> AllowedPlace:
    """Add a place where a stop needs no explanation. Signals there that are open go away."""
    added = AllowedPlace(
        company_id=scope.company_id,
        id=uuid7(),
        name=name,
        lat=place.lat,
        lon=place.lon,
        radius_m=radius_m,
        added_by=scope.user_id,
    )
    session.add(added)
    await session.flush()  # before the days are looked at again
    await _judge_again(session, scope.company_id, now=now)
    return added


async def remove_place(session: Session, scope: Scope, place_id: UUID, *, now: datetime) -> None:
    """A stop there needs an explanation again. Days that were looked at already stay as they are.

    Raises:
        AllowedPlaceNotFound: no such place, or it was removed.
    """
    place = await queries.get_place(session, scope.company_id, place_id)
    if place is None:
        raise AllowedPlaceNotFound(place_id=place_id)
    place.removed_at = now


async def _judge_again(session: Session, company_id: UUID, *, now: datetime) -> None:
    await queries.judge_open_again(session, company_id, at=now)
    wake(session, SWEEP, company_id, now)
