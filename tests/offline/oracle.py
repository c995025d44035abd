"""Compares what is on the server with what the phones believe."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.session import Session, transaction
from tests.cast import Cast
from tests.offline.phones import HISTORY, Phone, Visit
from tests.offline.play import Figures

TRANSFER = timedelta(seconds=10)
"""So much a corrected time may be off: the time of transfer and of the queue before it."""


async def differences(cast: Cast, phones: list[Phone], figures: Figures) -> list[str]:
    """Everything that is not as it must be: nothing lost, nothing twice, nothing in the wrong place."""
    async with transaction(cast.maker, cast.company_id) as session:
        found = list(figures.problems)
        for phone in phones:
            found += await _in_ledger(session, phone)
            for visit in phone.visits:
                found += await _at_visit(session, visit)
    return found


async def _rows(session: Session, statement: str, **values: Any) -> list[Any]:
    return list(await session.execute(text(statement), values))


async def _in_ledger(session: Session, phone: Phone) -> list[str]:
    """Each command stands there once, with its verdict, at its time."""
    rows = await _rows(
        session,
        "SELECT command_id, verdict, corrected_at, is_backdated, device_seq FROM field_command"
        " WHERE device_id = :device",
        device=phone.device_id,
    )
    ledger = {str(row.command_id): row for row in rows}
    conflicts = await _rows(
        session, "SELECT command_id FROM conflict WHERE user_id = :user", user=phone.owner.id
    )
    found = []
    for command in phone.commands:
        row = ledger.get(command.id)
        if row is None:
            found.append(f"lost: {command.said}")
        elif command.expected == "applied" and row.verdict != "applied":
            found.append(f"{row.verdict}: {command.said}")
        elif row.verdict == "waiting":
            found.append(f"still waiting: {command.said}")
        elif row.verdict == "applied" and not phone.was_set and _is_off(row.corrected_at, command.given_at):
            found.append(f"{row.corrected_at} instead of {command.given_at}")
    said = {str(row.command_id) for row in rows if row.verdict == "conflict"}
    if said != {str(row.command_id) for row in conflicts}:
        found.append(f"conflicts {said} {conflicts}")
    return found + _out_of_order([ledger[one.id] for one in phone.commands if one.id in ledger])


def _is_off(corrected_at: datetime, given_at: datetime) -> bool:
    return abs(corrected_at - given_at) > TRANSFER


def _out_of_order(rows: list[Any]) -> list[str]:
    """Along the phone's numbers times never run backwards, also if its clock was set. Routes do not look back."""
    applied = [row for row in rows if row.verdict == "applied"]
    return [
        f"{one.corrected_at} after {before.corrected_at}"
        for before, one in pairwise(applied)
        if one.device_seq == before.device_seq + 1
        and one.corrected_at < before.corrected_at - timedelta(minutes=1)
    ]


async def _at_visit(session: Session, visit: Visit) -> list[str]:
    """Its status, its history in the order of the taps, its money, its pictures, its act."""
    visit_id = UUID(visit.id)
    (row,) = await _rows(session, "SELECT status FROM visit WHERE id = :id", id=visit_id)
    events = await _rows(
        session, "SELECT kind FROM visit_event WHERE visit_id = :id ORDER BY id", id=visit_id
    )
    payments = await _rows(
        session, "SELECT command_id, amount_kop FROM payment WHERE visit_id = :id", id=visit_id
    )
    pictures = await _rows(
        session, "SELECT id, purpose, sha256, stored_at FROM attachment WHERE visit_id = :id", id=visit_id
    )
    acts = await _rows(
        session, "SELECT id, signature, drawing_sha256 FROM act WHERE visit_id = :id", id=visit_id
    )
    moves = set(HISTORY.values())
    signed = visit.act.signature if visit.act else None
    pairs = {
        "status": (row.status, "canceled" if visit.is_canceled else visit.status),
        "history": ([one.kind for one in events if one.kind in moves], visit.history),
        "payments": (
            sorted((str(p.command_id), p.amount_kop) for p in payments),
            sorted(visit.payments.items()),
        ),
        "pictures": (
            {(str(one.id), one.purpose, one.sha256.hex()) for one in pictures},
            {(one.id, one.purpose, one.sha256) for one in visit.pictures.values()},
        ),
        "stored": (
            {str(one.id) for one in pictures if one.stored_at},
            {one.id for one in visit.pictures.values() if one.content is not None},
        ),
        "acts": (
            [(str(one.id), _signature(one), one.drawing_sha256 and one.drawing_sha256.hex()) for one in acts],
            [(visit.act.id, signed and signed.id, signed and signed.sha256)] if visit.act else [],
        ),
    }
    return [f"{visit.id} {name}: {is_now} {must}" for name, (is_now, must) in pairs.items() if is_now != must]


def _signature(act: Any) -> str | None:
    signature = json.loads(act.signature) if isinstance(act.signature, str) else act.signature
    return signature["attachment_id"] if signature else None
