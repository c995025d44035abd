"""The load of crews, free times for an installation, and booking an installation."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from app.core.ids import uuid7
from app.db.outbox import OutboxEvent
from app.db.session import transaction
from app.notifications.messages.models import Message
from app.orders.client_orders.models import ClientOrder
from app.orders.job_types.models import JobType
from app.orders.jobs.models import Job
from app.workforce.absences.models import Absence
from app.workforce.bookings.models import VisitBooking
from app.workforce.crews.models import Crew, CrewMember
from app.workforce.people.models import Worker
from app.workforce.shifts.models import Shift
from tests.cast import Cast
from tests.dispatch.given import code_of
from tests.orders.given_production import (
    READY_ON,
    a_booked_installation,
    a_production_order,
    a_ready_order,
    book,
    change,
    history,
    moscow,
    move,
    reminders,
)
from tests.stories import clients_are_told

MONDAY = READY_ON + timedelta(days=3)


async def add(cast: Cast, *rows: object) -> None:
    async with transaction(cast.maker, cast.company_id) as session:
        for row in rows:
            row.company_id = cast.company_id  # type: ignore[attr-defined]  # every row here has one
            session.add(row)
            await session.flush()


async def a_crew(cast: Cast, name: str, *people: UUID) -> UUID:
    crew = Crew(id=uuid7(), name=name, foreman_id=people[0])
    members = [
        CrewMember(crew_id=crew.id, worker_id=one, period=Range(datetime(2026, 1, 1, tzinfo=UTC), None))
        for one in people
    ]
    await add(cast, crew, *members)
    return crew.id


async def slots(cast: Cast, order_id: str, query: str = "") -> dict:
    answer = await cast.olga.get(f"/production-orders/{order_id}/installation-slots?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def in_moscow(slot: dict) -> str:
    return (
        datetime.fromisoformat(slot["starts_at"]).astimezone(moscow(READY_ON, 0).tzinfo).strftime("%d %H:%M")
    )


async def load(cast: Cast, query: str) -> dict[tuple[str, str], tuple[int, int, int | None]]:
    answer = await cast.olga.get(f"/crews/load?{query}")
    assert answer.status_code == 200, answer.text
    return {
        (item["crew_name"], item["day"]): (item["shift_min"], item["booked_min"], item["load_percent"])
        for item in answer.json()["items"]
    }


async def announced(cast: Cast, kind: str) -> list[dict]:
    async with transaction(cast.maker, cast.company_id) as session:
        rows = await session.scalars(
            select(OutboxEvent).where(OutboxEvent.company_id == cast.company_id, OutboxEvent.kind == kind)
        )
        return [row.payload for row in rows]


async def messages(cast: Cast) -> list[Message]:
    await clients_are_told(cast)
    async with transaction(cast.maker, cast.company_id) as session:
        found = await session.scalars(select(Message).where(Message.kind == "visit_booked"))
        return list(found)


# how busy the brigades are


@pytest.mark.covers("M6")
async def test_the_load_of_a_crew_is_its_booked_share_of_the_time_when_all_are_there(cast):
    order_id = await a_ready_order(cast)
    await book(cast, order_id, starts_at=moscow(date(2026, 3, 23), 9), duration_min=390)

    found = await load(cast, "from=2026-03-22&to=2026-03-25")

    assert found == {
        ("Бригада Рината", "2026-03-22"): (780, 0, 0),
        ("Бригада Рината", "2026-03-23"): (780, 390, 50),
        ("Бригада Рината", "2026-03-24"): (780, 0, 0),
    }


async def test_a_crew_is_there_only_while_everybody_is(cast):
    """Timur is away until noon; of the other days nobody has a shift after the end of March."""
    await add(
        cast,
        Absence(
            worker_id=cast.timur.id,
            kind="sick",
            period=Range(moscow(date(2026, 3, 24), 6), moscow(date(2026, 3, 24), 12)),
        ),
    )

    found = await load(cast, "from=2026-03-24&to=2026-03-25")
    day_off = await load(cast, "from=2026-05-01&to=2026-05-02")

    assert found == {("Бригада Рината", "2026-03-24"): (540, 0, 0)}
    assert day_off == {("Бригада Рината", "2026-05-01"): (0, 0, None)}


async def test_a_booking_of_one_member_keeps_the_crew_busy(cast):
    alone = await a_crew(cast, "Ринат один", cast.rinat.id)
    order_id = await a_ready_order(cast)
    await book(cast, order_id, crew_id=str(alone), starts_at=moscow(date(2026, 3, 23), 8), duration_min=60)

    found = await load(cast, "from=2026-03-23&to=2026-03-24")

    assert found[("Бригада Рината", "2026-03-23")] == (780, 60, 8)


async def test_whoever_left_the_crew_no_longer_counts(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        left = Range(datetime(2026, 1, 1, tzinfo=UTC), moscow(date(2026, 3, 24), 0))
        await session.execute(
            update(CrewMember).where(CrewMember.worker_id == cast.timur.id).values(period=left)
        )
    await add(
        cast,
        Absence(
            worker_id=cast.timur.id,
            kind="vacation",
            period=Range(moscow(date(2026, 3, 23), 0), moscow(date(2026, 3, 26), 0)),
        ),
    )

    found = await load(cast, "from=2026-03-23&to=2026-03-25")

    assert [minutes for minutes, _, _ in found.values()] == [0, 780]


async def test_a_night_visit_is_divided_between_its_days(cast):
    order_id = await a_ready_order(cast)
    at_night = {"starts_at": moscow(date(2026, 3, 23), 22), "duration_min": 300}
    await book(cast, order_id, **at_night, override_reason="Магазин закрыт только ночью")

    found = await load(cast, "from=2026-03-23&to=2026-03-25")

    assert [booked for _, booked, _ in found.values()] == [120, 180]


async def test_a_crew_without_people_and_a_retired_one(cast):
    await add(
        cast,
        Crew(id=uuid7(), name="Пустая", foreman_id=cast.rinat.id),
        Crew(id=uuid7(), name="Прежняя", foreman_id=cast.rinat.id, is_active=False),
    )

    found = await load(cast, "from=2026-03-23&to=2026-03-24")

    assert found[("Пустая", "2026-03-23")] == (0, 0, None)
    assert ("Прежняя", "2026-03-23") not in found


async def test_by_default_the_load_begins_today_and_ends_after_two_weeks(cast, clock):
    clock.advance(hours=13)

    days = sorted({day for _, day in await load(cast, "")})

    assert (days[0], days[-1], len(days)) == ("2026-03-03", "2026-03-16", 14)


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-03-03&to=2026-03-03",
        "from=2026-03-03&to=2026-03-02",
        "from=2026-03-03&to=2026-06-04",
        "from=0001-01-01",
        "from=9999-12-31",
        "to=9999-12-31",
    ],
)
async def test_impossible_days_are_refused(cast, query):
    assert code_of(await cast.olga.get(f"/crews/load?{query}")) == (422, "days_impossible")


@pytest.mark.covers("M36", "M37")
async def test_workers_do_not_see_the_load_and_other_companies_see_their_own(cast, other_cast):
    assert (await cast.rinat.get("/crews/load")).status_code == 403
    order_id = await a_ready_order(cast)
    await book(cast, order_id)

    answer = await other_cast.olga.get(f"/crews/load?from={MONDAY}&to={MONDAY + timedelta(days=1)}")

    [item] = answer.json()["items"]
    assert (item["crew_id"], item["booked_min"]) == (str(other_cast.crew_id), 0)


# free times


@pytest.mark.covers("M6")
async def test_three_times_a_day_are_proposed_from_the_morning_after_the_ready_date(cast):
    order_id = await a_production_order(cast)

    found = await slots(cast, order_id, "days=2")

    assert (found["ready_from"], found["duration_min"]) == ("2026-03-21T05:00:00Z", 240)
    assert [in_moscow(slot) for slot in found["items"]] == [
        "21 08:00",
        "21 12:30",
        "21 17:00",
        "22 08:00",
        "22 12:30",
        "22 17:00",
    ]
    assert found["items"][0]["ends_at"] == "2026-03-21T09:00:00Z"
    assert found["items"][0]["crew_name"] == "Бригада Рината"


@pytest.mark.covers("M6")
async def test_windows_that_are_ready_can_be_installed_today(cast):
    order_id = await a_ready_order(cast)

    found = await slots(cast, order_id, "days=1")

    assert [in_moscow(slot) for slot in found["items"]] == ["02 12:00", "02 14:30", "02 17:00"]


@pytest.mark.covers("M6", "M15")
async def test_nobody_is_proposed_while_one_of_the_crew_is_booked_or_away(cast):
    order_id = await a_production_order(cast)
    day = date(2026, 3, 23)
    alone = await a_crew(cast, "Тимур один", cast.timur.id)
    await book(cast, await a_ready_order(cast), crew_id=str(alone), starts_at=moscow(day, 8), duration_min=90)
    await add(
        cast,
        Absence(worker_id=cast.rinat.id, kind="private", period=Range(moscow(day, 14), moscow(day, 17))),
    )

    found = await slots(cast, order_id, f"from={day}&days=1")

    times = {name: [] for name in ("Бригада Рината", "Тимур один")}
    for slot in found["items"]:
        times[slot["crew_name"]].append(in_moscow(slot))
    assert times == {
        "Бригада Рината": ["23 09:30", "23 10:00", "23 17:00"],
        "Тимур один": ["23 09:30", "23 13:00", "23 17:00"],
    }


@pytest.mark.covers("M23")
async def test_a_crew_without_the_skills_of_the_job_is_not_proposed(cast):
    await a_crew(cast, "Замерщики", cast.pavel.id, cast.nikolai.id)
    await a_crew(cast, "Смешанная", cast.pavel.id, cast.rinat.id)
    order_id = await a_ready_order(cast)

    found = await slots(cast, order_id, "days=2")

    assert {slot["crew_name"] for slot in found["items"]} == {"Бригада Рината", "Смешанная"}


async def test_the_skills_of_all_members_count_together(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(
            update(JobType)
            .where(JobType.id == cast.installation_type_id)
            .values(required_skills=["install", "measure"])
        )
    await a_crew(cast, "Смешанная", cast.pavel.id, cast.rinat.id)
    order_id = await a_ready_order(cast)

    found = await slots(cast, order_id, "days=2")

    assert {slot["crew_name"] for slot in found["items"]} == {"Смешанная"}


async def test_within_a_day_the_least_busy_crew_comes_first(cast):
    await add(
        cast,
        Worker(id=await a_user(cast), skills=["install"]),
    )
    busy_day = date(2026, 3, 23)
    second = await a_second_crew(cast, busy_day)
    await book(cast, await a_ready_order(cast), starts_at=moscow(busy_day, 8), duration_min=240)

    found = await slots(cast, await a_production_order(cast), f"from={busy_day}&days=1")

    order = [slot["crew_id"] for slot in found["items"]]
    assert order == [str(second)] * 3 + [str(cast.crew_id)] * 3
    assert {slot["load_percent"] for slot in found["items"]} == {0, 31}


async def a_user(cast: Cast) -> UUID:
    from app.identity.users.models import UserAccount

    account = UserAccount(
        id=uuid7(), name="Глеб Носов", phone=f"+7999{uuid7().int % 10_000_000:07d}", roles=["installer"]
    )
    await add(cast, account)
    cast.extra["gleb"] = account.id
    return account.id


async def a_second_crew(cast: Cast, day: date) -> UUID:
    gleb = cast.extra["gleb"]
    await add(cast, Shift(worker_id=gleb, period=Range(moscow(day, 8), moscow(day, 21))))
    return await a_crew(cast, "Бригада Глеба", gleb)


@pytest.mark.covers("M23")
async def test_the_crew_is_whoever_belongs_to_it_on_that_day(cast):
    """Timur leaves on the 24th; his vacation from then on keeps nobody."""
    async with transaction(cast.maker, cast.company_id) as session:
        left = Range(datetime(2026, 1, 1, tzinfo=UTC), moscow(date(2026, 3, 24), 0))
        await session.execute(
            update(CrewMember).where(CrewMember.worker_id == cast.timur.id).values(period=left)
        )
    vacation = Range(moscow(date(2026, 3, 23), 0), moscow(date(2026, 3, 26), 0))
    await add(cast, Absence(worker_id=cast.timur.id, kind="vacation", period=vacation))

    found = await slots(cast, await a_production_order(cast), "from=2026-03-23&days=2")

    assert {slot["day"] for slot in found["items"]} == {"2026-03-24"}


async def test_an_installation_that_is_longer_than_every_shift_has_no_time(cast):
    found = await slots(cast, await a_ready_order(cast), "days=3&duration_min=840")

    assert found["items"] == []


async def test_slots_of_a_short_free_time_are_not_named_twice(cast):
    """13 hours are free: one beginning for 13 hours, two for 12 and a half."""
    order_id = await a_production_order(cast)

    one = await slots(cast, order_id, "days=1&duration_min=780")
    two = await slots(cast, order_id, "days=1&duration_min=750")

    assert [in_moscow(slot) for slot in one["items"]] == ["21 08:00"]
    assert [in_moscow(slot) for slot in two["items"]] == ["21 08:00", "21 08:30"]


async def test_a_company_with_several_kinds_of_installation_must_say_which(cast):
    order_id = await a_ready_order(cast)
    balcony = JobType(
        id=uuid7(),
        code="balcony",
        kind="installation",
        name="Балкон",
        duration_min=480,
        required_skills=["install"],
        ladder=[],
        proofs=[],
    )
    await add(cast, balcony)

    unclear = await cast.olga.get(f"/production-orders/{order_id}/installation-slots")
    chosen = await slots(cast, order_id, f"job_type_id={balcony.id}&days=1")
    unknown = await book(cast, order_id, job_type_id=str(cast.measurement_type_id))

    assert code_of(unclear) == (422, "job_type_needed")
    assert set(unclear.json()["params"]["job_types"]) == {str(cast.installation_type_id), str(balcony.id)}
    assert chosen["duration_min"] == 480
    assert code_of(unknown) == (422, "job_type_needed")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("days=0", (400, "request_invalid")),
        ("days=32", (400, "request_invalid")),
        ("duration_min=29", (400, "request_invalid")),
        ("from=9999-12-31", (422, "days_impossible")),
        ("from=0001-01-01", (422, "days_impossible")),
    ],
)
async def test_impossible_wishes_are_refused(cast, query, code):
    order_id = await a_production_order(cast)

    assert code_of(await cast.olga.get(f"/production-orders/{order_id}/installation-slots?{query}")) == code


@pytest.mark.covers("M37")
async def test_another_company_gets_neither_slots_nor_a_booking(cast, other_cast):
    order_id = await a_ready_order(cast)

    slots_answer = await other_cast.olga.get(f"/production-orders/{order_id}/installation-slots")
    theirs = await book(other_cast, order_id)
    foreign_crew = await book(cast, order_id, crew_id=str(other_cast.crew_id))

    assert code_of(slots_answer) == code_of(theirs) == (404, "production_order_not_found")
    assert code_of(foreign_crew) == (404, "crew_not_found")


# booking


@pytest.mark.covers("M6", "R181")
async def test_a_proposed_time_is_booked_for_the_crew_and_the_client_is_told(cast, background):
    order_id = await a_production_order(cast)
    slot = (await slots(cast, order_id, "from=2026-03-23&days=1"))["items"][1]

    answer = await book(
        cast, order_id, starts_at=datetime.fromisoformat(slot["starts_at"]), instructions="Ключ у консьержки"
    )

    booked = answer.json()
    assert answer.status_code == 201
    assert (booked["visit"]["status"], booked["crew_id"]) == ("offered", slot["crew_id"])
    assert (booked["visit"]["starts_at"], booked["visit"]["ends_at"]) == (slot["starts_at"], slot["ends_at"])
    assert booked["visit"]["worker_id"] == str(cast.rinat.id)
    [message] = await messages(cast)
    assert message.body == "Окна Плюс: монтаж 23 марта с 12:30 до 13:30.", "the crew is only asked"
    [news] = await announced(cast, "dispatch.installation_booked")
    assert news == {
        "production_order_id": order_id,
        "job_id": booked["job_id"],
        "visit_id": booked["visit"]["id"],
        "crew_id": str(cast.crew_id),
    }


@pytest.mark.covers("M6", "M22")
async def test_the_installation_is_a_job_of_the_same_client_order_and_site(cast):
    order_id = await a_ready_order(cast)

    booked = (await book(cast, order_id, instructions="Ключ у консьержки")).json()

    production = (await cast.olga.get(f"/production-orders/{order_id}")).json()
    async with transaction(cast.maker, cast.company_id) as session:
        job = await session.get_one(Job, (cast.company_id, UUID(booked["job_id"])))
        measured = await session.get_one(Job, (cast.company_id, UUID(production["job_id"])))
        client_order = await session.get_one(ClientOrder, (cast.company_id, job.order_id))
        bookings = (await session.scalars(select(VisitBooking.worker_id))).all()
    assert (job.kind, job.status, job.instructions) == ("installation", "planned", "Ключ у консьержки")
    assert (job.order_id, job.client_id, job.site_id) == (
        measured.order_id,
        measured.client_id,
        measured.site_id,
    )
    assert client_order.status == "installation_planned"
    assert set(bookings) == {cast.rinat.id, cast.timur.id}
    assert production["installation_job_id"] == booked["job_id"]
    assert production["history"][-1]["kind"] == "installation_booked"


@pytest.mark.parametrize("called_off", ["visit", "job"])
async def test_a_canceled_installation_takes_the_order_back_until_it_is_booked_anew(cast, called_off):
    order_id = await a_ready_order(cast)
    production = (await cast.olga.get(f"/production-orders/{order_id}")).json()
    booked = await a_booked_installation(cast, order_id)
    what = f"/visits/{booked['visit']['id']}" if called_off == "visit" else f"/jobs/{booked['job_id']}"

    seen = [await status_of_order(cast, production["order_id"])]
    await cast.olga.post(f"{what}/cancel", {"reason": "Клиент болен"}, if_match="*")
    seen.append(await status_of_order(cast, production["order_id"]))
    await a_booked_installation(cast, order_id)
    seen.append(await status_of_order(cast, production["order_id"]))

    assert seen == ["installation_planned", "ready", "installation_planned"]


async def status_of_order(cast, order_id):
    return (await cast.olga.get(f"/orders/{order_id}")).json()["order"]["status"]


@pytest.mark.covers("M6")
async def test_booking_settles_the_reminder(cast, clock, background):
    order_id = await a_ready_order(cast)
    await background.run()
    before = await reminders(cast, order_id)

    await book(cast, order_id)
    clock.moment = moscow(date(2026, 3, 5), 9)
    await background.run()

    assert len(before) == 1
    assert await reminders(cast, order_id) == []


@pytest.mark.covers("M15", "P-rel-7")
async def test_of_twenty_bookings_of_one_crew_at_one_time_exactly_one_wins(cast):
    orders = [await a_ready_order(cast) for _ in range(20)]

    answers = await asyncio.gather(*[book(cast, order_id) for order_id in orders])

    assert Counter(code_of(answer) for answer in answers) == {(201, ""): 1, (409, "crew_busy"): 19}
    assert len(await messages(cast)) == 1
    async with transaction(cast.maker, cast.company_id) as session:
        assert len((await session.scalars(select(VisitBooking.worker_id))).all()) == 2


@pytest.mark.covers("M15", "P-rel-7")
async def test_crews_that_share_a_worker_are_never_booked_at_once(cast):
    """Rinat alone, Timur alone, and both: whatever wins, nobody is in two places."""
    crews = [
        cast.crew_id,
        await a_crew(cast, "Ринат", cast.rinat.id),
        await a_crew(cast, "Тимур", cast.timur.id),
    ]
    orders = [await a_ready_order(cast) for _ in range(12)]

    answers = await asyncio.gather(
        *[
            book(
                cast,
                order_id,
                crew_id=str(crews[number % 3]),
                starts_at=moscow(MONDAY, 9) + timedelta(minutes=30 * (number % 4)),
            )
            for number, order_id in enumerate(orders)
        ]
    )

    won = [answer for answer in answers if answer.status_code == 201]
    refused = {code_of(answer) for answer in answers if answer.status_code != 201}
    assert 1 <= len(won) <= 2
    assert refused == {(409, "crew_busy")}


@pytest.mark.covers("M6")
async def test_windows_are_booked_once_also_when_two_dispatchers_do_it_together(cast):
    order_id = await a_ready_order(cast)
    times = [moscow(MONDAY + timedelta(days=day), 9) for day in range(5)]

    answers = await asyncio.gather(*[book(cast, order_id, starts_at=one) for one in times])

    assert Counter(code_of(answer) for answer in answers) == {
        (201, ""): 1,
        (409, "installation_already_booked"): 4,
    }


@pytest.mark.covers("P-rel-5")
async def test_the_same_key_books_once_and_gets_one_answer(cast):
    order_id = await a_ready_order(cast)

    answers = [await book(cast, order_id, headers={"idempotency_key": "b1"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(await messages(cast)) == 1


@pytest.mark.covers("M6")
async def test_windows_that_are_not_there_yet_are_installed_only_on_purpose(cast):
    order_id = await a_production_order(cast)
    early = moscow(READY_ON, 15)

    refused = await book(cast, order_id, starts_at=early)
    on_purpose = await book(cast, order_id, starts_at=early, even_if_early=True)

    assert code_of(refused) == (409, "not_ready_then")
    assert refused.json()["params"]["ready_from"] == "2026-03-21T08:00:00+03:00"
    assert on_purpose.status_code == 201


async def test_nothing_is_booked_that_the_client_did_not_agree_to(cast):
    order_id = await a_ready_order(cast)

    refused = await book(cast, order_id, agreed_with_client=False)
    not_said = await cast.olga.post(
        f"/production-orders/{order_id}/installation",
        {"crew_id": str(cast.crew_id), "starts_at": moscow(MONDAY, 9).isoformat()},
    )

    assert code_of(refused) == (422, "not_agreed_with_client")
    assert code_of(not_said) == (400, "request_invalid")


async def test_nobody_is_booked_for_the_past(cast):
    order_id = await a_ready_order(cast)

    answer = await book(cast, order_id, starts_at=moscow(date(2026, 3, 1), 9))

    assert code_of(answer) == (422, "visit_time_invalid")


async def test_a_crew_that_has_nobody_that_day_is_not_booked(cast):
    empty = Crew(id=uuid7(), name="Пустая", foreman_id=cast.rinat.id)
    await add(cast, empty)
    order_id = await a_ready_order(cast)

    answer = await book(cast, order_id, crew_id=str(empty.id))

    assert code_of(answer) == (422, "assignee_not_found")


async def test_a_canceled_order_is_not_installed(cast):
    order_id = await a_production_order(cast)
    await move(cast, order_id, "cancel")

    answer = await book(cast, order_id)

    assert code_of(answer) == (409, "production_canceled")


async def test_what_the_client_canceled_is_not_installed(cast):
    order_id = await a_ready_order(cast)
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(update(ClientOrder).values(status="canceled", canceled_reason="x"))

    answer = await book(cast, order_id)

    assert code_of(answer) == (409, "order_canceled")
    assert await messages(cast) == []


async def test_an_order_somebody_comes_to_install_is_not_canceled(cast):
    order_id = await a_ready_order(cast)
    booked = await a_booked_installation(cast, order_id)

    refused = await move(cast, order_id, "cancel")
    await cast.olga.post(
        f"/visits/{booked['visit']['id']}/cancel", {"reason": "Клиент передумал"}, if_match="*"
    )
    then = await move(cast, order_id, "cancel")

    assert code_of(refused) == (409, "installation_already_booked")
    assert then.json()["status"] == "canceled"


@pytest.mark.covers("M6")
async def test_an_installation_that_fell_through_is_put_before_the_dispatcher_and_booked_again(
    cast, background
):
    order_id = await a_ready_order(cast)
    first = await a_booked_installation(cast, order_id)
    await cast.olga.post(f"/visits/{first['visit']['id']}/cancel", {"reason": "Клиент заболел"}, if_match="*")
    await background.run()
    [item] = await reminders(cast, order_id)

    second = await book(cast, order_id, starts_at=moscow(MONDAY + timedelta(days=1), 9))

    assert item["params"]["number"] == 1
    assert second.json()["job_id"] == first["job_id"]
    assert second.json()["visit"]["number"] == 2
    assert await reminders(cast, order_id) == []
    assert "installation_fell_through" in await history(cast, order_id)


@pytest.mark.covers("M6")
async def test_every_installation_that_falls_through_is_put_before_the_dispatcher(cast, background):
    order_id = await a_ready_order(cast)

    for _ in range(3):
        booked = await a_booked_installation(cast, order_id)
        await cast.olga.post(
            f"/visits/{booked['visit']['id']}/cancel", {"reason": "Клиент заболел"}, if_match="*"
        )
        await background.run()

        assert len(await reminders(cast, order_id)) == 1


@pytest.mark.covers("M6", "M22")
async def test_a_visit_planned_for_the_job_by_hand_also_settles_the_reminder(cast, clock, background):
    order_id = await a_ready_order(cast)
    booked = await a_booked_installation(cast, order_id)
    await cast.olga.post(
        f"/visits/{booked['visit']['id']}/cancel", {"reason": "Клиент заболел"}, if_match="*"
    )
    await background.run()

    planned = await cast.olga.post(
        f"/jobs/{booked['job_id']}/visits", {"starts_at": moscow(MONDAY, 9).isoformat()}
    )
    await background.run()

    assert planned.status_code == 201
    assert await reminders(cast, order_id) == []
    assert code_of(await book(cast, order_id)) == (409, "installation_already_booked")


async def test_a_canceled_installation_job_reminds_and_the_next_booking_opens_another(cast, background):
    order_id = await a_ready_order(cast)
    first = await a_booked_installation(cast, order_id)
    await cast.olga.post(f"/jobs/{first['job_id']}/cancel", {"reason": "Не тот вид работ"})
    await background.run()
    before = await reminders(cast, order_id)

    second = await a_booked_installation(cast, order_id)

    assert len(before) == 1
    assert second["job_id"] != first["job_id"]


@pytest.mark.covers("M6")
async def test_a_ready_date_that_moves_past_the_booked_day_warns_the_dispatcher(cast, background):
    order_id = await a_production_order(cast)
    await a_booked_installation(cast, order_id)

    await change(cast, order_id, planned_ready_on="2026-03-21")
    await background.run()
    in_time = await reminders(cast, order_id, kind="installation_too_early")
    await change(cast, order_id, planned_ready_on="2026-03-30", override_reason="Завод стоит")
    await background.run()

    [item] = await reminders(cast, order_id, kind="installation_too_early")
    assert in_time == []
    assert item["title"] == "Заказ 1 будет готов только 30 марта, а монтаж назначен на 23 марта."
    assert await reminders(cast, order_id) == []


async def test_a_ready_date_that_has_moved_back_before_anybody_heard_of_it_warns_nobody(cast, background):
    order_id = await a_production_order(cast)
    await a_booked_installation(cast, order_id)

    await change(cast, order_id, planned_ready_on="2026-03-30", override_reason="Завод стоит")
    await change(cast, order_id, planned_ready_on="2026-03-21")
    await background.run()

    assert await reminders(cast, order_id, kind="installation_too_early") == []


async def test_a_client_without_a_phone_gets_no_sms_and_is_booked_all_the_same(cast):
    from app.clients.records.models import ClientContact

    order_id = await a_ready_order(cast)
    async with transaction(cast.maker, cast.company_id) as session:
        for contact in await session.scalars(select(ClientContact)):
            await session.delete(contact)

    answer = await book(cast, order_id)

    assert answer.status_code == 201
    assert await messages(cast) == []


@pytest.mark.covers("M36")
@pytest.mark.parametrize("who", ["rinat", "galina"])
async def test_only_dispatchers_book(cast, who):
    order_id = await a_ready_order(cast)
    body = {
        "crew_id": str(cast.crew_id),
        "starts_at": moscow(MONDAY, 9).isoformat(),
        "agreed_with_client": True,
    }

    answer = await getattr(cast, who).post(f"/production-orders/{order_id}/installation", body)

    assert code_of(answer) == (403, "forbidden")
