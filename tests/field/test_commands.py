"""The ledger: what a phone commands has its effect once and gets the same answer again, whatever happens meanwhile."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db.session import transaction
from app.field.commands.models import CommandRecord, Conflict
from app.field.commands.policies import Verdict, times_of, verdict_of
from app.field.push.registry import KINDS
from app.field.work.service import CommentNeeded
from tests.cast import NOON
from tests.counting import asyncpg_statements
from tests.dispatch.given import code_of
from tests.field.test_payments import FINAL, PREPAYMENT
from tests.stories import accepted_visit, booked_visit, tapped, visit_in_progress

pytestmark = pytest.mark.covers("M29", "P-rel-4")


async def ledger_of(cast, command):
    async with transaction(cast.maker, cast.company_id) as session:
        return await session.get_one(CommandRecord, (cast.company_id, command["command_id"]))


async def conflicts_of(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        return list(await session.scalars(select(Conflict).order_by(Conflict.id)))


async def inbox_kinds(person):
    items = (await person.get("/inbox?is_open=true")).json()["items"]
    return [one["kind"] for one in items]


async def test_a_command_gets_the_same_answer_again_also_after_the_visit_has_moved_on(cast):
    visit = await booked_visit(cast)
    accepting = tapped(sent_at=NOON.isoformat())
    first = await cast.pavel.post(f"/field/visits/{visit.id}/accept", accepting)
    await visit.done("depart")
    await visit.done("arrive")

    again = await cast.pavel.post(f"/field/visits/{visit.id}/accept", accepting)

    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json()["status"] == "accepted"


async def test_many_at_once_have_one_effect_and_one_answer(cast):
    visit = await visit_in_progress(cast)
    money = tapped(**PREPAYMENT)

    answers = await asyncio.gather(
        *[cast.pavel.post(f"/field/visits/{visit.id}/payments", money) for _ in range(20)]
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await ledger_of(cast, money)).verdict == Verdict.APPLIED


async def test_one_id_is_one_command_across_all_kinds_and_people(cast):
    visit = await visit_in_progress(cast)
    other = await accepted_visit(cast, worker=cast.nikolai)
    money = tapped(**PREPAYMENT)
    await visit.worker.post(f"/field/visits/{visit.id}/payments", money)

    as_pause = await visit.tap("pause", reason="break", command_id=money["command_id"])
    as_other_money = await visit.tap("payments", **{**money, "amount_kop": 1})
    of_another = await other.tap("depart", command_id=money["command_id"])

    assert [code_of(one) for one in (as_pause, as_other_money, of_another)] == [(422, "command_reused")] * 3


async def test_a_refused_command_is_kept_with_what_came_and_may_pass_later(cast):
    visit = await visit_in_progress(cast)
    await visit.done("payments", **PREPAYMENT)
    money = tapped(**PREPAYMENT)

    refused = await cast.pavel.post(f"/field/visits/{visit.id}/payments", money)
    kept = await ledger_of(cast, money)
    passed = await cast.pavel.post(f"/field/visits/{visit.id}/payments", money | {"reason": "Ещё окно"})
    again = await cast.pavel.post(f"/field/visits/{visit.id}/payments", money | {"reason": "Ещё окно"})

    assert (refused.status_code, kept.verdict, kept.code) == (409, Verdict.REJECTED, "payment_unexpected")
    assert kept.payload["amount_kop"] == PREPAYMENT["amount_kop"]
    assert (passed.status_code, again.json()) == (201, passed.json())
    row = await ledger_of(cast, money)
    assert (row.verdict, row.code, row.payload["reason"]) == (Verdict.APPLIED, None, "")


async def test_a_refused_id_is_not_free_for_something_else(cast):
    visit = await accepted_visit(cast)
    too_early = tapped(**FINAL)
    await cast.pavel.post(f"/field/visits/{visit.id}/payments", too_early)

    reused = await visit.tap("depart", command_id=too_early["command_id"])

    assert code_of(reused) == (422, "command_reused")


async def test_what_the_office_changed_while_the_phone_had_no_network_is_a_conflict_with_both_sides(cast):
    visit = await accepted_visit(cast)
    await cast.olga.post(f"/visits/{visit.id}/cancel", {"reason": "Клиент передумал"}, if_match="*")
    leaving = tapped(at=NOON - timedelta(hours=2), sent_at=NOON.isoformat())

    first = await cast.pavel.post(f"/field/visits/{visit.id}/depart", leaving)
    again = await cast.pavel.post(f"/field/visits/{visit.id}/depart", leaving)

    assert code_of(first) == code_of(again) == (404, "visit_not_found")
    (conflict,) = await conflicts_of(cast)
    assert (str(conflict.subject_id), conflict.mine["kind"]) == (visit.id, "depart_for_visit")
    assert (conflict.theirs["visit"]["status"], conflict.theirs["code"]) == ("canceled", first.json()["code"])
    assert conflict.theirs["said"]["ru"].startswith(
        "Исполнитель передал с телефона: начало пути. Не выполнено: "
    )
    assert "отменён" in conflict.theirs["said"]["ru"]
    assert conflict.theirs["said"]["en"].startswith("The worker sent from the phone: departure. Not done: ")
    assert (await inbox_kinds(cast.olga)).count("command_conflict") == 1


async def test_a_refusal_at_the_moment_of_the_tap_is_no_conflict(cast):
    visit = await accepted_visit(cast)

    answer = await visit.tap("start", sent_at=NOON.isoformat())

    assert answer.status_code == 409
    assert await conflicts_of(cast) == []


@pytest.mark.parametrize("refusal", [CommentNeeded()])
def test_values_that_cannot_be_right_are_rejected_however_late_they_come(refusal):
    kept = times_of(NOON - timedelta(hours=8), sent_at=NOON, received_at=NOON)

    assert verdict_of(refusal, kept, now=NOON) == Verdict.REJECTED


async def test_the_ledger_keeps_what_the_phone_said_of_its_time_and_what_it_was(cast, clock):
    visit = await booked_visit(cast)
    wrong = NOON - timedelta(hours=48)
    command = tapped(at=wrong - timedelta(minutes=10), sent_at=wrong.isoformat())

    await cast.pavel.post(f"/field/visits/{visit.id}/accept", command)

    row = await ledger_of(cast, command)
    assert (row.occurred_at, row.sent_at) == (wrong - timedelta(minutes=10), wrong)
    assert row.corrected_at == row.received_at - timedelta(minutes=10)
    assert (row.clock_offset, row.clock_confidence) == (row.received_at - wrong, "sent")


async def test_a_key_stands_for_the_id_that_an_old_app_does_not_send(cast):
    visit = await accepted_visit(cast)
    photo = {"purpose": "photo", "content_type": "image/jpeg", "size": 9, "sha256": "0" * 64}
    path = f"/field/visits/{visit.id}/attachments"

    first = await cast.pavel.post(path, photo, idempotency_key="k-1")
    again = await cast.pavel.post(path, photo, idempotency_key="k-1")
    other = await cast.pavel.post(path, photo | {"size": 8}, idempotency_key="k-1")
    without = await cast.pavel.post(path, photo)

    assert again.json() == first.json()
    assert code_of(other) == (422, "idempotency_key_reused")
    assert without.json()["id"] != first.json()["id"]


async def test_the_ledger_costs_no_round_trip(cast, engine):
    visit = await booked_visit(cast)
    await visit.screen()  # his token is known from now on

    with asyncpg_statements(engine) as accepting:
        await visit.done("accept")
        await asyncio.sleep(0)  # what is sent is noted a moment later

    assert len(accepting) == 4


async def test_what_was_done_before_there_was_a_ledger_is_still_recognised(cast):
    visit = await booked_visit(cast)
    accepting = tapped()
    await cast.pavel.post(f"/field/visits/{visit.id}/accept", accepting)
    async with transaction(cast.maker, cast.company_id) as session:
        row = await session.get_one(CommandRecord, (cast.company_id, accepting["command_id"]))
        row.answer = row.fingerprint = None

    again = await cast.pavel.post(f"/field/visits/{visit.id}/accept", accepting)

    assert (again.status_code, again.json()["status"]) == (200, "accepted")


async def test_nobody_sees_the_command_of_another_company(cast, other_cast):
    visit = await booked_visit(cast)
    accepting = tapped()
    await cast.pavel.post(f"/field/visits/{visit.id}/accept", accepting)

    foreign = await other_cast.pavel.post(f"/field/visits/{visit.id}/accept", accepting)

    assert code_of(foreign) == (404, "visit_not_found")


def test_every_kind_is_named_as_its_operation(app):
    operations = {
        getattr(handler, "operation_id", None)
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
    }

    assert {name: kind.name for name, kind in KINDS.items()} == {name: name for name in KINDS}
    assert {kind.operation for kind in KINDS.values()} - operations == set()
