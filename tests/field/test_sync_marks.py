"""A pull looks first whether anything has changed at all. That look must see whatever would be shown differently."""

import random
import re
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import text

from app.db.session import transaction
from app.field.sync.queries import MARKS
from app.schema import metadata
from tests.cast import NOON
from tests.counting import statements_of
from tests.dispatch.given import TOMORROW
from tests.field.forms_given import a_published_form, answered, ask_for, publish, rule
from tests.field.phone import Phone
from tests.field.test_attachments import stored_photo
from tests.field.test_materials import a_material
from tests.field.test_sync import A_WORK, something_happens
from tests.pictures import a_photo
from tests.stories import booked_visit, measured_visit, tapped

pytestmark = pytest.mark.covers("M29")

NEVER_CHANGES = {"opening", "chat_photo", "estimate_line"}
"""Its rows come with rows that are marked, and are never changed."""


def tables_in(statement):
    words = set(re.findall(r"\b[a-z_]+\b", re.sub(r"--.*", "", statement)))
    return {table.name for table in metadata.sorted_tables} & words


async def test_an_unchanged_pull_takes_three_statements(cast, engine):
    await measured_visit(cast, starts_at=NOON + timedelta(hours=1))
    phone = Phone(cast.pavel)
    await phone.pull()
    await phone.pull()

    with statements_of(engine) as sent:
        await phone.pull()

    assert len(sent) <= 3


async def test_each_table_that_a_pull_reads_has_its_marks(cast, engine):
    form = await a_published_form(cast)
    await ask_for(cast, rule("form", form_id=form["id"]))
    visit, _ = await measured_visit(cast, starts_at=NOON + timedelta(hours=1))
    await answered(visit, form, {"level": True})

    with statements_of(engine) as sent:
        await Phone(cast.pavel).pull()

    read = {table for statement in sent for table in tables_in(statement)}
    shown = read - NEVER_CHANGES - {"sync_view", "refresh_token", "device", "role_assignment", "company"}
    assert {"visit", "form_version", "user_account"} <= shown
    assert shown <= tables_in(MARKS)


async def everything(person):
    """What another phone of his gets, which has nothing."""
    elsewhere = msgspec.structs.replace(person.scope, device_id=None)
    phone = Phone(replace(person, scope=elsewhere))
    await phone.pull()
    return phone.items


MORE = [
    "UPDATE client SET name = name || 'х'",
    "UPDATE client_contact SET value = value",
    "UPDATE site SET intercom = intercom || '1'",
    "UPDATE job_type SET name = name || '.'",
    "UPDATE user_account SET name = name || '.'",
    "UPDATE worker SET is_active = NOT is_active WHERE id NOT IN (SELECT worker_id FROM visit_booking)",
    "UPDATE work_item SET price_kop = price_kop + 100",
    "UPDATE material SET is_active = NOT is_active",
    "UPDATE visit SET accept_by = accept_by + interval '1 hour' WHERE accept_by IS NOT NULL",
    "UPDATE production_order SET status = status",
    "UPDATE crew_member SET share = share + 1",
    "UPDATE absence SET period = period",
    "UPDATE material_norm SET per_job = per_job + 1",
    "UPDATE company SET timezone = CASE timezone WHEN 'Asia/Omsk' THEN 'Europe/Moscow' ELSE 'Asia/Omsk' END",
]


@pytest.mark.parametrize("seed", range(3))
async def test_what_has_changed_taken_to_what_a_phone_has_is_everything(cast, clock, seed):
    dice = random.Random(seed)
    form = await a_published_form(cast)
    await ask_for(cast, rule("form", form_id=form["id"]), rule("photos"))
    await a_material(cast)
    await cast.irina.post("/work-items", A_WORK)
    visits = [(await measured_visit(cast, starts_at=NOON + timedelta(hours=1)))[0]]
    phones = [Phone(one) for one in (cast.pavel, cast.rinat)]

    for _ in range(14):
        match dice.choice(["story", "story", "row", "form", "photo", "time"]):
            case "story":
                await something_happens(cast, dice, visits)
            case "row":
                async with transaction(cast.maker, cast.company_id) as session:
                    await session.execute(text(dice.choice(MORE)))
            case "form":
                if dice.random() < 0.5:
                    form = await publish(cast, form, {f"q{dice.randrange(99)}": {"type": "boolean"}})
                else:
                    await visits[0].tap(
                        "forms", form_id=form["id"], version=form["published_version"], answers={}
                    )
            case "photo":
                await visits[0].tap("attachments", **declared_photo(dice))
            case "time":
                clock.advance(minutes=dice.choice([1, 61, 121, 60 * 25]))
        for phone in phones:
            await phone.pull()
            assert phone.items == await everything(phone.owner)


def declared_photo(dice):
    sha256 = f"{dice.randrange(16**12):064x}"
    return {"purpose": "photo", "content_type": "image/jpeg", "size": 9, "sha256": sha256}


@pytest.mark.parametrize("minutes", [29, 31])
async def test_time_alone_changes_what_is_shown(cast, clock, minutes):
    """An offer that nobody has answered can be answered no longer."""
    visit = await booked_visit(cast, starts_at=TOMORROW)
    phone = Phone(cast.pavel)
    await phone.pull()

    clock.advance(minutes=minutes)
    await phone.pull()

    assert phone.items["visits"][visit.id] == await visit.screen()
    assert phone.items == await everything(cast.pavel)


async def test_a_new_shape_of_items_is_sent_at_once(cast, monkeypatch):
    await booked_visit(cast)
    phone = Phone(cast.pavel)
    await phone.pull()
    monkeypatch.setattr("app.field.sync.service.READING", 2)
    monkeypatch.setattr("app.field.sync.policies.hash_of", lambda _: b"anew")

    delta = await phone.pull()

    assert len(delta["changed"]["visits"]) == 1


async def test_a_stored_photo_and_its_marks(cast):
    visit, _ = await measured_visit(cast, starts_at=NOON + timedelta(hours=1))
    phone = Phone(cast.pavel)
    await phone.pull()

    await stored_photo(visit, a_photo())
    await phone.pull()

    assert phone.items["visits"][visit.id] == await visit.screen()


async def test_a_worker_has_the_corrections_of_his_time_and_what_he_said_of_them(cast, clock):
    clock.advance(hours=3)
    phone, other = Phone(cast.pavel), Phone(cast.rinat)
    await phone.pull()
    begins, ends = NOON, NOON + timedelta(hours=1)
    said = {
        "starts_at": begins.isoformat(),
        "ends_at": ends.isoformat(),
        "says": "pause",
        "reason": "По договорённости",
    }
    path = f"/workers/{cast.pavel.id}/timesheet/corrections"
    answer = await cast.olga.post(path, said, idempotency_key="of-time")
    assert answer.status_code == 201, answer.text

    await phone.pull()
    await other.pull()
    [shown] = phone.items["time_corrections"].values()
    assert (shown["reason"], shown["says"], shown["comments"]) == ("По договорённости", "pause", [])
    assert other.items["time_corrections"] == {}

    path = f"/field/my-timesheet/corrections/{shown['id']}/comment"
    told = (await cast.pavel.post(path, tapped(clock.now(), comment="Не согласен"))).json()
    await phone.pull()
    assert phone.items["time_corrections"][shown["id"]] == told

    clock.advance(days=32)
    await phone.pull()
    assert phone.items["time_corrections"] == {}
