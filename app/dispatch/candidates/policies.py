"""Who could take a visit, and why somebody could not: facts in, reasons out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

ANSWERED = {
    "declined": "declined_before",
    "expired": "offer_expired_before",
    "pending": "already_offered",
    "accepted": "already_offered",
}
"""Why an earlier offer of the same visit speaks against asking again. A withdrawn one does not."""


WITHOUT_EXPLANATION = frozenset({"clash", "not_on_shift", "not_active"})
"""Reasons for which an offer asks no `override_reason`.

A dispatcher may send somebody who is off shift. The other two are always refused: a clash as `WorkerBusy`,
somebody who no longer works for the company as `AssigneeNotFound`.
"""


class Facts(NamedTuple):
    """What is known about one worker at the time of one visit.

    The list of candidates reads all of it. An offer reads only the fields without a default.
    """

    worker_id: UUID
    skills: Collection[str]
    is_absent: bool
    is_outside: bool
    """He has territories and the site is in none of them."""
    is_busy: bool | None = None
    """None: not read."""
    is_on_shift: bool | None = None
    """His shifts cover the whole visit. None: not read."""
    distance_m: float | None = None
    """From his position, or from his home base. None when neither is known."""
    position_source: str = "none"
    """actual, home or none."""


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
    *,
    name: str,
    is_active: bool,
    required_skills: Iterable[str],
    offers: Iterable[OfferMade],
    crews: Iterable[CrewFacts],
) -> Candidate:
    """A worker by himself. For an installation `crews` are given, and members of a crew are refused alone."""
    against = _reasons([facts], leader=facts, required_skills=required_skills, is_active=is_active)
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
    *,
    facts: Mapping[UUID, Facts],
    active: Collection[UUID],
    required_skills: Iterable[str],
    offers: Iterable[OfferMade],
) -> Candidate:
    """A crew as a candidate.

    It has a skill when one of its members has it. It can come only if all members can. The distance is
    counted from its foreman.
    """
    members = [facts[one] for one in crew.members if one in facts]
    foreman = facts.get(crew.foreman_id)
    against = _reasons(
        members,
        leader=foreman,
        required_skills=required_skills,
        is_active=foreman is not None and {crew.foreman_id, *crew.members} <= set(active),
    )
    against += [] if crew.members else ["no_members"]
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


def _reasons(
    people: Sequence[Facts], *, leader: Facts | None, required_skills: Iterable[str], is_active: bool
) -> list[str]:
    """Why these people cannot come together. A skill of one member is enough; the leader's territory counts.

    `crew_time/slots.sql` checks the same for all crews and half hours. A new reason may belong there too.
    """
    skills = {skill for one in people for skill in one.skills}
    missing = [f"skill_missing:{code}" for code in required_skills if code not in skills]
    found = {
        "clash": any(one.is_busy for one in people),
        "not_on_shift": any(one.is_on_shift is False for one in people),
        "absent": any(one.is_absent for one in people),
        "outside_territory": leader is not None and leader.is_outside,
        "not_active": not is_active,
    }
    return missing + [reason for reason, holds in found.items() if holds]


def obstacles(people: Sequence[Facts], *, leader_id: UUID, required_skills: Iterable[str]) -> list[str]:
    """Why these people can be sent only if the dispatcher gives a reason. Empty when they fit."""
    leader = next((one for one in people if one.worker_id == leader_id), None)
    against = _reasons(people, leader=leader, required_skills=required_skills, is_active=True)
    return [reason for reason in against if reason not in WITHOUT_EXPLANATION]


def _answers(offers: Iterable[OfferMade]) -> list[str]:
    return sorted({ANSWERED[offer.status] for offer in offers if offer.status in ANSWERED})


def _whole(distance_m: float | None) -> int | None:
    return None if distance_m is None else round(distance_m)


def best_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those who can come, nearest first; then the others, nearest first. An unknown distance comes last."""
    return sorted(candidates, key=_rank)


def _rank(candidate: Candidate) -> tuple[bool, float, str, UUID]:
    far = float("inf") if candidate.distance_m is None else candidate.distance_m
    return bool(candidate.refused_because), far, candidate.name, candidate.id
