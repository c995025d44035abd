"""When a worker is asked whether he has arrived. A proposal is never an arrival: he confirms it by a tap."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.tracking.facts.policies.day import Finding
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.facts.policies.track import moment_of

ACCURACY_WORST_M = 100.0
CONFIDENCE_MIN = 50
NOT_OLDER = timedelta(hours=12)
"""Positions that a phone without network sends much later propose nothing any more."""
NOT_BEFORE_START = timedelta(hours=3)
"""Whoever is at the site so long before the planned time is there for something else."""


class Expected(NamedTuple):
    """A visit that the worker has accepted and not reached."""

    visit_id: UUID
    starts_at: datetime


class Proposal(NamedTuple):
    visit_id: UUID
    arrived_at: datetime
    accuracy_m: float
    distance_m: int
    """From the site; the median of his positions there."""
    dwell_s: int
    confidence: int


def propose_arrivals(
    findings: Iterable[Finding], expected: Iterable[Expected], *, now: datetime
) -> list[Proposal]:
    """The first good presence at each visit that is still expected.

    A presence has lasted two minutes already. Here its accuracy must be at most 100 m and its confidence 50 %.
    """
    visits = {one.visit_id: one for one in expected}
    proposals: dict[UUID, Proposal] = {}
    for finding in findings:
        visit = visits.get(finding.visit_id) if finding.visit_id else None
        if finding.kind == FactKind.PRESENCE and visit and _is_good(finding, visit, now):
            proposals.setdefault(visit.visit_id, _proposal(finding, visit))
    return list(proposals.values())


def _is_good(finding: Finding, visit: Expected, now: datetime) -> bool:
    arrived_at = moment_of(finding.span.from_us)
    return (
        (finding.accuracy_m or 0) <= ACCURACY_WORST_M
        and finding.confidence >= CONFIDENCE_MIN
        and now - NOT_OLDER <= arrived_at <= now
        and arrived_at >= visit.starts_at - NOT_BEFORE_START
    )


def _proposal(finding: Finding, visit: Expected) -> Proposal:
    return Proposal(
        visit.visit_id,
        moment_of(finding.span.from_us),
        finding.accuracy_m or 0,
        finding.evidence["distance_m"],
        finding.evidence["dwell_s"],
        finding.confidence,
    )
