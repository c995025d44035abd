"""Derives the facts of days from positions when they have come, and proposes arrivals."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.contracts.tracking import ArrivalProposed
from app.core.clock import Clock
from app.db.outbox import announce
from app.db.session import Session, Sessions, transaction
from app.db.wake import wake
from app.identity.api import get_entered_company
from app.tracking.facts import due, queries, writing
from app.tracking.facts.policies import times
from app.tracking.facts.policies.arrivals import Expected, propose_arrivals
from app.tracking.facts.policies.day import ALGORITHM_VERSION, Day, DayFacts, Finding, derive_day
from app.tracking.facts.policies.gaps import Span
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.facts.policies.track import microseconds, moment_of
from app.tracking.pings.queries import find_pings
from app.tracking.pings.values import StoredPing
from app.tracking.settings.queries import get_kept_days_of, get_settings
from app.tracking.settings.values import SHORTEST_STOP_S

DERIVE_DAYS = "track_day"
"""Name of the sweep."""
LEASE = timedelta(minutes=2)
JUDGE_DAYS = "stop_signal"
"""Name of the sweep that looks at the stops of a day (`tracking/signals`)."""
SETTLED_AFTER = timedelta(hours=1)
"""So long it waits when the facts of a day have changed: more positions are usually on their way."""
VISITS_AROUND = timedelta(hours=12)
"""Visits that are planned so long before or after the day can be made on it."""


class _Given(NamedTuple):
    """Everything that the facts of a day follow from."""

    zone: str
    day: Day
    pings: list[StoredPing]
    expected: list[Expected]
    again_at: datetime | None


class _Claim(NamedTuple):
    worker_id: UUID
    day: date
    lease_until: datetime


async def derive_due_day(sessions: Sessions, company_id: UUID, clock: Clock) -> int:
    """Sweep `track_day`: derive one day of a worker anew. Returns how many days it took.

    No lock is held while it reads and computes, because every stored position waits for that lock. If positions come
    meanwhile, what was derived is dropped: the day is due again.
    """
    now = clock.now()
    async with transaction(sessions, company_id) as session:
        taken = await due.take_due_day(session, company_id, now=now, lease_until=now + LEASE)
    if taken is None:
        return 0
    claim = _Claim(*taken, now + LEASE)
    async with transaction(sessions, company_id) as session:
        given = await _read(session, company_id, claim, now)
        if given is None:
            await _give_up(session, company_id, claim, now)
            return 1
    facts = await asyncio.to_thread(derive_day, given.pings, given.day)
    async with transaction(sessions, company_id) as session:
        await _save(session, company_id, claim, given, facts, now)
    return 1


async def _read(session: Session, company_id: UUID, claim: _Claim, now: datetime) -> _Given | None:
    """None: positions of the day are not kept any more. Its facts stay, and nothing new can be derived."""
    zone = (await get_entered_company(session, company_id)).timezone
    span = times.span_of(claim.day, ZoneInfo(zone))
    since, until = times.looked_at(span)
    kept_days = await get_kept_days_of(session, company_id, claim.worker_id, since, until)
    if since < now - timedelta(days=kept_days):
        return None
    settings = await get_settings(session, company_id)
    windows = await queries.read_windows(session, company_id, claim.worker_id, since, until)
    sites = await queries.find_sites(
        session,
        company_id,
        claim.worker_id,
        moment_of(span.from_us) - VISITS_AROUND,
        moment_of(span.to_us) + VISITS_AROUND,
    )
    day = Day(
        claim.worker_id,
        span,
        times.allowed_spans(windows),
        [site for site, _ in sites],
        microseconds(now),
        settings.shortest_stop_s if settings else SHORTEST_STOP_S,
    )
    pings = await find_pings(session, company_id, claim.worker_id, since, until)
    again_at = times.derive_next([*day.allowed, *windows.shifts], span, now=now)
    return _Given(zone, day, pings, [expected for _, expected in sites if expected], again_at)


async def _give_up(session: Session, company_id: UUID, claim: _Claim, now: datetime) -> None:
    worker_id, day, lease_until = claim
    await due.finish_day(
        session, company_id, worker_id, day, lease_until=lease_until, derive_at=None, now=now
    )


async def _save(
    session: Session, company_id: UUID, claim: _Claim, given: _Given, facts: DayFacts, now: datetime
) -> None:
    """Replace the facts of the day in one transaction, unless something new came meanwhile."""
    worker_id, day, lease_until = claim
    facts_hash, edges_hash = await queries.get_hashes(session, company_id, worker_id, day) or (b"", b"")
    if edges_hash != facts.edges_hash:
        await due.lock_day_and_neighbours(session, company_id, worker_id, day)
    if not await due.finish_day(
        session, company_id, worker_id, day, lease_until=lease_until, derive_at=given.again_at, now=now
    ):
        return
    if given.again_at:
        wake(session, DERIVE_DAYS, company_id, given.again_at)
    if facts_hash != facts.facts_hash:
        rows = [_row(company_id, claim, one) for one in facts.findings]
        await writing.replace_facts(session, company_id, worker_id, day, given.day.span, rows)
    await writing.save_derivation(session, _derivation(company_id, claim, given, facts, now))
    if facts_hash != facts.facts_hash:
        judge_at = now + SETTLED_AFTER
        await writing.judge_later(session, company_id, worker_id, day, at=judge_at)
        wake(session, JUDGE_DAYS, company_id, judge_at)
    if edges_hash != facts.edges_hash and await due.derive_neighbours(
        session, company_id, worker_id, day, at=now
    ):
        wake(session, DERIVE_DAYS, company_id)
    await _propose(session, company_id, worker_id, facts.findings, given.expected, given.day.span, now)


def _row(company_id: UUID, claim: _Claim, finding: Finding) -> dict[str, Any]:
    values = finding._asdict()
    span = values.pop("span")
    return {
        **values,
        "company_id": company_id,
        "worker_id": claim.worker_id,
        "day": claim.day,
        "from_at": moment_of(span.from_us),
        "to_at": moment_of(span.to_us),
        "algorithm_version": ALGORITHM_VERSION,
    }


def _derivation(
    company_id: UUID, claim: _Claim, given: _Given, facts: DayFacts, now: datetime
) -> dict[str, Any]:
    values = facts._asdict()
    del values["findings"]
    return {
        **values,
        "company_id": company_id,
        "worker_id": claim.worker_id,
        "day": claim.day,
        "zone": given.zone,
        "algorithm_version": ALGORITHM_VERSION,
        "derived_at": now,
    }


async def _propose(
    session: Session,
    company_id: UUID,
    worker_id: UUID,
    findings: Sequence[Finding],
    expected: Sequence[Expected],
    span: Span,
    now: datetime,
) -> None:
    """Propose arrivals once. A proposal goes when its positions were removed: he was in private time."""
    seen = {one.visit_id for one in findings if one.kind == FactKind.PRESENCE}
    await writing.remove_proposals(session, company_id, worker_id, span=span, kept=seen)
    for proposal in propose_arrivals(findings, expected, now=now):
        if await writing.add_proposal(session, company_id, worker_id, proposal, now=now):
            event = ArrivalProposed(
                visit_id=proposal.visit_id, worker_id=worker_id, arrived_at=proposal.arrived_at
            )
            await announce(session, company_id, event)
