"""Every operation of the contract is called with ids of another company. The answer must be exactly the same as for
ids that do not exist. So nothing is read or changed, and the caller does not learn that the row exists."""

import re
from collections import defaultdict
from uuid import UUID

import pytest
from sqlalchemy import update

from app.core.ids import uuid7
from app.db.session import transaction
from app.identity.users.models import UserAccount
from tests.cast import API
from tests.isolation.every_operation import OPERATIONS, IdOf
from tests.isolation.rows import COMPANY_TABLES, Rows

pytestmark = pytest.mark.covers("M37", "P-rel-10")

GUARDED = [one for one in OPERATIONS if not one.is_public]
WITH_IDS = [one for one in GUARDED if one.path_ids() + one.other_ids()]
NAMING_OTHERS = [one for one in WITH_IDS if one.method != "GET" and one.other_ids()]
AN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_every_id_in_a_path_is_known_to_these_tests():
    paths = [(one, re.findall(r"{(\w+_id)}", one.path)) for one in GUARDED]

    assert [(one.name, ids) for one, ids in paths if len(one.path_ids()) < len(ids)] == []


async def rows_of(maker, company_id: UUID) -> IdOf:
    """One row of every table; ids by the table's name."""
    ids = {}
    async with transaction(maker, company_id) as session:
        rows = Rows(session, company_id)
        for name in COMPANY_TABLES:
            row = await rows.add(name)
            ids[name] = row.get("id") or row.get("worker_id")
    return ids.__getitem__


def never_was() -> IdOf:
    return defaultdict(uuid7).__getitem__


async def answer(person, operation, in_path: IdOf, elsewhere: IdOf) -> tuple[int, str]:
    """Status and text, without the ids that were asked for and the number of the request."""
    address, body = operation.request(in_path, elsewhere)
    given = await person.call(operation.method, address, body, if_match="*")
    return given.status_code, AN_ID.sub("…", given.text)


async def differences(person, operations, in_path: IdOf, elsewhere: IdOf) -> dict[str, object]:
    """The answers for these ids, if they differ from the answers for ids that do not exist."""
    found = {}
    for one in operations:
        given = await answer(person, one, in_path, elsewhere)
        unknown = await answer(person, one, never_was(), never_was())
        if given != unknown or given[0] >= 500:
            found[one.name] = given, unknown
    return found


async def state_of(superuser, company_id: UUID) -> dict[str, object]:
    """Every row of a company and the transaction that wrote it."""
    rows = 'SELECT array_agg((ctid, xmin)::text ORDER BY ctid) FROM "{}" WHERE company_id = $1'
    return {name: await superuser.fetchval(rows.format(name), company_id) for name in COMPANY_TABLES}


@pytest.mark.parametrize("who", ["irina", "olga", "rinat"])
async def test_what_another_company_has_is_answered_like_what_never_was(maker, superuser, cast, who):
    strangers = uuid7()
    theirs = await rows_of(maker, strangers)
    before = await state_of(superuser, strangers)

    found = await differences(getattr(cast, who), WITH_IDS, theirs, theirs)

    assert found == {}
    assert await state_of(superuser, strangers) == before


@pytest.mark.covers("P-rel-11")
async def test_a_worker_learns_nothing_of_visits_that_are_not_his(maker, superuser, cast):
    others = await rows_of(maker, cast.company_id)
    before = await state_of(superuser, cast.company_id)

    found = await differences(cast.nikolai, WITH_IDS, others, others)
    after = await state_of(superuser, cast.company_id)

    assert found == {}
    changed = [name for name in COMPANY_TABLES if after[name] != before[name]]
    assert changed == ["field_command"], "the ledger keeps what his phone tried"


async def test_nothing_of_ours_is_tied_to_what_another_company_has(maker, superuser, cast):
    strangers = uuid7()
    theirs, ours = await rows_of(maker, strangers), await rows_of(maker, cast.company_id)
    before = await state_of(superuser, strangers)
    allowed = {}

    for one in NAMING_OTHERS:
        for table in one.other_ids():

            def one_of_theirs(name: str, foreign: str = table) -> UUID:
                return theirs(name) if name == foreign else ours(name)

            person = cast.rinat if one.path.startswith(f"{API}/field/") else cast.irina
            given = await answer(person, one, ours, one_of_theirs)
            if given[0] < 400:
                allowed[one.name] = table, given

    assert allowed == {}
    assert await state_of(superuser, strangers) == before


async def dismissed(maker, person) -> None:
    await change_account(maker, person, is_active=False)


async def signed_out_everywhere(maker, person) -> None:
    await change_account(maker, person, session_version=2)


async def change_account(maker, person, **values: object) -> None:
    async with transaction(maker, person.scope.company_id) as session:
        await session.execute(update(UserAccount).filter_by(id=person.id).values(values))


@pytest.mark.parametrize("happens", [dismissed, signed_out_everywhere])
async def test_a_token_is_good_for_nothing_after_its_person_has_been(maker, cast, happens):
    person = cast.irina
    await happens(maker, person)

    taken = {one.name: (await answer(person, one, never_was(), never_was()))[0] for one in GUARDED}

    assert {name: status for name, status in taken.items() if status != 401} == {}


async def test_without_a_token_only_the_public_operations_answer(anonymous):
    taken = {}
    for one in GUARDED:
        address, body = one.request(never_was(), never_was())
        given = await anonymous.request(one.method, API + address, json="x" if body else None)
        taken[one.name] = given.status_code

    assert {name: status for name, status in taken.items() if status != 401} == {}
