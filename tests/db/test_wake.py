"""Notes to the background process name the work and its time, and are sent only with COMMIT."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from app.contracts.dispatch import VisitPlanned
from app.core.changes import Delete, Insert, Update
from app.core.ids import uuid7
from app.db.outbox import EventDelivery, announce
from app.db.session import transaction
from app.db.wake import NOTES, Note, note, notify, read_note
from app.db.work import begin_work
from tests.cast import NOON

ANNA = UUID("01a2272c-b9f0-7357-978f-94f8ab7edc9d")


@pytest.mark.parametrize("due_at", [None, NOON, datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)])
def test_a_note_is_read_as_it_was_written(due_at):
    assert read_note(note("escalation", ANNA, due_at)) == Note("escalation", ANNA, due_at)


def test_a_note_of_another_zone_means_the_same_moment():
    moscow = NOON.astimezone(timezone(timedelta(hours=3)))

    assert read_note(note("escalation", ANNA, moscow)).due_at == NOON


def test_notes_go_out_in_one_text():
    assert (
        notify(["relay 1", "message 1"]) == "NOTIFY brigada_wake, 'message 1';NOTIFY brigada_wake, 'relay 1';"
    )


async def test_a_session_tells_of_the_deadlines_it_writes(maker):
    company_id = uuid7()
    async with transaction(maker, company_id) as session:
        await announce(session, company_id, VisitPlanned(visit_id=uuid7(), job_id=uuid7()))
        delivery = EventDelivery(company_id=company_id, event_id=uuid7(), listener="one", due_at=NOON)
        session.add(delivery)
        await session.flush()
        first = set(session.info[NOTES])
        delivery.due_at = NOON + timedelta(hours=1)
        await session.flush()
        delivery.tries = 2
        await session.flush()
        second = session.info[NOTES] - first

    assert first == {note("relay", company_id), note("delivery", company_id, NOON)}
    assert second == {note("delivery", company_id, NOON + timedelta(hours=1))}


async def test_a_command_tells_of_the_deadlines_it_writes(maker):
    company_id, key = uuid7(), {"event_id": uuid7(), "listener": "one"}
    async with begin_work(maker, company_id) as work:
        work.write(Insert("event_delivery", key | {"due_at": NOON}))
        work.write(
            Update("event_delivery", key, {"tries": 1}), Update("event_delivery", key, {"due_at": None})
        )
        work.write(Delete("event_delivery", key))
        told = set(work.notes)
        work._changes.clear()  # due_at may not be null; here it is only about the notes

    assert told == {note("delivery", company_id, NOON)}
