"""What disappoints a client is noticed from what happens, once, with the person who disappointed him."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.db.session import transaction
from tests.cast import Cast
from tests.crm.given import (
    a_booked_job,
    a_card,
    act_is_signed,
    facts_of,
    money_is_taken,
    ok,
    price_list,
    work_begins,
)
from tests.dispatch.given import TOMORROW
from tests.field.test_acts import presented
from tests.stories import BookedVisit

SAID_SO = {"kind": "said_so", "comment": "Ждали два часа"}
HOUR = timedelta(hours=1)


async def events_are_heard(background) -> None:
    await background.sweep("relay", "delivery")


async def found_of(cast: Cast, client_id: str) -> list[dict[str, Any]]:
    """The oldest first."""
    page = await ok(await cast.olga.get(f"/crm/disappointments?client_id={client_id}"))
    return list(reversed(page["items"]))


async def kinds_of(cast: Cast, client_id: str) -> list[tuple[str, int]]:
    return [(one["kind"], one["severity"]) for one in await found_of(cast, client_id)]


async def window_end_of(cast: Cast, visit: BookedVisit) -> datetime:
    return datetime.fromisoformat((await ok(await cast.olga.get(f"/visits/{visit.id}")))["window_ends_at"])


async def a_visit(cast: Cast, *, starts_at: datetime = TOMORROW) -> tuple[str, BookedVisit]:
    client_id, site_id = await a_card(cast)
    return client_id, await a_booked_job(cast, client_id, site_id, starts_at=starts_at)


@pytest.mark.covers("R16")
@pytest.mark.parametrize(
    ("late", "expected"), [(timedelta(minutes=60), []), (timedelta(minutes=61), [("late_arrival", 2)])]
)
async def test_who_comes_more_than_an_hour_after_the_window_disappoints(
    cast, background, clock, late, expected
):
    client_id, visit = await a_visit(cast)
    await visit.done("accept")
    clock.moment = await window_end_of(cast, visit) + late
    for command in ("depart", "arrive", "start"):
        await visit.done(command, at=clock.now())

    await events_are_heard(background)

    assert await kinds_of(cast, client_id) == expected
    for one in await found_of(cast, client_id):
        assert (one["worker_id"], one["minutes"]) == (str(cast.rinat.id), 61)
        assert (one["visit_id"], one["noted_by"]) == (visit.id, None)


@pytest.mark.covers("R16")
@pytest.mark.parametrize("how", ["canceled", "moved"])
async def test_a_visit_that_is_called_off_long_after_its_window_is_a_no_show(cast, background, clock, how):
    client_id, visit = await a_visit(cast)
    await visit.done("accept")
    ends_at = await window_end_of(cast, visit)
    clock.moment = ends_at + 2 * HOUR
    if how == "canceled":
        await ok(await cast.olga.post(f"/visits/{visit.id}/cancel", {"reason": "Не приехали"}, if_match="*"))
    else:
        later = {"starts_at": (TOMORROW + timedelta(days=2)).isoformat()}
        await ok(await cast.olga.patch(f"/visits/{visit.id}", later, if_match="*"))

    await events_are_heard(background)

    (one,) = await found_of(cast, client_id)
    assert (one["kind"], one["severity"], one["worker_id"]) == ("no_show", 2, str(cast.rinat.id))
    assert datetime.fromisoformat(one["at"]) == ends_at + HOUR


async def test_a_visit_that_is_canceled_or_moved_in_time_disappoints_nobody(cast, background, clock):
    client_id, visit = await a_visit(cast)
    await visit.done("accept")
    later = {"starts_at": (TOMORROW + timedelta(days=2)).isoformat()}
    await ok(await cast.olga.patch(f"/visits/{visit.id}", later, if_match="*"))
    clock.advance(hours=1)
    await ok(await cast.olga.post(f"/visits/{visit.id}/cancel", {"reason": "Клиент уехал"}, if_match="*"))

    await events_are_heard(background)

    assert await kinds_of(cast, client_id) == []


@pytest.mark.covers("R16")
async def test_a_refused_act_disappoints_with_its_reason_and_the_worker(cast, background, clock):
    await price_list(cast)
    client_id, visit = await a_visit(cast)
    await work_begins(visit, clock.now())
    act = await presented(visit)
    await ok(await cast.rinat.post(f"/field/acts/{act['id']}/refuse", {"reason": "Стекло поцарапано"}))

    await events_are_heard(background)

    (one,) = await found_of(cast, client_id)
    assert (one["kind"], one["comment"]) == ("act_refused", "Стекло поцарапано")
    assert (one["source_id"], one["worker_id"]) == (act["id"], str(cast.rinat.id))


@pytest.mark.covers("R16", "R17")
async def test_an_act_signed_with_remarks_disappoints_with_the_words_and_the_worker(cast, background, clock):
    await price_list(cast)
    client_id, visit = await a_visit(cast)
    await work_begins(visit, clock.now())
    act = await act_is_signed(visit, clock.now(), remarks=" Царапина на раме,\nобещали приехать ")
    await money_is_taken(visit, clock.now())

    await events_are_heard(background)
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(text("UPDATE outbox_event SET relayed_at = NULL"))
    await events_are_heard(background)

    (one,) = await found_of(cast, client_id)
    assert (one["kind"], one["severity"]) == ("act_remarked", 2)
    assert one["comment"] == act["remarks"] == "Царапина на раме,\nобещали приехать"
    assert (one["source_id"], one["worker_id"], one["at"]) == (
        act["id"],
        str(cast.rinat.id),
        act["signed_at"],
    )
    assert one["case_id"] is not None
    assert await status_of(cast, client_id) == ("returnee", "disappointed")
    history = await ok(await cast.olga.get(f"/crm/clients/{client_id}/history?kind=act"))
    assert [entry["reason"] for entry in history["items"]] == [one["comment"]]


async def test_an_act_with_blank_remarks_is_signed_without_any(cast, background, clock):
    await price_list(cast)
    client_id, visit = await a_visit(cast)
    await work_begins(visit, clock.now())
    act = await act_is_signed(visit, clock.now(), remarks=" \n ")

    await events_are_heard(background)

    assert (act["status"], act["remarks"]) == ("signed", None)
    assert await kinds_of(cast, client_id) == []


async def a_paid_order(cast: Cast, background: Any, clock: Any) -> tuple[str, str]:
    """A client who has paid 4 500 rubles for his order. The ids of both."""
    await price_list(cast)
    client_id, visit = await a_visit(cast)
    await work_begins(visit, clock.now())
    await act_is_signed(visit, clock.now())
    await money_is_taken(visit, clock.now())
    await events_are_heard(background)
    return client_id, (await ok(await cast.olga.get(f"/jobs/{visit.job_id}")))["job"]["order_id"]


async def test_only_a_refund_of_a_tenth_or_more_disappoints_and_a_full_one_most(cast, background, clock):
    client_id, order_id = await a_paid_order(cast, background, clock)
    told = []
    for amount_kop in (449_99, 1, 4_050_00):
        clock.advance(minutes=1)
        body = {"amount_kop": amount_kop, "method": "transfer", "reason": "Царапина"}
        await ok(await cast.galina.post(f"/orders/{order_id}/refunds", body))
        await events_are_heard(background)
        told.append(await kinds_of(cast, client_id))

    assert told == [[], [("partial_refund", 2)], [("partial_refund", 2), ("full_refund", 3)]]


@pytest.mark.parametrize(("has_paid", "expected"), [(True, [("canceled_after_prepayment", 2)]), (False, [])])
async def test_an_order_that_is_canceled_after_a_prepayment_disappoints(
    cast, background, clock, has_paid, expected
):
    client_id, visit = await a_visit(cast)
    if has_paid:
        await price_list(cast)
        await work_begins(visit, clock.now())
        await money_is_taken(visit, clock.now(), kind="prepayment")
    order_id = (await ok(await cast.olga.get(f"/jobs/{visit.job_id}")))["job"]["order_id"]
    async with transaction(cast.maker, cast.company_id) as session:
        over = "UPDATE job SET status = 'canceled', canceled_reason = 'x' WHERE order_id = :id"
        await session.execute(text(over), {"id": UUID(order_id)})
    await ok(await cast.olga.post(f"/orders/{order_id}/cancel", {"reason": "Передумали"}))

    await events_are_heard(background)

    assert await kinds_of(cast, client_id) == expected


async def a_claim(cast: Cast, client_id: str, site_id: str, clock: Any) -> BookedVisit:
    """Rinat's crew comes because of a claim."""
    visit = await a_booked_job(cast, client_id, site_id, starts_at=clock.now() + HOUR)
    async with transaction(cast.maker, cast.company_id) as session:
        claim = "UPDATE job SET kind = 'claim' WHERE id = :id"
        await session.execute(text(claim), {"id": UUID(visit.job_id)})
    await work_begins(visit, clock.now())
    await visit.done("complete", at=clock.now())
    return visit


async def test_a_second_visit_because_of_a_claim_disappoints(cast, background, clock):
    client_id, site_id = await a_card(cast)
    first = await a_claim(cast, client_id, site_id, clock)
    await events_are_heard(background)
    after_one = await kinds_of(cast, client_id)
    clock.advance(hours=3)
    second = await a_claim(cast, client_id, site_id, clock)

    await events_are_heard(background)

    assert after_one == []
    (one,) = await found_of(cast, client_id)
    assert (one["kind"], one["severity"], one["source_id"]) == ("repeated_rework", 2, second.id)
    assert sorted(one["evidence"]) == sorted([first.id, second.id])


@pytest.mark.covers("R16")
async def test_the_office_notes_a_complaint_with_its_severity_and_the_worker_of_the_visit(
    cast, background, clock
):
    client_id, visit = await a_visit(cast)
    await visit.done("accept")
    other_id, _ = await a_card(cast, contacts=[])
    body = {"kind": "complaint", "severity": 3, "comment": "Нагрубил", "visit_id": visit.id}

    one = await ok(await cast.marina.post(f"/crm/clients/{client_id}/disappointments", body))
    wrong = await cast.marina.post(f"/crm/clients/{other_id}/disappointments", body)
    by_worker = await ok(await cast.olga.get(f"/crm/disappointments?worker_id={cast.rinat.id}"))

    assert (one["worker_id"], one["severity"]) == (str(cast.rinat.id), 3)
    assert one["noted_by"] == str(cast.marina.id)
    assert by_worker["items"] == [one]
    assert (wrong.status_code, wrong.json()["code"]) == (409, "visit_of_other_client")
    (fact,) = [fact for fact in await facts_of(cast, client_id) if fact.kind == "disappointment_noted"]
    assert fact.detail == {"severity": 3, "signal": "complaint"}
    assert fact.worker_id == cast.rinat.id


@pytest.mark.covers("R85")
@pytest.mark.parametrize(
    ("answer", "expected"),
    [("yes", []), ("partly", [("quality_answer", 1)]), ("no", [("quality_answer", 2)])],
)
async def test_the_direct_question_about_the_quality_is_kept_with_its_answer(cast, answer, expected):
    client_id, visit = await a_visit(cast)
    await visit.done("accept")

    kept = await ok(await cast.marina.post(f"/crm/visits/{visit.id}/quality-answers", {"answer": answer}))

    assert (kept["answer"], kept["worker_id"]) == (answer, str(cast.rinat.id))
    listed = await ok(await cast.olga.get(f"/crm/quality-answers?answer={answer}&client_id={client_id}"))
    assert listed["items"] == [kept]
    assert await kinds_of(cast, client_id) == expected


async def test_an_event_that_is_heard_again_disappoints_once(cast, background, clock):
    await price_list(cast)
    client_id, visit = await a_visit(cast)
    await work_begins(visit, clock.now())
    act = await presented(visit)
    await ok(await cast.rinat.post(f"/field/acts/{act['id']}/refuse", {"reason": "Стекло поцарапано"}))
    await events_are_heard(background)

    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(text("UPDATE outbox_event SET relayed_at = NULL"))
    await events_are_heard(background)

    noted = [fact for fact in await facts_of(cast, client_id) if fact.kind == "disappointment_noted"]
    assert (len(noted), await kinds_of(cast, client_id)) == (1, [("act_refused", 2)])


async def test_what_is_settled_is_settled_once_and_is_a_fact(cast, clock):
    client_id, _ = await a_visit(cast)
    one = await ok(await cast.marina.post(f"/crm/clients/{client_id}/disappointments", SAID_SO))
    address = f"/crm/disappointments/{one['id']}/recover"

    settled = await ok(await cast.olga.post(address, {"how": "Извинились, клиент подтвердил"}))
    again = await cast.olga.post(address, {"how": "Ещё раз"})

    assert (settled["recovery"], settled["recovered_by"]) == (
        "Извинились, клиент подтвердил",
        str(cast.olga.id),
    )
    assert (again.status_code, again.json()["code"]) == (409, "already_recovered")
    still_open = await ok(await cast.olga.get(f"/crm/disappointments?is_open=true&client_id={client_id}"))
    assert still_open["items"] == []
    (fact,) = [fact for fact in await facts_of(cast, client_id) if fact.kind == "disappointment_recovered"]
    assert str(fact.source_id) == one["id"]


async def status_of(cast: Cast, client_id: str) -> tuple[str, str]:
    """The status, and the reason of the last step."""
    life = await ok(await cast.olga.get(f"/crm/lives/{client_id}"))
    return life["life"]["status"]["status"], life["steps"][0]["reason"]


@pytest.mark.covers("R15", "R16", "R17")
async def test_a_disappointed_client_is_to_be_won_back_and_not_woken_until_it_is_settled(
    cast, background, clock
):
    client_id, _ = await a_paid_order(cast, background, clock)
    clock.advance(hours=1)
    told = [await status_of(cast, client_id)]

    one = await ok(await cast.marina.post(f"/crm/clients/{client_id}/disappointments", SAID_SO))
    told.append(await status_of(cast, client_id))
    clock.advance(hours=1)
    await ok(await cast.olga.post(f"/crm/disappointments/{one['id']}/recover", {"how": "Подтвердил"}))
    told.append(await status_of(cast, client_id))

    assert told == [("newcomer", "bought"), ("returnee", "disappointed"), ("newcomer", "recovered")]


@pytest.mark.covers("R15")
async def test_the_owner_says_with_a_reason_whether_a_client_is_worth_winning_back(cast, background, clock):
    client_id, _ = await a_paid_order(cast, background, clock)
    clock.advance(hours=1)
    await ok(await cast.marina.post(f"/crm/clients/{client_id}/disappointments", SAID_SO))
    told = []
    for is_worth in (False, True):
        clock.advance(hours=1)
        body = {"is_worth": is_worth, "reason": "Решили на планёрке"}
        await ok(await cast.irina.post(f"/crm/clients/{client_id}/worth", body))
        told.append(await status_of(cast, client_id))
    refused = await cast.olga.post(f"/crm/clients/{client_id}/worth", body)

    assert told == [("dormant", "not_interesting"), ("returnee", "disappointed")]
    assert refused.status_code == 403
    detail = [one.detail for one in await facts_of(cast, client_id) if one.kind == "interest_in_client_set"]
    assert [(one["is_interesting"], one["by"]) for one in detail] == [
        (False, str(cast.irina.id)),
        (True, str(cast.irina.id)),
    ]
