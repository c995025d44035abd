"""Rows that are collected and written together before COMMIT."""

from contextlib import suppress
from uuid import UUID

import pytest
from sqlalchemy import select

from app.contracts.dispatch import VisitPlanned
from app.core.ids import uuid7
from app.db.append import append
from app.db.outbox import OutboxEvent, announce
from app.db.session import Session, transaction
from app.http.audit import AUDIT, AuditEvent
from tests.counting import statements_of

pytestmark = pytest.mark.covers("P-rel-2")


def planned() -> VisitPlanned:
    return VisitPlanned(visit_id=uuid7(), job_id=uuid7())


async def note_action(session: Session, company_id: UUID, action: str) -> None:
    row = {"company_id": company_id, "id": uuid7(), "user_id": uuid7(), "action": action}
    await append(session, AUDIT, row | {"subject": {"visit_id": "«5»"}, "request_id": "one"})


@pytest.fixture
def company_id() -> UUID:
    return uuid7()


@pytest.fixture
def kept(maker, company_id):
    """What is there after the transaction: (events, actions)."""

    async def kept() -> tuple[list[str], list[str]]:
        async with transaction(maker, company_id) as session:
            events = await session.scalars(select(OutboxEvent).order_by(OutboxEvent.happened_at))
            actions = await session.scalars(select(AuditEvent).order_by(AuditEvent.id))
            return [one.payload["visit_id"] for one in events], [one.action for one in actions]

    return kept


async def test_rows_of_several_tables_take_one_statement_and_keep_their_order(
    engine, maker, company_id, kept
):
    first, second = planned(), planned()

    with statements_of(engine) as sent:
        async with transaction(maker, company_id) as session:
            await announce(session, company_id, first)
            await note_action(session, company_id, "planVisit")
            await announce(session, company_id, second)

    assert len(sent) == 1
    assert await kept() == ([str(first.visit_id), str(second.visit_id)], ["planVisit"])


async def test_a_transaction_that_fails_keeps_nothing_of_them(maker, company_id, kept):
    with suppress(ZeroDivisionError):
        async with transaction(maker, company_id) as session:
            await announce(session, company_id, planned())
            raise ZeroDivisionError

    assert await kept() == ([], [])


async def test_a_savepoint_takes_its_own_back_with_it_and_no_others(maker, company_id, kept):
    before, inside, after = planned(), planned(), planned()

    async with transaction(maker, company_id) as session:
        await announce(session, company_id, before)
        with suppress(ZeroDivisionError):
            async with session.begin_nested():
                await announce(session, company_id, inside)
                raise ZeroDivisionError
        async with session.begin_nested():
            await announce(session, company_id, after)

    assert sorted((await kept())[0]) == sorted([str(before.visit_id), str(after.visit_id)])


async def test_rows_of_another_company_are_refused(maker, company_id, kept):
    with pytest.raises(Exception, match="row-level security"):
        async with transaction(maker, uuid7()) as session:
            await announce(session, company_id, planned())

    assert await kept() == ([], [])
