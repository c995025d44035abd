"""The database refuses every move of a status that the code's own table of moves does not have, and allows the rest."""

from collections.abc import Mapping
from enum import StrEnum
from itertools import product
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from app.core.ids import uuid7
from app.crm.cases.policies.steps import CASE_MOVES
from app.crm.invites.policies import MOVES as INVITATION_MOVES
from app.crm.plans.policies import MOVES as PLAN_MOVES
from app.crm.touches.values import MOVES as TOUCH_MOVES
from app.db.session import transaction
from app.dispatch.offers.states import OFFER_MOVES
from app.dispatch.visits.policies import MOVES as VISIT_MOVES
from app.dispatch.visits.policies import VisitStatus, job_status
from app.documents.content.stored import ACT_MOVES
from app.notifications.batches.policies import MOVES as BATCH_MOVES
from app.notifications.messages.policies import MOVES as MESSAGE_MOVES
from app.orders.production.policies import MOVES as PRODUCTION_MOVES
from app.orders.statuses import JOB_MOVES, ORDER_MOVES, JobStatus
from app.schema import metadata
from tests.cast import NOON
from tests.isolation.rows import Rows

pytestmark = pytest.mark.covers("P-rel-6")

Moves = Mapping[Any, frozenset[Any]]
GUARDED: dict[str, Moves] = {
    "act": ACT_MOVES,
    "client_order": ORDER_MOVES,
    "invitation": INVITATION_MOVES,
    "job": JOB_MOVES,
    "message": MESSAGE_MOVES,
    "message_batch": BATCH_MOVES,
    "offer": OFFER_MOVES,
    "production_order": PRODUCTION_MOVES,
    "touch": TOUCH_MOVES,
    "touch_plan": PLAN_MOVES,
    "recovery_case": CASE_MOVES,
}
SIGNED = {"signature": {"by": "x"}, "signature_hash": b"x", "signed_at": NOON, "number": 1}
OVER = {"closed_at": NOON}
BY_SOMEBODY = {"released_by": uuid7()}
CLOSED = {"step": None, "closed_at": NOON}
RELEASED = {"released_by": uuid7(), "released_at": NOON}
TOGETHER: dict[tuple[str, str], dict[str, Any]] = {
    ("act", "signed"): SIGNED,
    ("client_order", "canceled"): {"canceled_reason": "x"},
    ("invitation", "released"): BY_SOMEBODY,
    ("invitation", "sent"): BY_SOMEBODY,
    ("invitation", "booked"): OVER,
    ("invitation", "expired"): OVER,
    ("invitation", "withdrawn"): OVER,
    ("job", "canceled"): {"canceled_reason": "x"},
    ("message_batch", "released"): RELEASED,
    ("message_batch", "paused"): RELEASED,
    **{("touch", one): {"ended_at": NOON, "reason": "stop"} for one in ("sent", "done", "skipped", "failed")},
    ("touch_plan", "on"): RELEASED | {"published_number": 1},
    ("recovery_case", "recovered"): CLOSED | {"confirmed_at": NOON},
    ("recovery_case", "not_recovered"): CLOSED,
    ("recovery_case", "given_up"): CLOSED,
}
"""Columns that a CHECK wants together with a status."""
ALONE = {
    "act": dict.fromkeys(SIGNED),
    "client_order": {"canceled_reason": None},
    "invitation": {"closed_at": None},
    "job": {"canceled_reason": None},
    "recovery_case": {"step": "evidence", "closed_at": None},
    "touch": {"ended_at": None, "look_at": NOON},
}


def columns(name: str, status: StrEnum) -> dict[str, Any]:
    return {"status": str(status)} | ALONE.get(name, {}) | TOGETHER.get((name, status), {})


async def is_taken(session, statement) -> bool:
    """Whether the database takes it. It is undone in any case."""
    savepoint = await session.begin_nested()
    try:
        await session.execute(statement)
    except IntegrityError as error:
        if "cannot go from" not in str(error):  # Citus tells no name of a constraint
            raise
        return False
    finally:
        await savepoint.rollback()
    return True


@pytest.mark.parametrize("name", GUARDED)
async def test_the_database_and_the_code_know_the_same_moves(maker, name):
    table, moves, company_id = metadata.tables[name], GUARDED[name], uuid7()
    taken = set()
    async with transaction(maker, company_id) as session:
        values = await Rows(session, company_id).values(name)
        for was in moves:
            begun = await session.begin_nested()
            first = next(iter(moves)) if name == "act" else was
            await session.execute(insert(table).values(values | columns(name, first)))
            here = update(table).where(table.c.company_id == company_id, table.c.id == values["id"])
            if was != first:
                await session.execute(here.values(columns(name, was)))
            for to in moves:
                becomes = columns(name, to)
                if name == "act" and "signed" in (
                    was,
                    to,
                ):  # what was signed stays: see tests/documents/test_sealed
                    becomes = columns(name, to) if was == first else {"status": str(to)}
                if was != to and await is_taken(session, here.values(becomes)):
                    taken.add((was, to))
            await begun.rollback()

    assert taken == {(was, to) for was, following in moves.items() for to in following}


def test_a_job_makes_no_other_move_than_its_visits_lead_to():
    """Up to three visits in every status, and each step that one of them can make or that adds or removes one."""
    led = set()
    for size in range(4):
        for visits in product(VisitStatus, repeat=size):
            was = job_status(visits)
            if size < 3:
                led.add((was, job_status([*visits, VisitStatus.PLANNED])))
            for place, status in enumerate(visits):
                for following in VISIT_MOVES[status]:
                    led.add((was, job_status([*visits[:place], following, *visits[place + 1 :]])))
    by_office = {JobStatus.CLOSED, JobStatus.CANCELED}

    known = {(was, to) for was, following in JOB_MOVES.items() for to in following - by_office}
    assert {(was, to) for was, to in led if was != to} == known


def test_what_is_over_stays_over():
    ends = {JobStatus.CLOSED, JobStatus.CANCELED, "canceled", "delivered", "declined", "expired", "withdrawn"}
    for name in ("job", "client_order", "offer", "production_order"):
        for status, following in GUARDED[name].items():
            assert not (status in ends and following), (name, status)
