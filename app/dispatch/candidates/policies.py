"""Who could take a visit, and why somebody could not: facts in, reasons out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.dispatch.gate.policies import Facts, Plan, Team, broken_rules

ANSWERED = {
    "declined": "declined_before",
    "expired": "offer_expired_before",
    "pending": "already_offered",
    "accepted": "already_offered",
}
"""Why an earlier offer of the same visit speaks against asking again. A withdrawn one does not."""


class OfferMade(NamedTuple):
    worker_id: UUID
    crew_id: UUID | None
    status: str


class CrewFacts(NamedTuple):
    """A crew as it is at the time of the visit."""

    crew_id: UUID
    name: str
    foreman_id: UUID
    members: list[UUID]


class Candidate(NamedTuple):
    kind: str
    """worker or crew."""
    id: UUID
    worker_id: UUID
    """Who would be asked: the worker himself, or the foreman."""
    members: list[UUID]
    """Everybody whose time the visit takes."""
    name: str
    distance_m: int | None
    position_source: str
    refused_because: list[str]
    """Codes of the reasons, for example `skill_missing:<code>`. Empty when he can come."""


def worker_candidate(
    facts: Facts,
    plan: Plan,
    *,
    name: str,
    offers: Iterable[OfferMade],
    crews: Iterable[CrewFacts],
    now: datetime,
) -> Candidate:
    """A worker by himself. For an installation `crews` are given, and members of a crew are refused alone."""
    against = broken_rules(plan, Team([facts], facts.worker_id), now=now)
    against += [f"in_crew:{crew.crew_id}" for crew in crews if facts.worker_id in crew.members]
    against += _answers(offer for offer in offers if offer.worker_id == facts.worker_id)
    return Candidate(
        kind="worker",
        id=facts.worker_id,
        worker_id=facts.worker_id,
        members=[facts.worker_id],
        name=name,
        distance_m=_whole(facts.distance_m),
        position_source=facts.position_source,
        refused_because=against,
    )


def crew_candidate(
    crew: CrewFacts,
    plan: Plan,
    *,
    facts: Mapping[UUID, Facts],
    offers: Iterable[OfferMade],
    now: datetime,
) -> Candidate:
    """A crew as a candidate.

    It has a skill when one of its members has it. It can come only if all members can. The distance is
    counted from its foreman. Members who are not in `facts` do not work for the company any more.
    """
    members = [facts.get(one, _gone(one)) for one in crew.members]
    foreman = facts.get(crew.foreman_id)
    against = broken_rules(plan, Team(members, crew.foreman_id, is_crew=True), now=now)
    against += _answers(offer for offer in offers if offer.crew_id == crew.crew_id)
    return Candidate(
        kind="crew",
        id=crew.crew_id,
        worker_id=crew.foreman_id,
        members=crew.members,
        name=crew.name,
        distance_m=_whole(foreman.distance_m) if foreman else None,
        position_source=foreman.position_source if foreman else "none",
        refused_because=against,
    )


def _gone(worker_id: UUID) -> Facts:
    return Facts(worker_id, (), is_absent=False, is_outside=False, is_active=False)


def _answers(offers: Iterable[OfferMade]) -> list[str]:
    return sorted({ANSWERED[offer.status] for offer in offers if offer.status in ANSWERED})


def _whole(distance_m: float | None) -> int | None:
    return None if distance_m is None else round(distance_m)


def best_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those who can come, nearest first; then the others, nearest first, and last whoever has not learned the work. An
    unknown distance comes last."""
    return sorted(candidates, key=_rank)


def _rank(candidate: Candidate) -> tuple[bool, bool, float, str, UUID]:
    far = float("inf") if candidate.distance_m is None else candidate.distance_m
    has_not_learned = any(why.startswith("skill_missing:") for why in candidate.refused_because)
    return bool(candidate.refused_because), has_not_learned, far, candidate.name, candidate.id
