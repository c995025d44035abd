"""Cash that workers took, handed over to the office and reconciled per worker and day. Rows are only ever added."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.core.ids import uuid7
from app.db.session import transaction
from tests.cast import NOON
from tests.stories import visit_in_progress

pytestmark = pytest.mark.covers("M31")

TODAY = "2026-03-02"


async def takes(visit, amount_kop, method="cash", at=NOON):
    """A sum that no other payment of the test has, so that none looks repeated."""
    return await visit.done("payments", kind="prepayment", amount_kop=amount_kop, method=method)


async def counts(person, worker, counted_kop, **fields):
    body = {"worker_id": str(worker.id), "day": TODAY, "counted_kop": counted_kop, **fields}
    return await person.post("/cash/handovers", body)


async def day_of(person, worker):
    answer = await person.get(f"/cash/workers/{worker.id}?day={TODAY}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def days(person, **filters):
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    answer = await person.get(f"/cash/days?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_the_office_sees_what_each_worker_took_by_day_and_method(cast):
    first, second = await visit_in_progress(cast), await visit_in_progress(cast, worker=cast.nikolai)
    for amount_kop, method in ((1_000, "cash"), (200, "cash"), (30, "card"), (4, "sbp")):
        await takes(first, amount_kop, method)
    await takes(second, 5_000)

    found = {one["worker_name"]: one for one in await days(cast.galina)}

    pavel = found[cast.pavel.name]
    assert (pavel["day"], pavel["payments"]) == (TODAY, 4)
    assert [pavel[f"{name}_kop"] for name in ("cash", "card", "sbp", "transfer")] == [1_200, 30, 4, 0]
    assert (pavel["counted_kop"], pavel["missing_kop"], pavel["is_counted"]) == (0, 1_200, False)
    assert found[cast.nikolai.name]["cash_kop"] == 5_000
    assert [one["cash_kop"] for one in await days(cast.galina, worker_id=cast.nikolai.id)] == [5_000]


async def test_what_was_counted_is_handed_over_payment_by_payment(cast, clock):
    visit = await visit_in_progress(cast)
    cash, card = await takes(visit, 1_200), await takes(visit, 30, "card")
    clock.advance(hours=6)

    answer = await counts(cast.galina, cast.pavel, 1_200)

    handover, day = answer.json(), await day_of(cast.galina, cast.pavel)
    assert answer.status_code == 201
    assert (handover["expected_kop"], handover["difference_kop"], handover["reason"]) == (1_200, 0, "")
    assert handover["received_by"] == str(cast.galina.id)
    handed_over = {one["id"]: one["handed_over_at"] for one in day["payments"]}
    assert handed_over == {cash["id"]: handover["received_at"], card["id"]: None}
    assert (day["cash_kop"], day["counted_kop"], day["missing_kop"]) == (1_200, 1_200, 0)
    assert day["handovers"] == [handover]


@pytest.mark.parametrize("counted_kop", [0, 1_000, 1_300])
async def test_another_sum_than_was_taken_needs_a_reason(cast, counted_kop):
    visit = await visit_in_progress(cast)
    await takes(visit, 1_200)

    bare = await counts(cast.galina, cast.pavel, counted_kop)
    blank = await counts(cast.galina, cast.pavel, counted_kop, reason="  ")
    told = await counts(cast.galina, cast.pavel, counted_kop, reason="Клиент недодал, довезёт завтра")

    assert (bare.status_code, bare.json()["code"]) == (409, "cash_differs")
    assert bare.json()["params"] == {"expected_kop": 1_200, "counted_kop": counted_kop}
    assert "12,00\N{NO-BREAK SPACE}₽" in bare.json()["detail"]
    assert blank.status_code == 409
    assert (told.status_code, told.json()["difference_kop"]) == (201, counted_kop - 1_200)


async def test_what_was_missing_is_expected_until_it_comes(cast):
    visit = await visit_in_progress(cast)
    await takes(visit, 1_200)
    await counts(cast.galina, cast.pavel, 1_000, reason="Забыл дома")
    short = (await days(cast.galina))[0]

    late = await counts(cast.galina, cast.pavel, 200)
    again = await counts(cast.galina, cast.pavel, 200)

    assert (short["missing_kop"], short["is_counted"]) == (200, True)
    assert (late.status_code, late.json()["expected_kop"]) == (201, 200)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_hand_over")
    assert (await day_of(cast.galina, cast.pavel))["missing_kop"] == 0


async def test_a_payment_that_comes_after_the_count_is_counted_by_itself(cast):
    """A phone without network sends in the evening what was taken at noon."""
    visit = await visit_in_progress(cast)
    await takes(visit, 1_200)
    await counts(cast.galina, cast.pavel, 1_200)

    late = await takes(visit, 700)
    before = await day_of(cast.galina, cast.pavel)
    answer = await counts(cast.galina, cast.pavel, 700)

    assert before["missing_kop"] == 700
    assert answer.json()["expected_kop"] == 700
    day = await day_of(cast.galina, cast.pavel)
    assert next(one for one in day["payments"] if one["id"] == late["id"])["handed_over_at"]
    assert (await days(cast.galina))[0]["is_counted"] is True


async def test_days_are_those_of_the_companys_calendar(cast, clock):
    visit = await visit_in_progress(cast)
    clock.moment = NOON + timedelta(hours=11, minutes=59)  # 23:59 in Moscow
    body = {"kind": "prepayment", "method": "cash", "occurred_at": clock.moment.isoformat()}
    await visit.done("payments", **body | {"amount_kop": 100})
    clock.moment += timedelta(minutes=1)
    await visit.done("payments", **body | {"amount_kop": 200, "occurred_at": clock.moment.isoformat()})

    assert [(one["day"], one["cash_kop"]) for one in await days(cast.galina)] == [
        ("2026-03-03", 200),
        ("2026-03-02", 100),
    ]
    assert [one["day"] for one in await days(cast.galina, before_day="2026-03-03")] == ["2026-03-02"]


async def test_an_old_day_stays_on_the_list_while_its_cash_is_not_counted(cast, clock):
    visit = await visit_in_progress(cast)
    await takes(visit, 1_200)
    clock.advance(days=60)

    waiting = await days(cast.galina)
    asked = await days(cast.galina, from_day="2026-04-20")
    await counts(cast.galina, cast.pavel, 1_200)

    assert [one["day"] for one in waiting] == [TODAY]
    assert asked == await days(cast.galina) == []


async def test_of_many_who_count_at_once_one_is_recorded(cast):
    visit = await visit_in_progress(cast)
    await takes(visit, 1_200)

    answers = await asyncio.gather(*[counts(cast.galina, cast.pavel, 1_200) for _ in range(10)])

    refused = {one.json()["code"] for one in answers if one.status_code != 201}
    assert [one.status_code for one in answers].count(201) == 1
    assert refused <= {"counted_meanwhile", "nothing_to_hand_over"}
    assert (await day_of(cast.galina, cast.pavel))["counted_kop"] == 1_200


async def test_who_counts_and_who_sees(cast, other_cast):
    visit = await visit_in_progress(cast)
    await takes(visit, 1_200)

    assert (await counts(cast.olga, cast.pavel, 1_200)).status_code == 403
    assert (await counts(cast.pavel, cast.pavel, 1_200)).status_code == 403
    assert (await counts(other_cast.galina, cast.pavel, 1_200)).status_code == 404
    assert (await cast.galina.get(f"/cash/workers/{uuid7()}?day={TODAY}")).status_code == 404
    assert await days(other_cast.galina) == []
    own = await cast.pavel.get("/field/cash")
    assert [one["missing_kop"] for one in own.json()["items"]] == [1_200]
    assert (await cast.nikolai.get("/field/cash")).json()["items"] == []


@pytest.mark.parametrize(
    ("filters", "status"),
    [
        ("from_day=2026-03-02&before_day=2026-03-02", 422),
        ("from_day=2025-01-01&before_day=2026-03-02", 422),
        ("from_day=yesterday", 400),
    ],
)
async def test_a_period_that_cannot_be_is_refused(cast, filters, status):
    assert (await cast.galina.get(f"/cash/days?{filters}")).status_code == status


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cash_handover SET counted_kop = 1",
        "DELETE FROM cash_handover",
        "UPDATE cash_handover_payment SET handover_id = payment_id",
        "DELETE FROM cash_handover_payment",
    ],
)
async def test_the_database_lets_nobody_change_what_was_counted(cast, statement):
    visit = await visit_in_progress(cast)
    await takes(visit, 1_200)
    await counts(cast.galina, cast.pavel, 1_200)

    async with transaction(cast.maker, cast.company_id) as session:
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with session.begin_nested():
                await session.execute(text(statement))
