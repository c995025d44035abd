"""What waits of a phone is carried out when what it lacks has come, also if the phone never comes again."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.ids import uuid7
from app.db.session import transaction
from app.documents.price_list.service import create_default_work_items
from app.field.commands import ledger
from app.field.commands.models import CommandRecord
from app.field.push.models import CommandDevice
from app.field.push.policies import LOOK_AGAIN, lost_by_now, pause_before_look
from app.http.audit import AuditEvent
from tests.cast import NOON
from tests.field.test_acts import TWO_WINDOWS
from tests.field.test_commands import conflicts_of, inbox_kinds
from tests.field.test_payments import PREPAYMENT
from tests.field.test_push import Phone, a_day, codes, require_photo, status_of, verdicts
from tests.pictures import a_photo, a_signature, declared
from tests.stories import booked_visit, visit_in_progress

pytestmark = pytest.mark.covers("M29", "P-rel-4")
__all__ = ["require_photo"]


async def send(phone, attachment_id, content):
    answer = await phone.owner.put(f"/attachments/{attachment_id}/content", content)
    assert answer.status_code == 200, answer.text


async def verdict_of(cast, said):
    async with transaction(cast.maker, cast.company_id) as session:
        key = (cast.company_id, said["command"]["command_id"])
        return (await session.get_one(CommandRecord, key)).verdict


async def look_at_of(cast, phone):
    async with transaction(cast.maker, cast.company_id) as session:
        key = (cast.company_id, phone.owner.scope.device_id)
        return (await session.get_one(CommandDevice, key)).look_at


async def a_completion_that_waits(cast, phone):
    """For a photo that was declared, and whose bytes are still to come."""
    visit, content, photo_id = await visit_in_progress(cast), a_photo(), str(uuid7())
    declaring = phone.said("declare_attachment", visit.id, **declared(content, attachment_id=photo_id))
    completing = phone.said("complete_visit", visit.id)
    pushed = await phone.push(declaring, completing)
    assert (verdicts(pushed), codes(pushed)[1]) == (["applied", "waiting"], "proofs_missing")
    return visit, completing, photo_id, content


async def test_a_visit_is_completed_by_its_last_photo_without_another_push(cast, background, require_photo):
    await require_photo(cast)
    phone = Phone(cast.pavel)
    visit, completing, photo_id, content = await a_completion_that_waits(cast, phone)

    await send(phone, photo_id, content)
    await background.run()

    assert await status_of(cast, visit) == "completed"
    asked = await phone.push(waiting=[completing["command"]["command_id"]])
    (told,) = asked["settled"]
    assert (told["verdict"], told["status"], told["answer"]["status"]) == ("applied", 200, "completed")
    again = await phone.push(completing)
    assert verdicts(again) == ["duplicate"]
    assert await look_at_of(cast, phone) is None


async def test_who_carries_out_what_waited_is_the_phones_owner(cast, background, require_photo):
    await require_photo(cast)
    phone = Phone(cast.pavel)
    visit, _, photo_id, content = await a_completion_that_waits(cast, phone)
    await send(phone, photo_id, content)
    await background.run()

    async with transaction(cast.maker, cast.company_id) as session:
        query = select(AuditEvent).where(AuditEvent.action == "completeVisit")
        (row,) = await session.scalars(query)

    assert (row.user_id, row.device_id) == (cast.pavel.id, phone.owner.scope.device_id)
    assert row.subject == {"visit_id": visit.id}


async def test_an_act_is_signed_when_the_picture_of_the_signature_has_come(cast, background):
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    visit = await visit_in_progress(cast, kind="installation")
    phone, content, picture_id = Phone(visit.worker), a_signature(), str(uuid7())
    act = (await visit.worker.post(f"/field/visits/{visit.id}/act", TWO_WINDOWS)).json()
    drawn = declared(content, purpose="signature", attachment_id=picture_id)
    signing = phone.said(
        "sign_act",
        act["id"],
        signer_name="А. Котова",
        signature_attachment_id=picture_id,
        content_hash=act["content_hash"],
    )
    declaring = phone.said("declare_attachment", visit.id, seq=1, **drawn)
    signing["command"]["device_seq"], declaring["command"]["device_seq"] = 1, 0
    waits = await phone.push(declaring, signing)

    await send(phone, picture_id, content)
    await background.run()

    assert verdicts(waits) == ["applied", "waiting"]
    assert await verdict_of(cast, signing) == "applied"


async def test_what_waits_passes_in_the_same_batch_that_brings_what_it_lacks(cast):
    """The job type asks for a signed act: the completion came before the signature."""
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    visit = await visit_in_progress(cast, kind="installation")
    await require_signature(cast)
    phone, content, picture_id = Phone(visit.worker), a_signature(), str(uuid7())
    act = (await visit.worker.post(f"/field/visits/{visit.id}/act", TWO_WINDOWS)).json()
    drawn = declared(content, purpose="signature", attachment_id=picture_id)
    await phone.push(phone.said("declare_attachment", visit.id, **drawn))
    await send(phone, picture_id, content)
    signed = {
        "signer_name": "А. Котова",
        "signature_attachment_id": picture_id,
        "content_hash": act["content_hash"],
    }

    pushed = await phone.push(
        phone.said("complete_visit", visit.id), phone.said("sign_act", act["id"], **signed)
    )

    assert verdicts(pushed) == ["applied", "applied"]
    assert await status_of(cast, visit) == "completed"


async def require_signature(cast):
    path = f"/job-types/{cast.installation_type_id}"
    etag = (await cast.irina.get(path)).headers["etag"]
    proofs = [{"proof": "signature", "stage": "complete", "level": "required"}]
    changed = await cast.irina.patch(path, {"proofs": proofs}, if_match=etag)
    assert changed.status_code == 200, changed.text


async def test_a_gap_closed_by_a_route_lets_the_rest_go_on_without_the_phone(cast, clock, background):
    visit, phone = await booked_visit(cast), Phone(cast.pavel)
    first, *rest = a_day(phone, visit)
    waits = await phone.push(*rest)

    await phone.owner.post(f"/field/visits/{visit.id}/accept", first["command"])
    clock.advance(minutes=1)
    await background.run()

    assert verdicts(waits) == ["waiting"] * 3
    assert await status_of(cast, visit) == "in_progress"


async def test_what_a_dead_process_had_received_is_carried_out(cast, clock, background, monkeypatch):
    visit, phone = await booked_visit(cast), Phone(cast.pavel)

    async def die(*_, **__):
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "_apply", die)
        with pytest.raises(asyncio.CancelledError):
            await phone.push(*a_day(phone, visit))
    assert await status_of(cast, visit) == "offered"

    clock.advance(minutes=10)
    await background.run()

    assert await status_of(cast, visit) == "in_progress"


async def test_what_still_lacks_its_file_after_a_day_lies_before_a_person(
    cast, clock, background, require_photo
):
    await require_photo(cast)
    phone = Phone(cast.pavel)
    _, completing, _, _ = await a_completion_that_waits(cast, phone)

    clock.advance(hours=2)
    await background.run()
    after_two_hours = await verdict_of(cast, completing), await inbox_kinds(cast.olga)
    clock.advance(hours=23)
    await background.run()
    after_a_day = await verdict_of(cast, completing), await inbox_kinds(cast.olga)

    assert (after_two_hours[0], "command_waits" in after_two_hours[1]) == ("waiting", True)
    assert (after_a_day[0], "command_conflict" in after_a_day[1]) == ("conflict", True)
    assert "command_waits" not in after_a_day[1]
    assert len(await conflicts_of(cast)) == 1
    assert await look_at_of(cast, phone) is None


async def test_numbers_that_do_not_come_for_a_week_keep_nothing_waiting(cast, clock, background):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    pausing = phone.said("pause_visit", visit.id, seq=3, reason="break")
    await phone.push(pausing)

    clock.advance(days=6)
    await background.run()
    early = await verdict_of(cast, pausing)
    clock.advance(days=1, minutes=31)
    await background.run()

    assert (early, await verdict_of(cast, pausing)) == ("waiting", "applied")
    late = await phone.push(phone.said("take_payment", visit.id, seq=1, **PREPAYMENT))
    assert (verdicts(late), late["expected_seq"]) == (["applied"], 4), (
        "what was taken for lost may still come"
    )


async def test_nobody_is_told_of_the_commands_of_others(cast, other_cast, require_photo):
    await require_photo(cast)
    _, completing, _, _ = await a_completion_that_waits(cast, Phone(cast.pavel))
    asked = [completing["command"]["command_id"]]

    of_another_worker = await Phone(cast.nikolai).push(waiting=asked)
    of_another_company = await Phone(other_cast.pavel).push(waiting=asked)

    assert (of_another_worker["settled"], of_another_company["settled"]) == ([], [])


async def test_two_sweeps_at_once_look_at_a_phone_once(cast, clock, background):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    await phone.push(phone.said("pause_visit", visit.id, seq=1, reason="break"))

    early = await background.sweep("waiting_phone")
    clock.advance(minutes=1)
    taken = await asyncio.gather(*[background.sweep("waiting_phone") for _ in range(2)])

    assert (early, sorted(taken)) == (0, [0, 1])


def test_looks_are_close_at_first_and_rare_later():
    shortest, longest = LOOK_AGAIN

    assert pause_before_look(timedelta()) == shortest
    assert pause_before_look(timedelta(minutes=20)) == timedelta(minutes=5)
    assert pause_before_look(timedelta(days=3)) == longest


def test_only_numbers_that_are_missing_for_a_week_are_taken_for_lost():
    week = timedelta(days=7)

    assert lost_by_now(2, 5, since=NOON - week, now=NOON) is None
    assert lost_by_now(2, 5, since=NOON - week - timedelta(seconds=1), now=NOON) == (2, 5)
    assert lost_by_now(5, 5, since=NOON - 2 * week, now=NOON) is None
