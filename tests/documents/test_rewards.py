from datetime import timedelta
from decimal import Decimal

import pytest

from app.core.ids import uuid7
from app.documents.api import Member, WorkDone
from tests.cast import NOON
from tests.documents.given import a_drawing, a_presented_act, a_signed_act, sign

pytestmark = pytest.mark.covers("M32")


async def test_each_line_is_divided_by_shares_and_adds_up(cast, files):
    act = (await a_signed_act(cast, files)).act

    rewards = (await cast.galina.get(f"/acts/{act.id}/rewards")).json()

    assert [(one["line"], one["worker_id"], one["share"], one["amount_kop"]) for one in rewards["items"]] == [
        (1, str(cast.rinat.id), 2, 2_400_00),
        (1, str(cast.timur.id), 1, 1_200_00),
        (2, str(cast.rinat.id), 2, 400_00),
        (2, str(cast.timur.id), 1, 200_00),
    ]
    assert rewards["total_kop"] == 2 * 1_800_00 + 600_00


async def test_a_reward_explains_itself(cast, files):
    act = (await a_signed_act(cast, files)).act

    first = (await cast.galina.get(f"/acts/{act.id}/rewards")).json()["items"][0]

    assert first["work"] == "Монтаж окна"
    assert first["explanation"].replace("\xa0", " ") == "2 × 1 800,00 ₽ = 3 600,00 ₽; доля 2 из 3: 2 400,00 ₽"
    assert (first["quantity"], first["rate_kop"], first["line_reward_kop"]) == (2, 1_800_00, 3_600_00)
    assert (first["shares_total"], first["work_item_version"], first["act_number"]) == (3, 1, act.number)
    assert first["earned_on"] == "2026-03-02"


async def test_kopecks_that_cannot_be_divided_are_given_out_to_the_last(cast, files):
    items = (await cast.irina.get("/work-items")).json()["items"]
    sill = next(item for item in items if item["code"] == "sill")
    await cast.irina.patch(f"/work-items/{sill['id']}", {"reward_kop": 1_00}, if_match='"1"')
    crew = [
        Member(worker_id=one.id, name=one.name, share=1) for one in (cast.rinat, cast.timur, cast.nikolai)
    ]
    works = [WorkDone(work_code="sill", quantity=Decimal(1))]

    act = (await a_signed_act(cast, files, crew=crew, works=works)).act

    rewards = (await cast.galina.get(f"/acts/{act.id}/rewards")).json()
    assert sorted(one["amount_kop"] for one in rewards["items"]) == [33, 33, 34]
    assert rewards["items"][0]["work_item_version"] == 2


async def test_the_rate_is_the_one_of_the_day_the_act_was_drawn_up(cast, files):
    act = await a_presented_act(cast)
    items = (await cast.irina.get("/work-items")).json()["items"]
    for item in items:
        await cast.irina.patch(f"/work-items/{item['id']}", {"reward_kop": 1}, if_match='"1"')

    await sign(cast, act, await a_drawing(cast, files))

    rewards = (await cast.galina.get(f"/acts/{act.id}/rewards")).json()
    assert rewards["total_kop"] == 2 * 1_800_00 + 600_00


async def test_a_line_without_a_rate_pays_nothing(cast, files):
    items = (await cast.irina.get("/work-items")).json()["items"]
    sill = next(item for item in items if item["code"] == "sill")
    await cast.irina.patch(f"/work-items/{sill['id']}", {"reward_kop": 0}, if_match='"1"')

    act = (await a_signed_act(cast, files)).act

    rewards = (await cast.galina.get(f"/acts/{act.id}/rewards")).json()
    assert {one["line"] for one in rewards["items"]} == {1}


async def test_an_unsigned_act_has_earned_nobody_anything(cast):
    act = await a_presented_act(cast)

    assert (await cast.galina.get(f"/acts/{act.id}/rewards")).json() == {"items": [], "total_kop": 0}


@pytest.mark.covers("M36")
async def test_a_worker_sees_his_own_part(cast, files):
    act = (await a_signed_act(cast, files)).act

    timurs = (await cast.timur.get(f"/acts/{act.id}/rewards")).json()
    pavels = await cast.pavel.get(f"/acts/{act.id}/rewards")

    assert {one["worker_id"] for one in timurs["items"]} == {str(cast.timur.id)}
    assert timurs["total_kop"] == 1_400_00
    assert pavels.status_code == 404


@pytest.mark.covers("M37")
async def test_another_company_sees_no_rewards(cast, other_cast, files):
    act = (await a_signed_act(cast, files)).act

    assert (await other_cast.galina.get(f"/acts/{act.id}/rewards")).status_code == 404


async def test_a_worker_reads_what_he_earned_in_a_period(cast, files):
    for days in (0, 1, 1, 2):
        now = NOON + timedelta(days=days)
        act = await a_presented_act(cast, now=now, visit_id=uuid7())
        await sign(cast, act, await a_drawing(cast, files), now=now + timedelta(minutes=5))

    mine = (await cast.timur.get("/field/rewards?from=2026-03-02&to=2026-03-04")).json()
    nobodys = (await cast.pavel.get("/field/rewards?from=2026-03-02&to=2026-03-04")).json()

    assert [one["earned_on"] for one in mine["items"]] == ["2026-03-02"] * 2 + ["2026-03-03"] * 4
    assert mine["total_kop"] == 3 * 1_400_00 == sum(one["amount_kop"] for one in mine["items"])
    assert nobodys == {"items": [], "total_kop": 0}


@pytest.mark.parametrize(
    ("period", "status"),
    [
        ("from=2026-03-02&to=2026-03-02", 422),
        ("from=2026-03-03&to=2026-03-02", 422),
        ("from=2024-01-01&to=2026-03-02", 422),
        ("from=2026-03-02", 400),
        ("from=yesterday&to=2026-03-02", 400),
    ],
)
async def test_a_period_must_be_one(cast, period, status):
    assert (await cast.rinat.get(f"/field/rewards?{period}")).status_code == status


async def test_the_office_has_no_rewards_of_its_own(cast):
    assert (await cast.olga.get("/field/rewards?from=2026-03-02&to=2026-03-04")).status_code == 403
