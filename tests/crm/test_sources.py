"""Where clients come from: the first touch with a request stays, and whoever recommends has a long effect."""

import random
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from app.core.ids import uuid7
from app.crm.recommenders.policies import Brought, Influence, count_influence, is_within, years_after
from app.crm.sources.models import ClientSource
from app.crm.sources.policies import SourceKind, SourcePersonWrong, check_person
from app.db.session import transaction
from tests.cast import NOON
from tests.clients.given import phone
from tests.crm.given import a_card, kinds_of, ok, reports_follow
from tests.crm.test_statuses import bought, told

ONE = UUID(int=1)
DAY = date(2024, 2, 29)
YEAR = timedelta(days=365)


async def a_source(cast, name="Авито", **fields) -> str:
    body = {"name": name, "kind": "paid", "trust": 1} | fields
    return (await ok(await cast.marina.post("/crm/sources", body)))["id"]


async def a_request(cast, number: str) -> str:
    return (await ok(await cast.marina.post("/requests", {"channel": "phone", "phone": number})))["id"]


async def touched(cast, client_id: str, source: str, **fields) -> dict:
    path = f"/crm/clients/{client_id}/source-touches"
    return await ok(await cast.marina.post(path, {"source_id": source} | fields))


@pytest.mark.covers("R117", "R118")
@pytest.mark.parametrize("kind", SourceKind)
def test_a_recommendation_names_a_client_a_colleague_a_worker_and_others_nobody(kind):
    right = {SourceKind.RECOMMENDATION: (ONE, None), SourceKind.COLLEAGUE: (None, ONE)}.get(
        kind, (None, None)
    )
    for pair in [(None, None), (ONE, None), (None, ONE), (ONE, ONE)]:
        if pair == right:
            check_person(kind, *pair)
        else:
            with pytest.raises(SourcePersonWrong):
                check_person(kind, *pair)


@pytest.mark.covers("R118")
@pytest.mark.parametrize("kind", ["paid", "colleague"])
async def test_the_database_itself_refuses_a_client_on_a_source_that_is_no_recommendation(cast, kind):
    client_id, _ = await a_card(cast, contacts=[])
    worker_id = cast.rinat.id if kind == "colleague" else None
    source = ClientSource(
        company_id=cast.company_id,
        name="Баннер",
        kind=kind,
        trust=3,
        client_id=UUID(client_id),
        worker_id=worker_id,
    )

    with pytest.raises(IntegrityError, match="ck_client_source__person"):
        async with transaction(cast.maker, cast.company_id) as session:
            session.add(source)


@pytest.mark.covers("R118")
@pytest.mark.parametrize(
    ("own", "on", "expected"),
    [
        (date(2024, 3, 1), date(2024, 3, 1), False),
        (date(2024, 3, 1), date(2024, 3, 2), True),
        (date(2024, 3, 1), date(2026, 3, 1), True),
        (date(2024, 3, 1), date(2026, 3, 2), False),
        (DAY, date(2026, 2, 28), True),
        (DAY, date(2026, 3, 1), False),
    ],
)
def test_a_visit_of_the_recommender_has_its_effect_for_two_years(own, on, expected):
    assert is_within(own, on) is expected
    assert years_after(DAY) == date(2026, 2, 28)


@pytest.mark.covers("R118")
def test_influence_of_random_recommenders_is_that_of_a_plain_count():
    dice = random.Random(118)
    for _ in range(200):
        own = sorted(DAY + timedelta(days=dice.randint(0, 3_000)) for _ in range(dice.randint(0, 4)))
        brought = [
            sorted(DAY + timedelta(days=dice.randint(0, 3_000)) for _ in range(dice.randint(0, 5)))
            for _ in range(dice.randint(0, 4))
        ]
        found = count_influence(own, [Brought(DAY, days, [100] * len(days)) for days in brought])

        later = [day for days in brought for day in days[1:]]
        near = [
            d
            for d in later
            if any(o < d and (d.year - o.year, d.month, d.day) <= (2, o.month, o.day) for o in own)
        ]
        assert found[:4] == (
            len(brought),
            sum(bool(days) for days in brought),
            100 * sum(len(days) for days in brought),
            len(later),
        )
        assert (found.influenced, found.influenced_kop) == (len(near), 100 * len(near))


@pytest.mark.covers("R118")
def test_what_a_colleague_says_counts_from_the_day_on_which_he_says_it():
    brought = Brought(DAY, [DAY + YEAR, DAY + 2 * YEAR - timedelta(days=1), DAY + 3 * YEAR], [1, 10, 100])

    assert count_influence(None, [brought]) == Influence(1, 1, 111, 2, 1, 10)


@pytest.mark.covers("R117", "R120")
async def test_the_first_touch_with_a_request_is_his_source_and_stays_it(cast, superuser):
    card, _ = await a_card(cast, source="с карточки", contacts=[phone("+79031234567")])
    avito, friend = await a_source(cast), await a_source(cast, "Сосед", kind="partner", trust=4)
    first_request, second_request = [await a_request(cast, "+79031234567") for _ in range(2)]

    heard = await touched(cast, card, friend, note="слышал о вас")
    first = await touched(cast, card, avito, request_id=first_request)
    later = await touched(cast, card, friend, request_id=second_request)
    again = await cast.marina.post(
        f"/crm/clients/{card}/source-touches", {"source_id": friend, "request_id": first_request}
    )
    other, _ = await a_card(cast, name="Борис", contacts=[])
    foreign = await cast.marina.post(
        f"/crm/clients/{other}/source-touches", {"source_id": friend, "request_id": first_request}
    )
    await told(cast, card, bought(NOON), NOON)
    listed = await ok(await cast.olga.get(f"/crm/clients/{card}/source-touches"))
    await reports_follow(cast)
    report = await ok(await cast.olga.get("/crm/returns/sources?from=2026-03-01&to=2026-04-01"))

    assert [one["is_first"] for one in (heard, first, later)] == [False, True, False]
    assert [one["id"] for one in listed["items"]] == [later["id"], first["id"], heard["id"]]
    assert (again.json()["code"], foreign.json()["code"]) == ("request_has_source", "request_of_other_client")
    assert [(one["source"], one["kind"], one["trust"]) for one in report["sources"]] == [("Авито", "paid", 1)]
    for change in ("UPDATE source_touch SET is_first = false", "DELETE FROM source_touch"):
        with pytest.raises(Exception, match="only ever added"):
            await superuser.execute(f"{change} WHERE company_id = $1", cast.company_id)


@pytest.mark.covers("R118", "R120")
async def test_whoever_recommends_is_a_source_has_a_paid_referral_and_the_visits_he_brings(cast, background):
    anna, _ = await a_card(cast, contacts=[phone("+79031234567")])
    boris, _ = await a_card(cast, name="Борис", contacts=[phone("+79031234568")])
    of_anna = await a_source(cast, "Анна Котова", kind="recommendation", trust=5, client_id=anna)
    of_pavel = await a_source(cast, "Павел", kind="colleague", trust=4, worker_id=str(cast.pavel.id))
    request = await a_request(cast, "+79031234568")
    await touched(cast, boris, of_anna, request_id=request)
    await told(cast, anna, bought(NOON - 2 * YEAR), NOON)
    for years in (3, 1, 0):
        await told(cast, boris, bought(NOON - years * YEAR), NOON)
    await background.sweep("relay", "delivery")
    himself = await cast.marina.post(f"/crm/clients/{anna}/source-touches", {"source_id": of_anna})
    twice = await cast.marina.post(
        "/crm/sources", {"name": "Анна", "kind": "recommendation", "trust": 5, "client_id": anna}
    )

    await reports_follow(cast)
    found = (await ok(await cast.olga.get("/crm/recommenders")))["items"]

    assert found == [
        {
            "source_id": of_anna,
            "name": "Анна Котова",
            "trust": 5,
            "client_id": anna,
            "worker_id": None,
            "clients": 1,
            "buyers": 1,
            "paid_kop": 1_500_00,
            "repeats": 2,
            "influenced": 2,
            "influenced_kop": 1_000_00,
        }
    ]
    assert of_pavel not in {one["source_id"] for one in found}
    assert (await kinds_of(cast, anna)).count("referral_paid") == 1
    assert (himself.json()["code"], twice.json()["code"]) == ("recommended_himself", "source_taken")


async def test_a_source_is_renamed_and_graded_anew_and_who_recommends_stays(cast):
    avito = await a_source(cast)
    await a_source(cast, "ЦИАН")
    path = f"/crm/sources/{avito}"
    changed = await ok(await cast.marina.call("PATCH", path, {"trust": 2, "name": "Авито 2"}, if_match='"1"'))
    taken = await cast.marina.call("PATCH", path, {"name": "ЦИАН"}, if_match='"2"')
    unknown = await cast.marina.call("PATCH", f"/crm/sources/{uuid7()}", {"trust": 1}, if_match='"1"')

    assert (changed["name"], changed["trust"], changed["version"]) == ("Авито 2", 2, 2)
    assert (taken.json()["code"], unknown.status_code) == ("source_taken", 404)
    assert len((await ok(await cast.olga.get("/crm/sources")))["items"]) == 2
