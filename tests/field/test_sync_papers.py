"""What a phone holds beside its visits: acts, who is there, materials of jobs, its owner's stops."""

import gzip
from datetime import timedelta

import pytest

from app.core.ids import uuid7
from app.db.session import transaction
from app.documents.price_list.service import create_default_work_items
from app.tracking.signals.models import StopSignal
from tests.cast import NOON
from tests.dispatch.given import TOMORROW
from tests.field.phone import Phone, said
from tests.field.test_acts import presented, signed
from tests.field.test_attachments import stored_photo
from tests.field.test_materials import a_material, norms, reported, used
from tests.pictures import a_photo
from tests.stories import accepted_visit, booked_visit, tapped, visit_in_progress

pytestmark = pytest.mark.covers("M29")

DAY_MAX = 30_000
"""Bytes, compressed."""


@pytest.fixture
async def cast(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    return cast


async def shown(person, path):
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.covers("M7")
async def test_a_phone_holds_the_act_to_sign_and_then_the_signed_one(cast):
    visit = await visit_in_progress(cast, kind="installation", starts_at=NOON + timedelta(hours=1))
    rinat, timur, pavel = Phone(cast.rinat), Phone(cast.timur), Phone(cast.pavel)
    for phone in (rinat, timur, pavel):
        await phone.pull()

    void = await presented(visit)
    await rinat.pull()
    act = await presented(visit)
    assert said(await rinat.pull())["removed acts"] == [void["id"]]
    assert rinat.items["acts"] == {act["id"]: await shown(cast.rinat, f"/acts/{act['id']}")}

    await signed(visit, act)
    for phone in (rinat, timur, pavel):
        await phone.pull()
    assert rinat.items["acts"] == {act["id"]: await shown(cast.rinat, f"/acts/{act['id']}")}
    assert rinat.items["acts"][act["id"]]["status"] == "signed"
    assert timur.items["acts"] == rinat.items["acts"]  # he is named on it
    assert pavel.items["acts"] == {}


async def test_a_refused_act_leaves_the_phone(cast):
    visit = await visit_in_progress(cast, kind="installation", starts_at=NOON + timedelta(hours=1))
    act = await presented(visit)
    phone = Phone(cast.rinat)
    await phone.pull()

    refusal = tapped(reason="Не согласен с ценой")
    assert (await cast.rinat.post(f"/field/acts/{act['id']}/refuse", refusal)).status_code == 200

    assert said(await phone.pull())["removed acts"] == [act["id"]]


async def test_a_damaged_act_keeps_nothing_else_from_the_phone(cast, superuser):
    visit = await visit_in_progress(cast, kind="installation", starts_at=NOON + timedelta(hours=1))
    act = await presented(visit)
    await superuser.execute("SET session_replication_role = replica")  # without the triggers
    await superuser.execute(
        "UPDATE act SET content = content - 'lines' WHERE company_id = $1", cast.company_id
    )
    phone = Phone(cast.rinat)

    await phone.pull()

    assert (await cast.rinat.get(f"/acts/{act['id']}")).status_code == 500
    assert phone.items["acts"] == {}
    assert list(phone.items["visits"]) == [visit.id]


@pytest.mark.covers("M23")
async def test_a_phone_shows_who_is_expected_and_then_who_was_there(cast):
    visit = await accepted_visit(cast, kind="installation", starts_at=NOON + timedelta(hours=1))
    phone = Phone(cast.rinat)
    path = f"/field/visits/{visit.id}/presence"

    async def presence():
        await phone.pull()
        there = phone.items["visits"][visit.id]["presence"]
        assert there == (await shown(cast.rinat, path))["items"]
        return {one["name"]: (one["was_there"], one["source"]) for one in there}

    expected = await presence()
    assert len(expected) == 2
    assert set(expected.values()) == {(True, "arrival")}

    for command in ("depart", "arrive"):
        await visit.done(command)
    assert await presence() == expected

    people = [
        {"worker_id": str(cast.timur.id), "said": "absent"},
        {"worker_id": str(cast.pavel.id), "said": "came"},
    ]
    answer = await cast.rinat.post(path, tapped(people=people))
    assert answer.status_code == 200, answer.text
    confirmed = await presence()
    assert confirmed[cast.timur.name] == (False, "field")
    assert confirmed[cast.pavel.name] == (True, "field")
    assert confirmed[cast.rinat.name] == (True, "arrival")


async def test_a_change_of_the_crew_or_an_absence_arrives_before_anybody_does(cast):
    visit = await booked_visit(cast, kind="installation", starts_at=TOMORROW)
    phone = Phone(cast.rinat)
    await phone.pull()

    period = {"starts_at": TOMORROW - timedelta(hours=2), "ends_at": TOMORROW + timedelta(hours=9)}
    absence = {name: at.isoformat() for name, at in period.items()} | {"kind": "sick", "even_if_booked": True}
    answer = await cast.olga.post(f"/workers/{cast.timur.id}/absences", absence)
    assert answer.status_code == 201, answer.text
    await phone.pull()

    there = {one["name"]: one["was_there"] for one in phone.items["visits"][visit.id]["presence"]}
    assert there == {cast.rinat.name: True, cast.timur.name: False}


@pytest.mark.covers("M34")
async def test_a_phone_shows_what_a_job_needs_and_what_was_used(cast):
    foam, tape = await a_material(cast), await a_material(cast, "tape", "m")
    await norms(cast, {"material_id": foam, "per_job": 3})
    visit = await visit_in_progress(cast, kind="installation", starts_at=NOON + timedelta(hours=1))
    phone = Phone(cast.rinat)

    async def of_job():
        await phone.pull()
        [kept] = phone.items["job_materials"].values()
        told = await shown(cast.rinat, f"/jobs/{visit.job_id}/materials")
        for use in told["uses"]:
            del use["author_name"]
        assert kept == told | {"id": visit.job_id}
        return {one["code"]: (one["expected"], one["used"]) for one in kept["items"]}

    assert await of_job() == {"foam": (3, 0)}
    line = (await reported(visit, used(tape, 25)))["uses"][0]["id"]
    assert await of_job() == {"foam": (3, 0), "tape": (0, 25)}
    await reported(visit, corrections=[{"use_id": line, "quantity": 2.5, "reason": "Опечатка"}])
    assert await of_job() == {"foam": (3, 0), "tape": (0, 2.5)}
    by_hand = {"items": [{"material_id": foam, "quantity": 5}]}
    assert (await cast.olga.put(f"/jobs/{visit.job_id}/materials", by_hand)).status_code == 200
    assert (await of_job())["foam"] == (5, 0)
    delta = await phone.pull()
    assert said(delta) == {}


async def a_signal(cast, person, **fields):
    begins = NOON - timedelta(hours=3)
    signal = StopSignal(
        company_id=cast.company_id,
        id=uuid7(),
        worker_id=person.id,
        day=begins.date(),
        lat=55.7,
        lon=37.6,
        accuracy_m=12,
        counted_s=2700,
        rules=[{"reason": "long", "value": 45, "limit": 20}],
        near_clients=[],
        evidence=[],
        found_at=NOON,
        **{"from_at": begins, "to_at": begins + timedelta(minutes=45), **fields},
    )
    async with transaction(cast.maker, cast.company_id) as session:
        session.add(signal)
    return str(signal.id)


@pytest.mark.covers("M19")
async def test_a_worker_has_his_own_stops_with_his_answers_and_nobody_elses(cast, clock):
    mine, _ = await a_signal(cast, cast.pavel), await a_signal(cast, cast.rinat)
    phone = Phone(cast.pavel)

    async def on_phone():
        await phone.pull()
        listed = (await shown(cast.pavel, "/field/my-signals"))["items"]
        kept = phone.items["signals"]
        assert kept == {one["id"]: one for one in listed if one["id"] in kept}
        return kept

    assert list(await on_phone()) == [mine]
    await cast.pavel.post(f"/field/my-signals/{mine}/answer", tapped(choice="meal"))
    assert [one["choice"] for one in (await on_phone())[mine]["answers"]] == ["meal"]
    repeated = await a_signal(
        cast, cast.pavel, from_at=NOON - timedelta(days=300), to_at=NOON - timedelta(days=299)
    )
    assert [one["repeats"] for one in (await on_phone()).values()] == [1, 1]
    body = {"decision": "explained", "reason": "Обед"}
    assert (await cast.sergei.post(f"/tracking/signals/{mine}/close", body)).status_code == 200
    assert (await on_phone())[mine]["decision"] == "explained"

    clock.advance(days=15)
    assert list(await on_phone()) == [repeated]


async def test_a_stop_of_a_year_ago_repeats_nothing_any_more(cast, clock):
    begins = NOON - timedelta(days=364)
    await a_signal(cast, cast.pavel, from_at=begins, to_at=begins + timedelta(hours=1))
    signal = await a_signal(cast, cast.pavel)
    phone = Phone(cast.pavel)
    await phone.pull()
    assert phone.items["signals"][signal]["repeats"] == 1

    clock.advance(days=2)
    await phone.pull()

    assert phone.items["signals"][signal]["repeats"] == 0


async def test_the_words_of_items_follow_the_language_of_the_worker(cast):
    signal = await a_signal(cast, cast.pavel)
    phone = Phone(cast.pavel)
    await phone.pull()

    answer = await cast.irina.patch(f"/users/{cast.pavel.id}", {"lang": "en"}, if_match='"1"')
    assert answer.status_code == 200, answer.text
    await phone.pull()

    [told] = (await shown(cast.pavel, "/field/my-signals"))["items"]
    assert (
        "no conclusion" in " ".join(told["explanation"]).lower() or told["explanation"][0].isascii() is False
    )
    assert phone.items["signals"] == {signal: told}


async def test_a_full_day_is_small(cast, anonymous):
    foam = await a_material(cast)
    await norms(cast, {"material_id": foam, "per_job": 3})
    for number in range(6):
        starts_at = NOON + timedelta(hours=1) + number * timedelta(minutes=70)
        visit = await visit_in_progress(cast, kind="installation", starts_at=starts_at)
        await stored_photo(visit, a_photo())
        await signed(visit, await presented(visit))
        await visit.done("complete")
        await cast.olga.post(
            f"/jobs/{visit.job_id}/messages", {"text": "Ключ у консьержки, позвонить за час"}
        )
    await a_signal(cast, cast.rinat)
    headers = {"authorization": f"Bearer {cast.rinat.token()}", "accept-encoding": "gzip"}

    async with anonymous.stream("GET", "/api/v1/field/sync", headers=headers) as answer:
        sent = b"".join([chunk async for chunk in answer.aiter_raw()])

    assert gzip.decompress(sent).count(b'"status":"signed"') == 6
    assert len(sent) <= DAY_MAX, len(sent)
