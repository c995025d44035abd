"""Works out the statuses of clients from what happened to them, and writes what has changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.contracts.crm import ClientStatusChanged
from app.core.changes import Change, InsertMany, Row, Update
from app.core.ids import uuid7
from app.crm.facts.gathering import OfClient, facts_change
from app.crm.facts.values import Fact
from app.crm.rules.service import find_rules
from app.crm.rules.values import Rules
from app.crm.statuses import queries
from app.crm.statuses.policies.changes import Corrections, Logged, Now, change_tracks, correct_log, now_of
from app.crm.statuses.policies.history import ClientStatus, History, Reason, Step, write_history
from app.crm.tracks.policies import Track
from app.db.work import Work


class ByWhat(NamedTuple):
    """What all clients of a company are judged by."""

    rules: Sequence[Rules]
    zone: ZoneInfo
    now: datetime
    is_silent: bool = False
    """Nobody is told: history is taken over or worked out anew."""


async def read_by_what(work: Work, *, now: datetime, is_silent: bool = False) -> ByWhat:
    rules = await find_rules(work, now=now)
    return ByWhat(rules, await queries.get_zone(work), now, is_silent)


async def keep_facts(work: Work, found: Sequence[OfClient], by: ByWhat) -> None:
    """Keep facts and work out anew whom they concern, in one transaction: so a status is right as soon as its facts
    are there."""
    if (change := facts_change(found, is_history=by.is_silent)) is not None:
        work.write(change)
        await settle_clients(work, sorted({one.client_id for one in found}), by)


async def settle_clients(work: Work, client_ids: Sequence[UUID], by: ByWhat) -> int:
    """Work out the statuses of these clients. Returns how many have another one than before.

    For a card that is merged into another one, the client of that one is worked out. Who only supplies has no status.

    The rows are locked before the facts are read. So of two transactions that bring facts of one client, the second
    reads those of the first.
    """
    places = await queries.find_places(work, client_ids)
    resting = sorted(one.id for one in places if one.rests)
    if resting:
        await queries.let_rest(work, resting)
    client_ids = sorted({one.root for one in places if one.is_client})
    work.write(*_placeholders(client_ids, by.now))
    await work.write_now()
    work.write(*_reports_follow([*client_ids, *resting], by.now))
    stored = await queries.lock_lives(work, client_ids)
    facts = await queries.find_facts(work, client_ids)
    return await _write_differences(work, stored, facts, by)


def _placeholders(client_ids: Iterable[UUID], now: datetime) -> list[InsertMany]:
    """Rows to lock, for clients who have none yet."""
    rows: list[Row] = [
        {
            "client_id": client_id,
            "status": ClientStatus.TARGET,
            "reason": Reason.NO_CONTACT_YET,
            "params": {},
            "since": now,
            "rules_version": 0,
        }
        for client_id in client_ids
    ]
    return [InsertMany("client_life", rows, once=True)] if rows else []


def _reports_follow(card_ids: Sequence[UUID], now: datetime) -> list[Change]:
    """Have what reports know of these clients worked out anew: see `app.crm.pasts`."""
    if not card_ids:
        return []
    rows = [{"client_id": card_id, "look_at": now} for card_id in card_ids]
    return [
        InsertMany("client_past", rows, once=True),
        Update("client_past", {"client_id": list(card_ids)}, {"look_at": now}),
    ]


class Found(NamedTuple):
    """A client worked out anew."""

    client_id: UUID
    history: History
    now: Now
    corrections: Corrections


async def _write_differences(
    work: Work, stored: Mapping[UUID, Now], facts: Mapping[UUID, Sequence[Fact]], by: ByWhat
) -> int:
    logged = await queries.find_steps(work, list(stored))
    tracks = await queries.find_tracks(work, list(stored))
    found = [
        one
        for client_id in stored
        if (one := _work_out(client_id, facts.get(client_id, ()), logged.get(client_id, ()), by)) is not None
    ]
    await queries.add_steps(work, [row for one in found for row in _log_rows(one)])
    await queries.save_lives(work, [*_changed_lives(found, stored)])
    await _save_tracks(work, found, tracks)
    changed = [one for one in found if _has_changed(one, stored[one.client_id])]
    if not by.is_silent:
        work.announce(*(_news(one, stored[one.client_id]) for one in changed))
    return len(changed)


def _changed_lives(found: Sequence[Found], stored: Mapping[UUID, Now]) -> Iterable[Now]:
    for one in found:
        if one.now != stored[one.client_id]:
            yield one.now
    for client_id in stored.keys() - {one.client_id for one in found}:
        if stored[client_id].look_at is not None:  # nothing is known of him, so there is nothing to look at
            yield stored[client_id]._replace(look_at=None)


def _work_out(client_id: UUID, facts: Sequence[Fact], logged: Sequence[Logged], by: ByWhat) -> Found | None:
    """None: nothing is known of him yet."""
    history = write_history(facts, by.rules, zone=by.zone, until=by.now)
    if history is None:
        return None
    now = now_of(client_id, history, by.rules[-1])
    return Found(client_id, history, now, correct_log(logged, history.steps))


def _log_rows(found: Found) -> Iterator[queries.LogRow]:
    """What the log lacks: first the withdrawals, then the steps."""
    for wrong in found.corrections.wrong:
        yield _log_row(found.client_id, wrong.was, wrong, withdraws=wrong.id)
    for was, missing in found.corrections.missing:
        yield _log_row(found.client_id, was, missing, withdraws=None)


def _log_row(
    client_id: UUID, was: str | None, step: Logged | Step, *, withdraws: UUID | None
) -> queries.LogRow:
    return queries.LogRow(
        uuid7(), client_id, step.at, was, step.status, step.reason, step.params, step.rules_version, withdraws
    )


async def _save_tracks(work: Work, found: Sequence[Found], stored: Mapping[UUID, Sequence[Track]]) -> None:
    kept: list[tuple[UUID, Track]] = []
    gone: list[tuple[UUID, Track]] = []
    for one in found:
        changes = change_tracks(stored.get(one.client_id, ()), one.history.tracks)
        kept += [(one.client_id, track) for track in changes.kept]
        gone += [(one.client_id, track) for track in changes.gone]
    await queries.save_tracks(work, kept, gone)


def _has_changed(found: Found, stored: Now) -> bool:
    return found.now.status != stored.status or stored.rules_version == 0


def _news(found: Found, stored: Now) -> ClientStatusChanged:
    return ClientStatusChanged(
        client_id=found.client_id,
        was=stored.status if stored.rules_version else None,
        status=found.now.status,
        reason=found.now.reason,
        at=found.now.since,
    )
