"""Seals over the audit: whatever is changed, removed, put in or made anew is found."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast as typed
from uuid import UUID

import pytest
from obstore.store import MemoryStore
from sqlalchemy import Table, select, text

from app.core.changes import Insert
from app.core.ids import lowest_id_at, uuid7
from app.db.files import delete_file, put_file, read_file
from app.db.seal_check import check_company
from app.db.seal_heads import head_key, name_of
from app.db.seals import AuditSeal, find_companies, seal_companies, seal_company, write_heads
from app.db.session import transaction
from app.db.work import begin_work
from app.http.audit import AuditEvent

pytestmark = pytest.mark.covers("P-rel-9", "M39")

TABLES = [typed(Table, AuditEvent.__table__)]
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = BEGIN + 30 * HOUR
KEY = head_key("11" * 32)
OTHER_KEY = head_key("22" * 32)


@pytest.fixture
def company_id() -> UUID:
    return uuid7()


@pytest.fixture
def files() -> MemoryStore:
    return MemoryStore()


def id_at(moment: datetime, number: int = 0) -> UUID:
    return UUID(int=lowest_id_at(moment).int + 0x7000_8000_0000_0000_0000 + number)


async def act(maker, company_id, moment, *, action="planVisit", number=0) -> UUID:
    row = {
        "id": id_at(moment, number),
        "at": moment,
        "user_id": uuid7(),
        "action": action,
        "subject": {"visit_id": "«5»"},
        "request_id": "one",
    }
    async with begin_work(maker, company_id) as work:
        work.write(Insert("audit_event", row))
    return row["id"]


@pytest.fixture
async def sealed(maker, company_id, files):
    """Three seals over nine rows, with their heads."""
    ids = []
    for hour in range(3):
        ids += [await act(maker, company_id, BEGIN + hour * HOUR, number=number) for number in range(3)]
        await seal_company(
            maker,
            company_id,
            TABLES,
            before=lowest_id_at(BEGIN + (hour + 1) * HOUR),
            now=BEGIN + (hour + 1) * HOUR,
        )
        await write_heads(maker, files, company_id, key=KEY)
    return SimpleNamespace(company_id=company_id, ids=ids)


async def findings(maker, files, company_id, *, key=KEY, now=LATER) -> set[tuple[str, int]]:
    checked = await check_company(maker, files, company_id, TABLES, key=key, now=now)
    return {(one.what, one.number) for one in checked.findings}


async def test_what_nobody_touched_is_as_sealed(maker, files, sealed):
    checked = await check_company(maker, files, sealed.company_id, TABLES, key=KEY, now=LATER)

    assert (checked.seals, checked.rows, checked.findings) == (3, 9, [])


CHANGES = {
    "edited": "UPDATE audit_event SET action = 'other' WHERE id = $1",
    "who": "UPDATE audit_event SET user_id = gen_random_uuid() WHERE id = $1",
    "when": "UPDATE audit_event SET at = at + interval '1 second' WHERE id = $1",
    "what": "UPDATE audit_event SET subject = '{}' WHERE id = $1",
    "deleted": "DELETE FROM audit_event WHERE id = $1",
}


@pytest.mark.parametrize("change", ["edited", "who", "when", "what", "deleted"])
async def test_a_row_that_was_changed_or_removed_is_found(maker, files, sealed, superuser, change):
    await superuser.execute(CHANGES[change], sealed.ids[4])

    assert await findings(maker, files, sealed.company_id) == {("rows_changed", 2)}


async def test_a_row_that_was_put_in_later_is_found(maker, files, sealed):
    await act(maker, sealed.company_id, BEGIN + HOUR, number=77)

    assert await findings(maker, files, sealed.company_id) == {("rows_changed", 2)}


async def test_a_tail_that_was_cut_is_found(maker, files, sealed, superuser):
    await superuser.execute("DELETE FROM audit_event WHERE id = ANY($1)", sealed.ids[6:])
    await superuser.execute("DELETE FROM audit_seal WHERE company_id = $1 AND number = 3", sealed.company_id)

    assert await findings(maker, files, sealed.company_id) == {("tail_cut", 3)}


async def test_everything_removed_is_found(maker, files, sealed, superuser):
    for table in ("audit_event", "audit_seal"):
        await superuser.execute(f"DELETE FROM {table} WHERE company_id = $1", sealed.company_id)

    assert await findings(maker, files, sealed.company_id) == {("tail_cut", 3)}


async def test_a_head_that_was_rewritten_is_found(maker, files, sealed, superuser):
    """The last row is changed, and the last seal with it."""
    await superuser.execute(CHANGES["edited"], sealed.ids[8])
    await made_anew(maker, superuser, sealed.company_id, from_number=3)

    assert await findings(maker, files, sealed.company_id) == {("head_differs", 3)}


async def test_a_whole_table_that_was_swapped_is_found(maker, files, sealed, superuser):
    await superuser.execute(CHANGES["edited"], sealed.ids[0])
    await made_anew(maker, superuser, sealed.company_id, from_number=1)

    assert {("head_differs", 1), ("head_differs", 2), ("head_differs", 3)} == await findings(
        maker, files, sealed.company_id
    )


async def made_anew(maker, superuser, company_id, *, from_number) -> None:
    """What a forger does who knows how seals are made: a chain that holds together."""
    await superuser.execute(
        "DELETE FROM audit_seal WHERE company_id = $1 AND number >= $2", company_id, from_number
    )
    for number in range(from_number, 4):
        before, now = lowest_id_at(BEGIN + number * HOUR), BEGIN + number * HOUR
        await seal_company(maker, company_id, TABLES, before=before, now=now)


async def test_heads_rewritten_with_the_database_are_found_by_their_signature(
    maker, files, sealed, superuser
):
    await superuser.execute(CHANGES["edited"], sealed.ids[8])
    await made_anew(maker, superuser, sealed.company_id, from_number=3)
    await delete_file(files, name_of(sealed.company_id, 3))
    for forged_with in (OTHER_KEY, None):
        await write_heads(maker, files, sealed.company_id, key=forged_with)

        assert await findings(maker, files, sealed.company_id) == {("head_not_ours", 3)}
        await delete_file(files, name_of(sealed.company_id, 3))


async def test_a_seal_that_was_changed_breaks_the_chain(maker, files, sealed, superuser):
    await superuser.execute(
        "UPDATE audit_seal SET sealed_at = now() WHERE company_id = $1 AND number = 2", sealed.company_id
    )

    assert {("seal_changed", 2), ("head_differs", 2)} <= await findings(maker, files, sealed.company_id)


async def test_a_seal_that_was_taken_out_is_missing(maker, files, sealed, superuser):
    await superuser.execute("DELETE FROM audit_seal WHERE company_id = $1 AND number = 2", sealed.company_id)

    assert ("seal_missing", 2) in await findings(maker, files, sealed.company_id)


async def test_a_head_that_was_removed_or_spoilt_is_found(maker, files, sealed):
    await put_file(files, name_of(sealed.company_id, 1), b"spoilt")
    await delete_file(files, name_of(sealed.company_id, 2))

    assert await findings(maker, files, sealed.company_id) == {("head_missing", 1), ("head_missing", 2)}


async def test_the_application_adds_seals_and_changes_none(maker, sealed):
    for statement in ("UPDATE audit_seal SET number = 9", "DELETE FROM audit_seal"):
        with pytest.raises(Exception, match="permission denied"):
            async with transaction(maker, sealed.company_id) as session:
                await session.execute(text(statement))


async def test_rows_are_sealed_once_in_order_and_nothing_twice(maker, company_id, files):
    await act(maker, company_id, BEGIN)
    before = lowest_id_at(BEGIN + HOUR)

    first = await seal_company(maker, company_id, TABLES, before=before, now=LATER)
    again = await seal_company(maker, company_id, TABLES, before=before, now=LATER)

    assert (first, again) == (1, 0)


async def test_many_rows_get_several_seals(maker, company_id, files, monkeypatch):
    monkeypatch.setattr("app.db.seals.ROWS_MAX", 2)
    for number in range(5):
        await act(maker, company_id, BEGIN, number=number)

    added = await seal_company(maker, company_id, TABLES, before=lowest_id_at(LATER), now=LATER)

    assert added == 3
    assert await findings(maker, files, company_id, now=LATER) == set()


async def test_two_processes_at_once_make_one_chain(maker, company_id, files):
    for number in range(4):
        await act(maker, company_id, BEGIN, number=number)

    await asyncio.gather(
        *[
            seal_company(maker, company_id, TABLES, before=lowest_id_at(LATER), now=LATER + n * HOUR)
            for n in range(4)
        ]
    )

    assert await findings(maker, files, company_id) <= {("head_missing", 1)}
    async with transaction(maker, company_id) as session:
        assert (await session.scalars(select(AuditSeal.number))).all() == [1]


async def test_a_store_that_was_away_gets_its_heads_later(maker, company_id, files):
    for hour in range(3):
        await act(maker, company_id, BEGIN + hour * HOUR)
        await seal_company(
            maker,
            company_id,
            TABLES,
            before=lowest_id_at(BEGIN + (hour + 1) * HOUR),
            now=BEGIN + (hour + 1) * HOUR,
        )

    await write_heads(maker, files, company_id, key=None)

    assert await findings(maker, files, company_id, key=None) == set()
    assert b'"number":2' in await read_file(files, name_of(company_id, 2))


async def test_companies_with_something_new_are_found_and_sealed(maker, company_id, files):
    await act(maker, company_id, BEGIN)
    after, before = lowest_id_at(BEGIN - HOUR), lowest_id_at(BEGIN + HOUR)

    assert company_id not in await find_companies(maker, after=before, before=lowest_id_at(LATER))
    is_whole = await seal_companies(maker, files, TABLES, after=after, before=before, key=KEY, now=LATER)

    assert is_whole
