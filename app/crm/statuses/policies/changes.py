"""What must be written so that the stored status, steps and needs of a client are those of his history."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.crm.rules.values import Rules
from app.crm.statuses.policies.history import History, Step
from app.crm.tracks.policies import Track


class Now(NamedTuple):
    """How a client stands now, as it is stored."""

    client_id: UUID
    status: str
    reason: str
    params: Mapping[str, Any]
    since: datetime
    rules_version: int
    due_on: date | None
    due_source: str | None
    purchases: int
    receipts: int
    total_kop: int
    tier: str | None
    first_purchase_at: datetime | None
    last_purchase_at: datetime | None
    active_at: datetime | None
    look_at: datetime | None


class Logged(NamedTuple):
    """A step as it is stored."""

    id: UUID
    at: datetime
    was: str | None
    status: str
    reason: str
    params: Mapping[str, Any]
    rules_version: int


class Corrections(NamedTuple):
    """What the log lacks."""

    wrong: Sequence[Logged]
    """Steps that do not hold, the newest first."""
    missing: Sequence[tuple[str | None, Step]]
    """Steps to add, each with the status before it."""


def now_of(client_id: UUID, history: History, rules: Rules) -> Now:
    last, standing = history.steps[-1], history.standing
    need = standing.need
    return Now(
        client_id,
        last.status,
        last.reason,
        last.params,
        last.at,
        last.rules_version,
        need.due_on if need else None,
        need.source if need else None,
        standing.purchases,
        standing.receipts,
        standing.total_kop,
        rules.tier_of(standing.total_kop) if standing.purchases else None,
        standing.first_purchase_at,
        standing.last_purchase_at,
        history.active_at,
        history.look_at,
    )


def correct_log(logged: Sequence[Logged], steps: Sequence[Step]) -> Corrections:
    """Compare the log with the history. What stands before the first difference holds; what comes after it in the log
    does not."""
    same = 0
    while same < min(len(logged), len(steps)) and _is_same(logged[same], steps[same]):
        same += 1
    before = steps[same - 1].status if same else None
    missing: list[tuple[str | None, Step]] = []
    for step in steps[same:]:
        missing.append((before, step))
        before = step.status
    return Corrections(list(reversed(logged[same:])), missing)


def _is_same(logged: Logged, step: Step) -> bool:
    return (logged.at, logged.status, logged.reason, logged.rules_version, logged.params) == (
        step.at,
        step.status,
        step.reason,
        step.rules_version,
        step.params,
    )


class TrackChanges(NamedTuple):
    kept: Sequence[Track]
    """New ones, and those with another date."""
    gone: Sequence[Track]


def change_tracks(stored: Iterable[Track], found: Sequence[Track]) -> TrackChanges:
    before = {(one.site_id, one.category): one for one in stored}
    changed = [one for one in found if before.get((one.site_id, one.category)) != one]
    keys = {(one.site_id, one.category) for one in found}
    return TrackChanges(changed, [one for key, one in before.items() if key not in keys])
