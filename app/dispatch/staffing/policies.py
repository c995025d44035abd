"""Whether people who have a visit can still come. Pure functions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.contracts.event import Event
from app.core.changes import Change
from app.core.errors import DomainError
from app.dispatch.gate.policies import Facts, JobRules, Rule, Team, broken_rules
from app.dispatch.visits.states import VisitState
from app.notifications.api import InboxKind, Item, add_item, settle_items

WATCHED = frozenset(
    {
        Rule.SKILL_MISSING,
        Rule.NOT_ON_SHIFT,
        Rule.ABSENT,
        Rule.OUTSIDE_TERRITORY,
        Rule.CREW_DISSOLVED,
        Rule.FOREMAN_MISSING,
        Rule.CREW_INCOMPLETE,
    }
)
"""Rules whose break is put before the dispatcher. Whoever no longer works for the company has an item of his
own (`WORKER_DISMISSED`), and so have windows that come too late (`INSTALLATION_TOO_EARLY`)."""

Unfit = Mapping[UUID, Sequence[str]]
"""Codes of broken rules by visit. Visits that fit are left out."""


class VisitsBeneath(DomainError):
    """People who have these `visits` could no longer come, because of `reasons`. With `override_reason` it is
    done all the same, and each visit is put before the dispatcher."""

    code = "visits_beneath"


def unfit_reasons(
    visit: VisitState,
    people: Sequence[Facts],
    rules: JobRules,
    *,
    needed: int,
    is_dissolved: bool,
    overruled: Sequence[str],
    now: datetime,
) -> list[str]:
    """Rules that the people of a visit break now, and that nobody overruled when it was offered."""
    if visit.worker_id is None:
        return []
    team = Team(
        people,
        visit.worker_id,
        is_crew=visit.crew_id is not None,
        needed=needed,
        is_dissolved=is_dissolved,
    )
    plan = rules.plan(visit.starts_at, visit.ends_at, now=now)
    broken = broken_rules(plan, team, now=now)
    return [code for code in broken if code.partition(":")[0] in WATCHED and code not in overruled]


def newly_unfit(before: Unfit, after: Unfit) -> dict[UUID, list[str]]:
    """What a change has broken."""
    found = {
        visit_id: [code for code in codes if code not in before.get(visit_id, ())]
        for visit_id, codes in after.items()
    }
    return {visit_id: codes for visit_id, codes in found.items() if codes}


def settle_fit(visit_id: UUID, *, now: datetime) -> Change:
    """Close the item of a visit that fits again, that nobody has any more, or that is over."""
    return settle_items([InboxKind.VISIT_UNFIT], visit_id, now=now)


def needs_another(visit_id: UUID, when: Mapping[str, Any], *, worker: str, occurrence: str) -> Item:
    """Somebody else must take this visit. One item for each time (`occurrence`) that he leaves the company."""
    params = {"worker": worker, **when}
    return Item("dispatcher", InboxKind.WORKER_DISMISSED, "visit", visit_id, params, occurrence)


def put_before_dispatcher(
    visit: VisitState, reasons: Sequence[str], *, now: datetime
) -> tuple[list[Change], Event]:
    """Replace the item of this visit by one with these reasons."""
    params = {"starts_at": visit.starts_at.isoformat(), "reasons": list(reasons)}
    item = Item("dispatcher", InboxKind.VISIT_UNFIT, "visit", visit.id, params, occurrence=now.isoformat())
    row, news = add_item(item)
    return [settle_fit(visit.id, now=now), row], news
