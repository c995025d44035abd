"""A disappointed client is won back step by step, by somebody whose own work it is not about."""

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select, text

from app.core.canonical import canonical_hash
from app.core.ids import uuid7
from app.crm.api import PromotionGate
from app.crm.cases.gatekeeper import find_not_to_promote
from app.crm.cases.opening import consider_client
from app.crm.disappointments.models import Disappointment
from app.crm.disappointments.service import keep_signals
from app.crm.disappointments.values import Signal, SignalKind, Subject
from app.crm.statuses.service import read_by_what
from app.db.session import transaction
from app.db.work import Work, begin_work, work_in
from app.notifications.api import Permission, Question
from app.notifications.channels.protocol import Channel
from app.notifications.legal import LegalClass
from tests.cast import NOON, Cast
from tests.crm.given import a_booked_job, a_card, facts_of, ok
from tests.crm.test_disappointments import a_paid_order, events_are_heard, status_of
from tests.crm.test_merged_cards import merged, undone

COMPLAINT = {"kind": "complaint", "severity": 2, "comment": "Дует из-под подоконника"}
DAY = timedelta(days=1)


async def complains(cast: Cast, background: Any, client_id: str, **fields: Any) -> dict[str, Any] | None:
    """The client complains. His open case after it, if there is one."""
    await ok(await cast.marina.post(f"/crm/clients/{client_id}/disappointments", COMPLAINT | fields))
    await events_are_heard(background)
    return await open_case(cast, client_id)


async def open_case(cast: Cast, client_id: str) -> dict[str, Any] | None:
    found = (await ok(await cast.olga.get(f"/crm/cases?status=open&client_id={client_id}")))["items"]
    return found[0] if found else None


async def a_case(cast: Cast, background: Any, **fields: Any) -> dict[str, Any]:
    client_id, _ = await a_card(cast, contacts=[])
    case = await complains(cast, background, client_id, **fields)
    assert case is not None
    return case


async def does(person: Any, case: dict[str, Any], what: str, body: Any = None) -> dict[str, Any]:
    """Take a step. The refusal's code, if it is refused."""
    answer = await person.post(f"/crm/cases/{case['id']}/{what}", body or {})
    told = answer.json()
    return told if answer.status_code < 300 else {"code": told["code"], "status": answer.status_code}


REACHED = {"result": "reached", "stated_reason": "price", "words": "Дорого"}
NOT_REACHED = {"result": "not_reached"}
SETTLED = {"is_settled": True, "words": "Да, всё хорошо"}


async def is_verified(cast: Cast, case: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Up to the step that says what is done for the client."""
    file = await does(cast.sergei, case, "evidence")
    await does(cast.sergei, case, "money")
    await does(cast.sergei, case, "contacts", REACHED)
    found = {"reason": "quality_installation", "evidence": [file["content"]["signals"][0]["id"]]}
    return await does(cast.sergei, case, "verification", found | fields)


async def whole(cast: Cast, case: dict[str, Any]) -> dict[str, Any]:
    return await ok(await cast.olga.get(f"/crm/cases/{case['id']}"))


@pytest.mark.covers("R15", "R17", "R122", "R149", "R150", "R155")
async def test_a_client_is_won_back_in_seven_steps_and_asked_again_two_weeks_later(cast, background, clock):
    client_id, _ = await a_paid_order(cast, background, clock)
    clock.advance(hours=1)
    case = await complains(cast, background, client_id)
    was = await status_of(cast, client_id)
    steps = [case["step"]]

    file = await does(cast.sergei, case, "evidence")
    steps.append((await does(cast.sergei, case, "money", {"pays_well": True}))["step"])
    steps.append((await does(cast.sergei, case, "contacts", REACHED))["step"])
    filled = {name for name, things in file["content"].items() if things}
    visit_id = file["content"]["visits"][0]["id"]
    found = {"reason": "quality_installation", "evidence": [visit_id], "words": "Щель 4 мм"}
    verified = await does(cast.sergei, case, "verification", found)
    steps.append(verified["step"])
    action = await does(cast.sergei, case, "actions", {"kind": "rework", "note": "Завтра в 10"})
    steps.append((await whole(cast, case))["case"]["step"])
    clock.advance(hours=1)
    steps.append((await does(cast.sergei, case, "confirmation", SETTLED))["step"])
    task = {
        "what": "Учить примыканиям",
        "responsible_id": str(cast.olga.id),
        "due_at": (clock.now() + DAY).isoformat(),
    }
    over = await does(cast.sergei, case, "prevention", {"task": task})

    assert filled == {"signals", "jobs", "visits", "acts", "photos", "payments"}
    assert steps == ["evidence", "contact", "verify", "action", "confirm", "prevent"]
    assert (was, await status_of(cast, client_id)) == (
        ("returnee", "disappointed"),
        ("newcomer", "recovered"),
    )
    assert (verified["stated_reason"], verified["verified_reason"]) == ("price", "quality_installation")
    assert (verified["verified_class"], verified["verified_by"]) == ("ours", str(cast.sergei.id))
    assert (over["status"], over["verified_evidence"], action["decision"]) == (
        "recovered",
        [visit_id],
        "approved",
    )
    card = await ok(await cast.olga.get(f"/crm/clients/{client_id}/card"))
    [on_card] = [one for one in card["history"] if one["kind"] == "recovery_case"]
    assert (on_card["title"], on_card["status_text"], on_card["reason_text"]) == (
        "Дело о возврате клиента",
        "клиент возвращён",
        "Качество монтажа",
    )
    prevention = await ok(await cast.olga.get(f"/crm/tasks/{over['prevention_task_id']}"))
    assert (prevention["note"], prevention["holder_id"]) == ("Учить примыканиям", str(cast.olga.id))
    clock.advance(days=14)
    my_day = await ok(await cast.sergei.get("/crm/tasks/my-day"))
    assert [one["kind"] for one in my_day["items"]] == ["task_ask_again"]
    asked = await does(cast.sergei, case, "ask-again", {"answer": "yes"})
    assert asked["answer_again"] == "yes"
    assert (await does(cast.sergei, case, "ask-again", {"answer": "yes"}))["code"] == "nothing_to_ask_again"
    assert (await ok(await cast.sergei.get("/crm/tasks/my-day")))["items"] == []


@pytest.mark.covers("R17", "R148")
async def test_no_step_can_be_taken_before_its_turn_or_after_the_end(cast, background):
    case = await a_case(cast, background)
    action = {"kind": "gift", "note": "Торт"}
    early = [
        await does(cast.sergei, case, what, body)
        for what, body in (
            ("money", {}),
            ("contacts", REACHED),
            ("verification", {"reason": "price", "evidence": [str(uuid7())]}),
            ("actions", action),
            ("confirmation", SETTLED),
            ("prevention", {}),
        )
    ]
    await does(cast.sergei, case, "close", {"status": "not_recovered", "reason": "Не договорились"})
    late = [await does(cast.sergei, case, what, {}) for what in ("evidence", "money")]

    assert {one["code"] for one in early} == {"case_step_out_of_order"}
    assert {one["code"] for one in late} == {"case_over"}


@pytest.mark.covers("R17", "R148")
async def test_the_evidence_is_packed_when_the_case_is_opened_and_keeps_its_hash(cast, background, superuser):
    case = await a_case(cast, background)
    first = await ok(await cast.sergei.get(f"/crm/cases/{case['id']}/evidence"))
    said = await does(
        cast.sergei, case, "statements", {"user_id": str(cast.rinat.id), "words": "Пену не подрезал"}
    )
    second = await does(cast.sergei, case, "evidence")
    same = await does(cast.sergei, case, "evidence")

    assert (first["number"], first["packed_by"]) == (1, None)
    assert [one["comment"] for one in first["content"]["signals"]] == ["Дует из-под подоконника"]
    assert first["content_hash"] == canonical_hash(first["content"]).hex()
    assert (second["number"], second["packed_by"]) == (2, str(cast.sergei.id))
    assert [one["id"] for one in second["content"]["statements"]] == [said["id"]]
    assert same == second
    for table in ("case_file", "staff_statement", "recovery_case_event"):
        with pytest.raises(asyncpg.CheckViolationError, match="only ever added"):
            await superuser.execute(f"DELETE FROM {table}")


@pytest.mark.covers("R16", "R156")
async def test_a_case_belongs_to_nobody_whose_own_work_it_is_about(cast, background):
    client_id, site_id = await a_card(cast)
    visit = await a_booked_job(cast, client_id, site_id, starts_at=NOON + timedelta(hours=20))
    await visit.done("accept")
    async with transaction(cast.maker, cast.company_id) as session:
        both = "UPDATE user_account SET roles = '{foreman,supervisor}' WHERE id = :id"
        await session.execute(text(both), {"id": cast.rinat.id})
    case = await complains(cast, background, client_id, visit_id=visit.id)
    told = await whole(cast, case)
    give = {"user_id": str(cast.rinat.id), "reason": "Он знает объект"}

    assert case["owner_id"] == str(cast.sergei.id)
    assert told["concerned"] == [str(cast.rinat.id)]
    assert (await does(cast.irina, case, "owner", give))["code"] == "concerned_by_case"
    assert (await does(cast.irina, case, "owner", give | {"user_id": str(cast.galina.id)}))[
        "code"
    ] == "cannot_own_case"
    given = await does(cast.irina, case, "owner", give | {"user_id": str(cast.olga.id)})
    assert given["owner_id"] == str(cast.olga.id)
    assert (await does(cast.marina, case, "evidence"))["code"] == "case_of_other"
    assert (await does(cast.olga, case, "evidence"))["number"] == 1
    tasks = (await ok(await cast.olga.get(f"/crm/tasks?client_id={client_id}")))["items"]
    assert [(one["kind"], one["holder_id"]) for one in tasks] == [("task_recover", str(cast.olga.id))]


@pytest.mark.covers("R16")
async def test_a_case_whose_owner_turns_out_to_be_concerned_goes_to_another(cast, background):
    client_id, site_id = await a_card(cast)
    case = await complains(cast, background, client_id)
    visit = await a_booked_job(cast, client_id, site_id, starts_at=NOON + timedelta(hours=20))
    await visit.done("accept")
    async with transaction(cast.maker, cast.company_id) as session:
        owns = "UPDATE recovery_case SET owner_id = :id WHERE id = :case"
        await session.execute(text(owns), {"id": cast.rinat.id, "case": UUID(case["id"])})

    again = await complains(cast, background, client_id, severity=3, visit_id=visit.id)

    assert (again["id"], again["severity"]) == (case["id"], 3)
    assert again["owner_id"] == str(cast.sergei.id)
    kinds = [one["kind"] for one in (await whole(cast, case))["history"]]
    assert kinds == ["opened", "signal_added", "owner_changed"]


async def test_a_case_opens_for_one_bad_signal_or_two_small_ones_within_a_month(cast, background, clock):
    told = []
    for severities, days in (((1,), 0), ((1, 1), 30), ((1, 1), 31), ((2,), 0)):
        client_id, _ = await a_card(cast, contacts=[])
        for severity in severities:
            case = await complains(cast, background, client_id, severity=severity)
            clock.advance(days=days)
        told.append(case is not None)

    assert told == [False, True, False, True]


async def test_two_cards_of_one_client_have_one_case_and_one_heard_twice_opens_none(cast, background):
    anna, _ = await a_card(cast)
    anya, _ = await a_card(cast, contacts=[])
    merge = await merged(cast.olga, {"id": anna}, {"id": anya})
    first = await complains(cast, background, anya)
    second = await complains(cast, background, anna, comment="И ручка болтается")
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(text("UPDATE outbox_event SET relayed_at = NULL"))
        await session.execute(text("DELETE FROM event_delivery"))
    await events_are_heard(background)

    found = (await ok(await cast.olga.get(f"/crm/cases?client_id={anna}")))["items"]
    assert {one["client_name"] for one in found} == {"Котова Анна Сергеевна"}
    assert [one["id"] for one in found] == [first["id"]] == [second["id"]]
    assert len((await whole(cast, first))["signals"]) == 2
    await undone(cast.olga, merge)
    assert [await open_case(cast, one) is not None for one in (anna, anya)] == [True, False]


@pytest.mark.covers("R17")
async def test_the_deadline_counts_hours_of_the_office_and_then_the_supervisors_see_it(
    cast, background, clock
):
    week = [{"weekday": day, "since": "09:00", "until": "14:00"} for day in (1, 2)]
    await ok(await cast.irina.patch("/company", {"office_hours": week}, if_match="*"))
    case = await a_case(cast, background)  # Monday, 12:00 in Moscow
    contact_by = datetime.fromisoformat(case["contact_by"])
    clock.moment = contact_by - timedelta(seconds=1)
    await background.sweep("task")
    early = (await ok(await cast.sergei.get("/inbox")))["items"]
    clock.moment = contact_by
    await background.sweep("task")

    assert contact_by == datetime.fromisoformat("2026-03-03T11:00:00+03:00")
    assert early == []
    items = (await ok(await cast.sergei.get("/inbox")))["items"]
    assert [one["kind"] for one in items] == ["task_undone"]
    clock.advance(minutes=1)
    await does(cast.sergei, case, "evidence")
    await does(cast.sergei, case, "money")
    await does(cast.sergei, case, "contacts", REACHED)
    assert (await ok(await cast.sergei.get("/inbox?is_open=true")))["items"] == []
    report = await ok(await cast.irina.get("/crm/cases/report?first=2026-03-01&last=2026-03-31"))
    assert (report["late"], report["by_status"]["open"]) == (1, 1)


@pytest.mark.covers("R17")
async def test_after_three_attempts_two_weeks_apart_nobody_tries_any_more(cast, background, clock):
    client_id, _ = await a_paid_order(cast, background, clock)
    clock.advance(hours=1)
    case = await complains(cast, background, client_id)
    await does(cast.sergei, case, "evidence")
    await does(cast.sergei, case, "money")
    told = []
    for days in (0, 13, 1, 14):
        clock.advance(days=days)
        after = await does(cast.sergei, case, "contacts", NOT_REACHED)
        told.append(after.get("code") or after["status"])
    clock.advance(hours=1)
    again = await complains(cast, background, client_id)
    await does(cast.sergei, again, "evidence")
    await does(cast.sergei, again, "money")

    assert told == ["open", "attempt_too_early", "open", "given_up"]
    assert (await status_of(cast, client_id))[0] == "dormant"
    clock.advance(days=20)
    assert (await does(cast.sergei, again, "contacts", REACHED))["code"] == "attempts_spent"
    failed = [one for one in await facts_of(cast, client_id) if one.kind == "win_back_failed"]
    assert len(failed) == 3
    tasks = (await ok(await cast.olga.get(f"/crm/tasks?client_id={client_id}&status=open")))["items"]
    assert [one["subject_id"] for one in tasks] == [again["id"]]


@pytest.mark.covers("R154")
async def test_who_says_that_nothing_is_settled_is_spoken_to_again_after_a_pause(cast, background, clock):
    case = await a_case(cast, background)
    await is_verified(cast, case)
    await does(cast.sergei, case, "actions", {"kind": "apology", "note": "Позвонил директор"})
    not_yet = await does(cast.sergei, case, "confirmation", SETTLED | {"is_settled": False})
    soon = await does(cast.sergei, case, "contacts", REACHED)
    clock.advance(days=14)
    later = await does(cast.sergei, case, "contacts", REACHED)

    assert (not_yet["status"], not_yet["step"]) == ("open", "contact")
    assert (soon["code"], later["step"]) == ("attempt_too_early", "verify")


@pytest.mark.covers("R122")
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"evidence": [str(uuid7())]}, "evidence_unknown"),
        ({"reason": "worker_conduct"}, "reason_needs_worker"),
        ({"reason": "worker_conduct", "worker_id": str(uuid7())}, "worker_not_found"),
        ({"evidence": []}, "request_invalid"),
    ],
)
async def test_a_verified_reason_rests_on_the_file_and_names_the_worker_it_is_about(
    cast, background, fields, code
):
    case = await a_case(cast, background)

    assert (await is_verified(cast, case, **fields))["code"] == code


async def test_what_costs_more_than_the_budget_is_allowed_by_another_supervisor(cast, background):
    case = await a_case(cast, background)
    await is_verified(cast, case)
    dear = {"kind": "refund", "note": "Вернуть за работу", "cost_kop": 500_000_00}
    action = await does(cast.sergei, case, "actions", dear)
    waits = await does(cast.sergei, case, "confirmation", SETTLED)
    yes = {"is_approved": True, "reason": "Клиент важный"}
    address = f"actions/{action['id']}/decision"
    own = await does(cast.sergei, case, address, yes)
    other = await does(cast.olga, case, address, yes)
    inbox = (await ok(await cast.irina.get("/inbox")))["items"]
    decided = await does(cast.irina, case, address, yes)
    again = await does(cast.irina, case, address, yes)
    unknown = await does(cast.irina, case, f"actions/{uuid7()}/decision", yes)

    assert (action["decision"], action["decided_at"]) == ("waiting", None)
    assert (waits["code"], own["code"], other["status"]) == ("case_step_out_of_order", "own_proposal", 403)
    assert [one["kind"] for one in inbox] == ["action_over_budget"]
    assert (decided["decision"], decided["decided_by"]) == ("approved", str(cast.irina.id))
    assert (again["code"], unknown["code"]) == ("already_decided", "recovery_action_not_found")
    assert (await ok(await cast.irina.get("/inbox?is_open=true")))["items"] == []
    assert (await whole(cast, case))["case"]["step"] == "confirm"


@pytest.mark.covers("R121", "R122", "R152", "R153")
async def test_the_report_shows_stated_and_verified_reasons_and_whose_doing_it_is(cast, background):
    for found in ("competitor_speed", "relocation", "quality_installation"):
        client_id, _ = await a_card(cast, contacts=[])
        case = await complains(cast, background, client_id)
        await is_verified(cast, case, reason=found)
    await does(cast.irina, case, "close", {"status": "given_up", "reason": "Уехал"})

    report = await ok(await cast.olga.get("/crm/cases/report?first=2026-03-01&last=2026-03-31"))

    assert (report["cases"], report["compared"], report["differ"]) == (3, 3, 3)
    assert report["mismatch_percent"] == 100.0
    classes = {name: count for name, count in report["by_class"].items() if count}
    assert classes == {"market": 1, "external": 1, "ours": 1}
    counts = {one["reason"]: (one["stated"], one["verified"], one["name"]) for one in report["reasons"]}
    assert counts["price"] == (3, 0, "Цена")
    assert counts["competitor_speed"] == (0, 1, "Конкурент: сроки")
    assert (report["recovered_percent"], report["by_status"]["given_up"]) == (0.0, 1)


@pytest.mark.covers("R15")
async def test_who_is_given_up_is_not_won_back_and_what_is_ours_needs_a_task(cast, background, clock):
    client_id, _ = await a_paid_order(cast, background, clock)
    clock.advance(hours=1)
    case = await complains(cast, background, client_id)
    await does(cast.irina, case, "close", {"status": "given_up", "reason": "Судится с нами"})
    other = await a_case(cast, background)
    await is_verified(cast, other)
    await does(cast.sergei, other, "actions", {"kind": "apology", "note": "Позвонил директор"})
    await does(cast.sergei, other, "confirmation", SETTLED)

    refused = await does(cast.sergei, other, "prevention", {"nothing_because": "Случайность"})

    assert await status_of(cast, client_id) == ("dormant", "not_interesting")
    assert refused["code"] == "prevention_needed"


async def test_what_is_in_a_case_is_settled_only_there_and_so_are_its_tasks(cast, background):
    case = await a_case(cast, background)
    signal = (await whole(cast, case))["signals"][0]
    task = (await ok(await cast.olga.get(f"/crm/tasks?client_id={case['client_id']}")))["items"][0]

    settled = await cast.olga.post(f"/crm/disappointments/{signal['id']}/recover", {"how": "Извинились"})
    ended = await cast.sergei.post(f"/crm/tasks/{task['id']}/outcome", {"outcome": "done"})
    dropped = await cast.sergei.post(f"/crm/tasks/{task['id']}/drop", {"reason": "Не нужно"})

    assert (settled.status_code, settled.json()["code"]) == (409, "part_of_case")
    assert [one.json()["code"] for one in (ended, dropped)] == ["task_of_case"] * 2


async def test_who_is_not_satisfied_when_he_is_asked_again_disappoints_again(cast, background, clock):
    case = await a_case(cast, background)
    await does(cast.sergei, case, "close", {"status": "not_recovered", "reason": "Не договорились"})
    clock.advance(days=14)

    await does(cast.sergei, case, "ask-again", {"answer": "no", "words": "Дует по-прежнему"})
    await events_are_heard(background)

    again = await open_case(cast, case["client_id"])
    assert again is not None
    assert [one["kind"] for one in (await whole(cast, again))["signals"]] == ["quality_answer"]


def plain_cases(signals: list[tuple[int, int]]) -> list[list[int]]:
    """Which signals, by their places, belong to each case that opens; an open case is closed every hundredth day."""
    cases: list[list[int]] = []
    waiting: list[int] = []
    opened_in = -1
    for place, (day, severity) in enumerate(signals):
        waiting.append(place)
        if cases and opened_in == day // 100:
            cases[-1] += waiting
            waiting = []
            continue
        near = [one for one in waiting[:-1] if day - signals[one][0] <= 30]
        if severity >= 2 or near:
            cases.append(waiting)
            waiting, opened_in = [], day // 100
    return cases


@pytest.mark.covers("R16", "R17")
async def test_cases_open_as_a_plain_reference_says(cast):
    dice = random.Random(17)
    for _ in range(6):
        client_id, _ = await a_card(cast, contacts=[])
        signals = sorted((dice.randrange(300), dice.choice((1, 1, 1, 2))) for _ in range(dice.randrange(9)))
        kept = [await is_noted(cast, client_id, *one) for one in signals]

        async with transaction(cast.maker, cast.company_id) as session:
            query = select(Disappointment.case_id, Disappointment.id).where(
                Disappointment.company_id == cast.company_id, Disappointment.client_id == UUID(client_id)
            )
            found: dict[Any, set[UUID]] = {}
            for case_id, one in await session.execute(query):
                found.setdefault(case_id, set()).add(one)
        found.pop(None, None)
        expected = [{kept[place] for place in places} for places in plain_cases(signals)]
        assert sorted(map(sorted, found.values())) == sorted(map(sorted, expected)), signals


async def is_noted(cast: Cast, client_id: str, day: int, severity: int) -> UUID:
    """Something disappoints the client on this day. Cases of an earlier hundred of days are over by then."""
    now = NOON + day * DAY
    signal = Signal(SignalKind.COMPLAINT, severity, now, uuid7(), Subject(UUID(client_id)))
    async with transaction(cast.maker, cast.company_id) as session:
        over = "UPDATE recovery_case SET status = 'given_up', step = NULL, closed_at = :now WHERE opened_at < :since"
        since = NOON + day // 100 * 100 * DAY
        await session.execute(text(f"{over} AND status = 'open'"), {"now": now, "since": since})
        async with work_in(session, cast.company_id) as work:
            [kept] = await keep_signals(work, [signal], await read_by_what(work, now=now))
        await consider_client(session, cast.company_id, UUID(client_id), now=now)
    return kept


@pytest.mark.covers("R17")
async def test_no_advertising_goes_to_a_client_who_is_won_back(cast, background):
    case = await a_case(cast, background)
    other_id, _ = await a_card(cast, contacts=[])
    client = UUID(case["client_id"])
    asked = [
        Question(uuid7(), who, purpose, Channel.SMS, "+79161234567")
        for who in (client, UUID(other_id))
        for purpose in (LegalClass.MARKETING, LegalClass.FEEDBACK)
    ]
    async with begin_work(cast.maker, cast.company_id) as work:
        answers = await PromotionGate(EverybodyAgreed()).answer(work, asked, now=NOON)
        found = await find_not_to_promote(work, [client, UUID(other_id)])

    assert [answers[one.message_id].reason for one in asked] == ["won_back", "", "", ""]
    assert [answers[one.message_id].allowed for one in asked] == [False, True, True, True]
    assert found == {client}


class EverybodyAgreed:
    async def answer(self, work: Work, questions: Sequence[Question], *, now: datetime) -> Any:
        return {one.message_id: Permission(allowed=True) for one in questions}


async def test_signals_and_steps_at_the_same_moment_make_one_case_and_hold_nobody_up(cast, background):
    client_id, _ = await a_card(cast, contacts=[])
    for _ in range(3):
        await ok(await cast.marina.post(f"/crm/clients/{client_id}/disappointments", COMPLAINT))

    async def looks() -> None:
        async with transaction(cast.maker, cast.company_id) as session:
            await consider_client(session, cast.company_id, UUID(client_id), now=NOON)

    await asyncio.gather(*(looks() for _ in range(4)))
    case = await open_case(cast, client_id)
    steps = await asyncio.gather(*(does(cast.sergei, case, "evidence") for _ in range(3)), looks())

    assert len((await whole(cast, case))["signals"]) == 3
    assert [one["number"] for one in steps[:3]] == [1, 1, 1]
    found = (await ok(await cast.olga.get(f"/crm/cases?client_id={client_id}")))["items"]
    assert len(found) == 1
