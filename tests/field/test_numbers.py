"""A number of a phone belongs to one command, whichever way it comes: a phone that counts anew is told so."""

import asyncio

import pytest
from sqlalchemy import select

from app.core.ids import uuid7
from app.db.session import transaction
from app.field.commands.models import CommandRecord
from tests.dispatch.given import code_of
from tests.field.test_push import Phone, verdicts
from tests.pictures import a_photo, declared
from tests.stories import accepted_visit, tapped

pytestmark = pytest.mark.covers("M29", "P-rel-4")


async def ledger_of(cast, phone):
    query = (
        select(CommandRecord.kind, CommandRecord.device_seq, CommandRecord.verdict, CommandRecord.code)
        .where(CommandRecord.device_id == phone.owner.scope.device_id)
        .order_by(CommandRecord.command_id)
    )
    async with transaction(cast.maker, cast.company_id) as session:
        return [tuple(row) for row in await session.execute(query)]


async def tap(phone, visit, command, **fields):
    return await phone.owner.post(f"/field/visits/{visit.id}/{command}", tapped(**fields))


async def test_a_number_that_another_command_has_is_refused_by_a_route_and_named_in_the_ledger(cast):
    visit, phone = await accepted_visit(cast), Phone(cast.pavel)
    await tap(phone, visit, "depart", device_seq=7)

    again = await tap(phone, visit, "arrive", device_seq=7)

    assert code_of(again) == (409, "sequence_rolled_back")
    assert again.json()["params"] == {"expected_seq": 8}
    assert (await visit.screen())["status"] == "en_route"
    assert await ledger_of(cast, phone) == [
        ("depart_for_visit", 7, "applied", None),
        ("arrive_at_visit", None, "rejected", "sequence_rolled_back"),
    ]


async def test_a_photo_is_not_declared_under_a_number_that_is_used(cast):
    visit, phone = await accepted_visit(cast), Phone(cast.pavel)
    said = declared(a_photo(), command_id=str(uuid7()), device_seq=0)
    path = f"/field/visits/{visit.id}/attachments"

    first = await phone.owner.post(path, said)
    again = await phone.owner.post(path, said | {"command_id": str(uuid7()), "caption": "другое"})

    assert (first.status_code, code_of(again)) == (201, (409, "sequence_rolled_back"))


async def test_the_same_command_again_keeps_its_number_and_a_refused_one_comes_with_another(cast):
    visit, phone = await accepted_visit(cast), Phone(cast.pavel)
    depart, arrive = tapped(device_seq=7), tapped(device_seq=7)
    path = f"/field/visits/{visit.id}"
    await phone.owner.post(f"{path}/depart", depart)
    await phone.owner.post(f"{path}/arrive", arrive)

    repeated = await phone.owner.post(f"{path}/depart", depart)
    mended = await phone.owner.post(f"{path}/arrive", arrive | {"device_seq": 8})

    assert (repeated.status_code, mended.status_code) == (200, 200)
    assert [row[1:3] for row in await ledger_of(cast, phone)] == [(7, "applied"), (8, "applied")]


async def test_what_the_state_refuses_does_not_take_the_number_of_another(cast):
    visit, phone = await accepted_visit(cast), Phone(cast.pavel)
    await tap(phone, visit, "depart", device_seq=7)

    refused = await tap(phone, visit, "resume", device_seq=7)

    assert code_of(refused) == (409, "visit_move_refused")
    assert [row[1] for row in await ledger_of(cast, phone)] == [7, None]


async def test_a_batch_knows_the_numbers_that_came_by_routes(cast):
    visit, phone = await accepted_visit(cast), Phone(cast.pavel)
    await tap(phone, visit, "depart", device_seq=0)

    pushed = await phone.push(phone.said("arrive_at_visit", visit.id, seq=0))

    assert verdicts(pushed) == ["rejected"]
    assert pushed["verdicts"][0]["problem"]["code"] == "sequence_rolled_back"


async def test_of_two_commands_with_one_number_at_once_one_is_applied(cast):
    visit, phone = await accepted_visit(cast), Phone(cast.pavel)
    path = f"/field/visits/{visit.id}/attachments"
    bodies = [declared(a_photo(), command_id=str(uuid7()), device_seq=3) for _ in range(4)]

    answers = await asyncio.gather(*[phone.owner.post(path, body) for body in bodies])

    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]


async def test_phones_do_not_share_their_numbers(cast):
    visit = await accepted_visit(cast)

    first = await tap(Phone(cast.pavel), visit, "depart", device_seq=0)
    second = await tap(Phone(cast.pavel), visit, "arrive", device_seq=0)

    assert (first.status_code, second.status_code) == (200, 200)
