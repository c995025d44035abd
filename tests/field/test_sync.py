"""A phone pulls what it needs for the next days, and then only what has changed."""

import asyncio
import gzip
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.clients.records.models import Site
from app.db.session import transaction
from app.field.sync.kinds import KINDS
from app.field.sync.models import SyncView
from app.field.sync.schemas import SyncItems, SyncRemoved
from app.orders.jobs.models import Job
from tests.cast import NOON
from tests.counting import statements_of
from tests.dispatch.given import TOMORROW
from tests.field.forms_given import a_published_form, answered, ask_for, publish, rule
from tests.field.phone import Phone, said
from tests.field.test_attachments import stored_photo
from tests.pictures import a_photo
from tests.stories import accepted_visit, booked_visit, measured_visit, visit_in_progress

A_WORK = {
    "code": "sill",
    "name_ru": "Подоконник",
    "name_en": "Window sill",
    "unit": "pcs",
    "price_kop": 1_500_00,
    "reward_kop": 600_00,
}


async def write(cast, statement):
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(statement)


async def views_of(cast, person):
    query = select(func.count()).where(SyncView.company_id == cast.company_id, SyncView.user_id == person.id)
    async with transaction(cast.maker, cast.company_id) as session:
        return await session.scalar(query)


# What a phone gets


@pytest.mark.covers("M29")
async def test_a_phone_gets_the_day_as_its_screens_show_it(cast):
    visit, _ = await measured_visit(cast, starts_at=NOON + timedelta(hours=1))
    await stored_photo(visit, a_photo())
    await visit.done("payments", kind="prepayment", amount_kop=5_000_00, method="cash", reason="Аванс")
    offered = await booked_visit(cast, starts_at=TOMORROW)
    await cast.irina.post("/work-items", A_WORK)
    phone = Phone(cast.pavel)

    delta = await phone.pull()

    assert delta["is_full"]
    assert phone.items["visits"] == {one.id: await one.screen() for one in (visit, offered)}
    shown = (await cast.pavel.get("/field/work-items?limit=100")).json()["items"]
    assert list(phone.items["works"].values()) == shown
    colleagues = (await cast.pavel.get("/field/colleagues")).json()["items"]
    assert sorted(phone.items["colleagues"].values(), key=str) == sorted(colleagues, key=str)


@pytest.mark.covers("M29", "M38")
async def test_a_phone_gets_each_version_of_a_form_once(cast):
    form = await a_published_form(cast)
    await ask_for(cast, rule("form", form_id=form["id"]))
    visit = await visit_in_progress(cast)
    await booked_visit(cast, starts_at=TOMORROW + timedelta(days=1))
    await answered(visit, form, {"level": True})
    phone = Phone(cast.pavel)
    await phone.pull()
    (first,) = phone.items["form_versions"].values()

    newer = await publish(cast, form, {"sill": {"type": "boolean"}})
    await phone.pull()

    assert first["version"] == form["published_version"]
    assert {one["version"] for one in phone.items["form_versions"].values()} == {
        first["version"],
        newer["published_version"],
    }
    assert phone.items["visits"][visit.id]["forms"][0]["answers"] == {"level": True}


async def test_a_crew_member_gets_the_visits_of_his_crew_and_no_others(cast):
    visit = await booked_visit(cast, kind="installation")
    await booked_visit(cast)  # Pavel's
    timur = Phone(cast.timur)

    await timur.pull()

    assert list(timur.items["visits"]) == [visit.id]


async def test_the_chat_of_a_job_is_on_the_phones_of_its_workers_and_no_others(cast):
    visit = await accepted_visit(cast)
    await cast.olga.post(f"/jobs/{visit.job_id}/messages", {"text": "Ключ у консьержки"})
    pavel, nikolai = Phone(cast.pavel), Phone(cast.nikolai)

    await pavel.pull()
    await nikolai.pull()

    shown = (await cast.pavel.get(f"/jobs/{visit.job_id}/messages")).json()["items"]
    assert list(pavel.items["messages"].values()) == shown
    assert [one["text"] for one in shown] == ["Ключ у консьержки"]
    assert nikolai.items["messages"] == {}
    await cast.olga.post(f"/visits/{visit.id}/withdraw", if_match="*")
    assert set(said(await pavel.pull())) == {"removed visits", "removed messages"}


async def test_a_visit_comes_when_its_time_is_near_and_goes_when_it_is_past(cast, clock):
    far = await accepted_visit(cast, starts_at=NOON + timedelta(days=8))
    done = await visit_in_progress(cast, starts_at=NOON + timedelta(hours=1))
    await done.done("complete")
    phone = Phone(cast.pavel)

    await phone.pull()
    assert list(phone.items["visits"]) == [done.id]

    clock.advance(days=1, hours=2)
    assert said(await phone.pull()) == {"visits": [far.id], "removed visits": [done.id]}


async def test_work_that_is_not_over_stays_on_the_phone(cast, clock):
    visit = await visit_in_progress(cast, starts_at=NOON + timedelta(hours=1))
    clock.advance(days=3)
    phone = Phone(cast.pavel)

    await phone.pull()

    assert list(phone.items["visits"]) == [visit.id]


async def test_the_office_has_nothing_to_synchronise(cast):
    assert (await cast.olga.get("/field/sync")).status_code == 403


def test_each_kind_has_its_fields():
    assert tuple(KINDS) == SyncItems.__struct_fields__ == SyncRemoved.__struct_fields__


# Only what has changed


async def test_when_nothing_has_changed_the_answer_is_empty_and_nothing_is_written(cast):
    await accepted_visit(cast)
    phone = Phone(cast.pavel)
    await phone.pull()
    before = phone.cursor

    delta = await phone.pull()

    assert said(delta) == {}
    assert not delta["is_full"]
    assert phone.cursor == before
    assert await views_of(cast, cast.pavel) == 1


async def test_only_what_has_changed_is_sent(cast):
    visit = await accepted_visit(cast)
    await accepted_visit(cast, starts_at=TOMORROW + timedelta(hours=2))
    await cast.irina.post("/work-items", A_WORK)
    phone = Phone(cast.pavel)
    await phone.pull()
    [work] = phone.items["works"].values()

    await visit.done("depart")
    assert said(await phone.pull()) == {"visits": [visit.id]}
    assert phone.items["visits"][visit.id] == await visit.screen()

    await cast.irina.patch(f"/work-items/{work['id']}", {"price_kop": 1_600_00}, if_match='"1"')
    assert said(await phone.pull()) == {"works": [work["id"]]}
    assert phone.items["works"][work["id"]]["price_kop"] == 1_600_00

    await cast.irina.patch(f"/work-items/{work['id']}", {"is_active": False}, if_match='"2"')
    assert said(await phone.pull()) == {"removed works": [work["id"]]}


async def test_the_catalogue_of_materials_comes_along(cast):
    await accepted_visit(cast)
    foam = {"code": "foam", "name_ru": "Пена", "name_en": "Foam", "unit": "pack"}
    made = (await cast.irina.post("/materials", foam)).json()
    phone = Phone(cast.pavel)

    await phone.pull()
    assert phone.items["materials"] == {made["id"]: made}

    await cast.irina.patch(f"/materials/{made['id']}", {"is_active": False}, if_match='"1"')
    assert said(await phone.pull()) == {"removed materials": [made["id"]]}


async def test_a_change_by_the_office_anywhere_around_the_visit_arrives(cast):
    visit, _ = await measured_visit(cast, starts_at=NOON + timedelta(hours=1))
    phone = Phone(cast.pavel)
    await phone.pull()

    changes: list[Any] = [
        update(Site).where(Site.company_id == cast.company_id).values(intercom="12К"),
        update(Job).where(Job.company_id == cast.company_id).values(instructions="Ключ у консьержки"),
    ]
    for change in changes:
        await write(cast, change)
        assert said(await phone.pull()) == {"visits": [visit.id]}
        assert phone.items["visits"][visit.id] == await visit.screen()


async def test_a_worker_who_loses_the_visit_loses_it_on_his_phone(cast):
    visit = await accepted_visit(cast)
    phone = Phone(cast.pavel)
    await phone.pull()

    answer = await cast.olga.post(f"/visits/{visit.id}/withdraw", if_match="*")
    assert answer.status_code == 200, answer.text

    assert said(await phone.pull()) == {"removed visits": [visit.id]}
    assert phone.items["visits"] == {}


@pytest.mark.covers("M29")
async def test_the_phone_number_comes_with_acceptance_and_is_taken_away_two_hours_after_the_end(cast, clock):
    visit = await booked_visit(cast, starts_at=NOON + timedelta(minutes=5))
    phone = Phone(cast.pavel)

    async def client():
        await phone.pull()
        return phone.items["visits"][visit.id]["client"]

    assert (await client())["is_masked"]
    await visit.done("accept")
    assert (await client())["phone"].startswith("+7903")
    for command in ("depart", "arrive", "start", "complete"):
        await visit.done(command)
    clock.advance(minutes=119)
    assert not (await client())["is_masked"]
    clock.advance(minutes=1)
    masked = await client()

    assert masked["is_masked"]
    assert "*" in masked["phone"] or "•" in masked["phone"]
    assert "Котова" not in masked["name"]


# Lost answers, old cursors, late commits


@pytest.mark.covers("M29")
async def test_a_lost_answer_is_harmless(cast):
    visit = await accepted_visit(cast)
    phone = Phone(cast.pavel)
    await phone.pull()

    await visit.done("depart")
    lost = [await phone.ask() for _ in range(3)]
    await visit.done("arrive")
    delta = await phone.pull()

    assert [said(one) for one in lost] == [{"visits": [visit.id]}] * 3
    assert said(delta) == {"visits": [visit.id]}
    assert phone.items["visits"][visit.id] == await visit.screen()
    assert said(await phone.pull()) == {}


async def test_an_answer_that_was_thought_lost_and_came_late_can_be_gone_on_from(cast):
    visit = await accepted_visit(cast)
    phone = Phone(cast.pavel)
    await phone.pull()
    await visit.done("depart")

    late = await phone.ask()
    await phone.ask()
    phone.take(late)
    await phone.pull()

    assert phone.items["visits"][visit.id] == await visit.screen()


@pytest.mark.parametrize("cursor", ["x", "AZ9x", "Z" * 100, "AZoiynyRd9mAhWiGxqOZLg", "\u0439"])
async def test_an_unknown_cursor_gives_everything(cast, cursor):
    visit = await accepted_visit(cast)
    phone = Phone(cast.pavel)
    phone.cursor, phone.items = cursor, {"visits": {"stale": {}}}

    delta = await phone.pull()

    assert delta["is_full"]
    assert list(phone.items["visits"]) == [visit.id]


async def test_a_cursor_of_somebody_else_is_unknown(cast, other_cast):
    await accepted_visit(cast)
    pavel = Phone(cast.pavel)
    await pavel.pull()

    for person in (cast.nikolai, other_cast.pavel):
        thief = Phone(person)
        thief.cursor = pavel.cursor
        delta = await thief.pull()
        assert delta["is_full"]
        assert thief.items["visits"] == {}


async def test_a_phone_leaves_two_views_at_most(cast):
    visit = await accepted_visit(cast)
    phone = Phone(cast.pavel)
    for command in ("depart", "arrive", "start"):
        await phone.pull()
        await visit.done(command)
    for _ in range(5):
        await phone.ask()

    assert await views_of(cast, cast.pavel) == 2


async def test_what_commits_late_is_not_missed(cast):
    """It began before other changes that the phone was told of already."""
    early = await accepted_visit(cast)
    later = await accepted_visit(cast, starts_at=TOMORROW + timedelta(hours=2))
    phone = Phone(cast.pavel)
    await phone.pull()

    async with transaction(cast.maker, cast.company_id) as session:
        of_early = update(Job).where(Job.company_id == cast.company_id, Job.id == early.job_id)
        await session.execute(of_early.values(instructions="Собака злая"))
        await later.done("depart")
        assert said(await phone.pull()) == {"visits": [later.id]}

    assert said(await phone.pull()) == {"visits": [early.id]}


async def test_a_phone_that_asks_twice_at_once_is_up_to_date_afterwards(cast):
    visit = await accepted_visit(cast)
    phone = Phone(cast.pavel)
    await phone.pull()
    await visit.done("depart")

    answers = await asyncio.gather(*[phone.ask() for _ in range(6)])
    phone.take(answers[0])
    await phone.pull()

    assert phone.items["visits"] == {visit.id: await visit.screen()}


# What it costs


async def test_a_full_phone_takes_no_more_statements_than_an_empty_one(cast, engine):
    await cast.pavel.get("/field/sync")  # his account is remembered from now on
    counts = []
    for number in range(3):
        with statements_of(engine) as sent:
            await cast.pavel.get("/field/sync")
        counts.append(len(sent))
        await accepted_visit(cast, starts_at=TOMORROW + timedelta(hours=2 * number))

    assert len(set(counts)) == 1


async def test_a_day_travels_compressed(cast, anonymous):
    await accepted_visit(cast)
    headers = {"authorization": f"Bearer {cast.pavel.token()}", "accept-encoding": "gzip"}

    async with anonymous.stream("GET", "/api/v1/field/sync", headers=headers) as answer:
        sent = b"".join([chunk async for chunk in answer.aiter_raw()])

    assert answer.headers["content-encoding"] == "gzip"
    assert b'"is_full":true' in gzip.decompress(sent)
    assert "accept-encoding" in answer.headers["vary"].lower()


# Whatever happens

STEPS = ("accept", "decline", "depart", "arrive", "start", "pause", "resume", "complete", "not-complete")


async def something_happens(cast, dice, visits):
    """Somebody does something to one of the visits, or a new one is offered. Much of it is refused."""
    if len(visits) < 5 and dice.random() < 0.3:
        kind = dice.choice(["measurement", "installation"])
        starts_at = NOON + timedelta(days=len(visits), hours=1)
        visits.append(await booked_visit(cast, kind=kind, starts_at=starts_at))
        return
    visit = dice.choice(visits)
    match dice.choice(["tap", "tap", "tap", "office", "chat", "site"]):
        case "tap":
            reason = {"reason": "busy"} if (tap := dice.choice(STEPS)) == "decline" else {}
            reason |= {"reason": "no_access"} if tap == "not-complete" else {}
            reason |= {"reason": "weather"} if tap == "pause" else {}
            await visit.tap(tap, **reason)
        case "office":
            body = (
                {"reason": "Передумали"} if (way := dice.choice(["withdraw", "cancel"])) == "cancel" else None
            )
            await cast.olga.post(f"/visits/{visit.id}/{way}", body)
        case "chat":
            await cast.olga.post(f"/jobs/{visit.job_id}/messages", {"text": f"{dice.random()}"})
        case "site":
            change = update(Job).where(Job.company_id == cast.company_id, Job.id == visit.job_id)
            await write(cast, change.values(instructions=f"{dice.random()}"))


@pytest.mark.covers("M29")
@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_a_phone_has_what_the_routes_show_its_owner_and_nothing_else(
    cast, clock, seed
):
    dice = random.Random(seed)
    visits = [await booked_visit(cast, starts_at=NOON + timedelta(hours=1))]
    phones = [Phone(one) for one in (cast.pavel, cast.nikolai, cast.rinat, cast.timur)]

    for _ in range(15):
        await something_happens(cast, dice, visits)
        clock.advance(minutes=dice.choice([0, 1, 40]))
        for phone in dice.sample(phones, 2):
            if dice.random() < 0.3:
                await phone.ask()  # the answer gets lost
                continue
            await phone.pull()
            shown = {}
            for visit in visits:
                answer = await phone.owner.get(f"/field/visits/{visit.id}")
                if answer.status_code == 200:
                    shown[visit.id] = answer.json()
            assert phone.items["visits"] == shown
            jobs = {one["job_id"] for one in shown.values()}
            assert {one["job_id"] for one in phone.items["messages"].values()} <= jobs
