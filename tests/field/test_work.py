"""A worker's day on his phone: what he sees, what he taps, and what the client is told."""

import asyncio
import itertools
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.clients.records.models import Client, ClientContact
from app.core.ids import uuid7
from app.core.places import Place
from app.db.points import place_of
from app.db.session import transaction
from app.dispatch.visits.models import VisitEvent
from app.dispatch.visits.policies import HELD_BY_WORKER, MOVES
from app.dispatch.visits.policies import VisitStatus as S
from app.field.work.policies import (
    Tap,
    distance_m,
    expected_arrival,
    may_see_contact,
    next_taps,
)
from app.orders.jobs.models import Job
from tests.cast import NOON
from tests.counting import statements_of
from tests.dispatch.given import TOMORROW, a_planned_visit, code_of
from tests.field.forms_given import a_published_form, answered, ask_for, rule
from tests.field.test_attachments import declare_photo, stored_photo
from tests.pictures import a_photo
from tests.stories import (
    BookedVisit,
    accepted_visit,
    an_opening,
    booked_visit,
    clients_are_told,
    measured_visit,
    tapped,
    visit_in_progress,
    visit_on_site,
)
from tests.tracking.conftest import consent

TVERSKAYA = Place(lat=55.75, lon=37.61)


async def sms_of(cast, visit, kind="on_my_way"):
    await clients_are_told(cast, after=timedelta())
    answer = await cast.olga.get(f"/messages?subject_id={visit.id}&kind={kind}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def change_client(cast, **values):
    async with transaction(cast.maker, cast.company_id) as session:
        client = (await session.scalars(select(Client).where(Client.company_id == cast.company_id))).one()
        for name, value in values.items():
            setattr(client, name, value)


# What he sees


async def test_a_day_lists_what_is_offered_ahead_and_done_in_time_order(cast):
    later = await accepted_visit(cast, starts_at=TOMORROW + timedelta(hours=3))
    soon = await booked_visit(cast, starts_at=TOMORROW)
    now = await visit_in_progress(cast, starts_at=NOON + timedelta(hours=1))

    day = (await cast.pavel.get("/field/visits")).json()["items"]

    assert [one["id"] for one in day] == [now.id, soon.id, later.id]
    assert [one["next_commands"] for one in day] == [
        ["complete", "pause", "not-complete"],
        ["accept", "decline"],
        ["depart", "arrive", "not-complete"],
    ]
    assert day[0]["site"]["address"] == "Москва, Тверская улица, 12"
    assert (day[0]["title"], day[0]["kind"]) == ("Замер", "measurement")


async def test_a_day_goes_back_to_yesterday_and_can_be_filtered(cast, clock):
    done = await visit_in_progress(cast, starts_at=NOON + timedelta(minutes=5))
    await done.done("complete")
    ahead = await accepted_visit(cast, starts_at=TOMORROW)

    async def ids(query=""):
        answer = await cast.pavel.get(f"/field/visits{query}")
        return [one["id"] for one in answer.json()["items"]]

    assert await ids("?status=completed") == [done.id]
    assert await ids("?status=accepted&status=offered") == [ahead.id]
    assert (await cast.pavel.get("/field/visits?status=flying")).status_code == 400
    clock.advance(hours=24)
    assert await ids() == [done.id, ahead.id]
    clock.advance(hours=1)
    assert await ids() == [ahead.id]


async def test_a_long_day_takes_no_more_statements_than_a_short_one(cast, engine):
    counts = []
    await cast.pavel.get("/field/visits")  # his account is remembered from now on
    for number in range(3):
        await booked_visit(cast, starts_at=TOMORROW + timedelta(hours=2 * number))
        with statements_of(engine) as sent:
            assert len((await cast.pavel.get("/field/visits")).json()["items"]) == number + 1
        counts.append(len(sent))

    assert len(set(counts)) == 1


@pytest.mark.covers("M36")
async def test_a_worker_sees_his_own_visits_and_his_crews_and_no_others(cast, other_cast):
    measuring = await accepted_visit(cast)
    installing = await accepted_visit(cast, kind="installation")

    async def sees(person, visit):
        answer = await person.get(f"/field/visits/{visit.id}")
        listed = (await person.get("/field/visits")).json()["items"]
        return answer.status_code, visit.id in [one["id"] for one in listed]

    assert await sees(cast.pavel, measuring) == (200, True)
    assert await sees(cast.timur, installing) == (200, True)
    for stranger in (cast.nikolai, cast.timur, other_cast.pavel):
        assert await sees(stranger, measuring) == (404, False)
    assert (await cast.olga.get(f"/field/visits/{measuring.id}")).status_code == 403
    assert (await cast.pavel.get(f"/field/visits/{uuid7()}")).status_code == 404


async def test_one_read_has_everything_a_screen_needs(cast):
    await ask_for(cast, rule("photos"), rule("measurement"))
    visit, sheet = await measured_visit(cast)
    photo = await stored_photo(visit)
    paid = await visit.done("payments", kind="prepayment", amount_kop=100_00, method="cash")

    screen = await visit.screen()

    assert screen["measurement"] == sheet
    assert screen["attachments"] == [photo]
    assert screen["payments"] == [paid]
    assert [(one["proof"], one["present"], one["is_missing"]) for one in screen["proofs"]] == [
        ("photos", 1, False),
        ("measurement", 1, False),
    ]
    assert (screen["site"]["entrance"], screen["site"]["floor"]) == ("2", "5")
    assert screen["site"]["point"] == {"lat": 55.75, "lon": 37.61}
    assert screen["started_at"] == "2026-03-02T09:00:00Z"


@pytest.mark.covers("M7")
async def test_the_crew_sees_what_the_measurer_of_the_order_has_measured(cast):
    measuring, sheet = await measured_visit(cast)
    installing = await accepted_visit(cast, kind="installation")
    async with transaction(cast.maker, cast.company_id) as session:
        measured = await session.get_one(Job, (cast.company_id, measuring.job_id))
        job = await session.get_one(Job, (cast.company_id, installing.job_id))
        job.order_id = measured.order_id

    assert (await installing.screen())["measurement"]["id"] == sheet["id"]


@pytest.mark.covers("P-rel-11")
async def test_the_clients_phone_is_shown_only_while_the_visit_is_his(cast, clock):
    visit = await booked_visit(cast)

    async def contact():
        return (await visit.screen())["client"]

    offered = await contact()
    await visit.done("accept")
    accepted = await contact()
    for tap in ("arrive", "start", "complete"):
        await visit.done(tap)
    clock.advance(hours=1, minutes=59)
    finished = await contact()
    clock.advance(minutes=1)
    over = await contact()
    listed = (await cast.pavel.get("/field/visits")).json()["items"][0]["client"]

    assert offered["is_masked"]
    assert offered["phone"].startswith("+7 *** ***-")
    assert offered["name"] == "Анна Сергеевна"
    assert not accepted["is_masked"]
    assert accepted["phone"].startswith("+7903")
    assert accepted["name"] == "Анна Сергеевна Котова"
    assert finished == accepted
    assert over == listed == offered


async def forget_phones(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        for contact in await session.scalars(select(ClientContact)):
            await session.delete(contact)


async def test_a_client_without_a_phone_has_none(cast):
    visit = await accepted_visit(cast)
    await forget_phones(cast)

    assert (await visit.screen())["client"]["phone"] is None


@pytest.mark.covers("M3", "P-rel-2")
async def test_of_a_client_without_a_phone_the_dispatcher_hears_once_for_each_departure(cast, clock):
    visit = await accepted_visit(cast)
    await forget_phones(cast)

    async def heard():
        await clients_are_told(cast, after=timedelta())
        items = (await cast.olga.get("/inbox")).json()["items"]
        return [(one["title"], one["subject_id"]) for one in items]

    body = tapped(eta_minutes=20)
    path = f"/field/visits/{visit.id}/depart"
    answers = await asyncio.gather(*[cast.pavel.post(path, body) for _ in range(3)])
    first = await heard()
    clock.advance(minutes=5)
    await cast.olga.post(f"/visits/{visit.id}/withdraw", if_match="*")
    await cast.olga.post(f"/visits/{visit.id}/offer", {"worker_id": str(cast.nikolai.id)})
    await cast.nikolai.post(f"/field/visits/{visit.id}/accept", tapped())
    await cast.nikolai.post(f"/field/visits/{visit.id}/depart", tapped(at=clock.now(), eta_minutes=20))
    both = await heard()

    assert {answer.status_code for answer in answers} == {200}
    assert first == [
        (
            "Павел Громов едет к клиенту, у которого нет телефона, и будет около 2 марта 12:20. "
            "Предупредите его иначе.",
            visit.id,
        )
    ]
    assert [title.split(" едет")[0] for title, _ in both] == ["Николай Седов", "Павел Громов"]
    assert await sms_of(cast, visit) == []


async def test_who_must_be_with_a_client_without_a_phone_already_is_no_news(cast, clock):
    visit = await accepted_visit(cast)
    await forget_phones(cast)
    left_at = clock.now()
    clock.advance(hours=2)

    await visit.done("depart", at=left_at, sent_at=clock.now().isoformat(), eta_minutes=20)

    assert (await cast.olga.get("/inbox")).json()["items"] == []


async def test_a_member_who_is_not_asked_cannot_answer_for_the_crew(cast):
    visit = await booked_visit(cast, kind="installation")

    foreman = (await visit.screen())["next_commands"]
    member = (await cast.timur.get(f"/field/visits/{visit.id}")).json()["next_commands"]
    answer = await cast.timur.post(f"/field/visits/{visit.id}/accept", tapped())

    assert (foreman, member) == (["accept", "decline"], [])
    assert answer.status_code == 404


# What he taps


@pytest.mark.covers("M2", "M3", "M7")
async def test_a_visit_from_the_offer_to_the_end(cast, clock):
    visit = await booked_visit(cast)

    states = []
    for tap, fields in [
        ("accept", {}),
        ("depart", {"eta_minutes": 20}),
        ("arrive", {}),
        ("start", {}),
        ("pause", {"reason": "waiting_for_client"}),
        ("resume", {}),
        ("complete", {}),
    ]:
        at = clock.advance(minutes=1)
        state = await visit.done(tap, at=at, **fields)
        states.append((state["status"], state["next_commands"]))

    assert states == [
        ("accepted", ["depart", "arrive", "not-complete"]),
        ("en_route", ["arrive", "not-complete"]),
        ("on_site", ["start", "not-complete"]),
        ("in_progress", ["complete", "pause", "not-complete"]),
        ("paused", ["resume", "not-complete"]),
        ("in_progress", ["complete", "pause", "not-complete"]),
        ("completed", []),
    ]
    stamps = [state[key] for key in ("accepted_at", "departed_at", "arrived_at", "started_at", "finished_at")]
    assert [stamp[14:16] for stamp in stamps] == ["01", "02", "03", "04", "07"]


@pytest.mark.covers("P-rel-4")
@pytest.mark.parametrize(
    ("story", "tap", "fields"),
    [
        (accepted_visit, "depart", {"eta_minutes": 20}),
        (accepted_visit, "arrive", {}),
        (visit_on_site, "start", {}),
        (visit_in_progress, "pause", {"reason": "break"}),
        (visit_in_progress, "complete", {}),
        (visit_in_progress, "not-complete", {"reason": "no_access"}),
    ],
)
async def test_a_tap_sent_many_times_at_once_happens_once(cast, story, tap, fields):
    visit = await story(cast)
    body = tapped(**fields)
    path = f"/field/visits/{visit.id}/{tap}"

    answers = await asyncio.gather(*[cast.pavel.post(path, body) for _ in range(6)])

    status = answers[0].json()["status"]
    history = (await cast.olga.get(f"/visits/{visit.id}/history")).json()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert [event["kind"] for event in history].count(status) == 1


async def test_a_tap_says_where_and_on_which_device_it_was_made(cast):
    await consent(cast.pavel)
    visit = await accepted_visit(cast)

    await visit.done("arrive", point={"lat": 55.7501, "lon": 37.6102}, accuracy_m=8.5, device_seq=17)

    async with transaction(cast.maker, cast.company_id) as session:
        event = (await session.scalars(select(VisitEvent).where(VisitEvent.kind == "on_site"))).one()
    assert place_of(event.point) == Place(lat=55.7501, lon=37.6102)
    assert (event.device_seq, event.payload["accuracy_m"]) == (17, 8.5)


async def paused_visit(cast):
    visit = await visit_in_progress(cast)
    await visit.done("pause", reason="break")
    return visit


@pytest.mark.parametrize(
    ("story", "tap", "fields"),
    [
        (booked_visit, "depart", {}),
        (booked_visit, "complete", {}),
        (accepted_visit, "start", {}),
        (accepted_visit, "complete", {}),
        (visit_on_site, "complete", {}),
        (visit_on_site, "pause", {"reason": "break"}),
        (visit_on_site, "depart", {}),
        (visit_on_site, "resume", {}),
        (paused_visit, "start", {}),
    ],
)
async def test_a_tap_that_does_not_follow_is_refused(cast, story, tap, fields):
    visit = await story(cast)

    answer = await visit.tap(tap, **fields)

    assert (answer.status_code, answer.json()["code"]) == (409, "visit_move_refused")


@pytest.mark.parametrize("minutes", list(itertools.permutations([-50, -20, 0, 30]))[::5])
async def test_the_stamps_of_a_visit_never_run_backwards_whatever_the_phone_says(cast, clock, minutes):
    """The phone's clock is set between the taps, and no tap says when it was sent."""
    visit = await accepted_visit(cast)
    for tap, said in zip(["depart", "arrive", "start", "complete"], minutes, strict=True):
        now = clock.advance(minutes=1)
        state = await visit.done(tap, at=now + timedelta(minutes=said))

    stamps = [state[key] for key in ("accepted_at", "departed_at", "arrived_at", "started_at", "finished_at")]
    assert stamps == sorted(stamps)
    history = (await cast.olga.get(f"/visits/{visit.id}/history")).json()
    assert [one["occurred_at"] for one in history[-4:]] == [
        f"{NOON + timedelta(minutes=place + said):%Y-%m-%dT%H:%M:%SZ}"
        for place, said in enumerate(minutes, 1)
    ]


async def test_a_visit_that_ended_before_its_time_frees_the_worker(cast, clock):
    visit = await visit_in_progress(cast)
    await visit.done("complete", at=clock.advance(minutes=30))

    another = await booked_visit(cast)

    assert another.worker == cast.pavel
    assert (await cast.pavel.get(f"/field/visits/{visit.id}")).json()["status"] == "completed"


@pytest.mark.parametrize(
    ("fix", "fault"),
    [
        ({"point": {"lat": 0, "lon": 0}}, "no_fix"),
        ({"point": {"lat": 55.75, "lon": 37.61}, "accuracy_m": 5000}, "inaccurate"),
        ({"point": {"lat": 55.75, "lon": 37.61}, "accuracy_m": 20}, None),
        ({}, None),
    ],
)
async def test_a_tap_with_a_bad_fix_counts_all_the_same_and_says_so(cast, fix, fault):
    await consent(cast.pavel)
    visit = await accepted_visit(cast)

    state = await visit.done("depart", **fix)

    assert (state["status"], state["point_ignored_because"]) == ("en_route", fault)


async def test_only_whose_visit_it_is_taps(cast, other_cast):
    visit = await accepted_visit(cast)
    path = f"/field/visits/{visit.id}/depart"

    assert (await cast.nikolai.post(path, tapped())).status_code == 404
    assert (await other_cast.pavel.post(path, tapped())).status_code == 404
    assert (await cast.olga.post(path, tapped())).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"command_id": "one"},
        {"command_id": None},
        {"occurred_at": "2026-03-02T09:00:00"},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"occurred_at": "2019-12-31T23:59:59Z"},
        {"eta_minutes": 0},
        {"sent_at": "2026-03-02T09:00:00"},
        {"eta_minutes": 601},
        {"point": {"lat": 91, "lon": 0}},
        {"device_seq": -1},
        {"speed": 5},
    ],
)
async def test_a_malformed_tap_is_refused(cast, change):
    visit = await accepted_visit(cast)

    answer = await cast.pavel.post(f"/field/visits/{visit.id}/depart", tapped() | change)

    assert answer.status_code == 400


async def test_a_tap_without_a_command_id_is_refused(cast):
    visit = await accepted_visit(cast)

    answer = await cast.pavel.post(
        f"/field/visits/{visit.id}/depart", {"occurred_at": "2026-03-02T09:00:00Z"}
    )

    assert (answer.status_code, "command_id" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("story", "tap"),
    [(booked_visit, "decline"), (visit_in_progress, "pause"), (accepted_visit, "not-complete")],
)
async def test_another_reason_needs_words(cast, story, tap):
    visit = await story(cast)

    silent = await visit.tap(tap, reason="other", comment="  ")
    unknown = await visit.tap(tap, reason="because", comment="Так вышло")
    said = await visit.tap(tap, reason="other", comment="Прорвало трубу")

    assert (silent.status_code, silent.json()["code"]) == (422, "comment_needed")
    assert silent.json()["errors"][0]["path"] == "comment"
    assert (unknown.status_code, said.status_code) == (400, 200)


async def test_a_reason_is_kept_with_its_words(cast):
    visit = await accepted_visit(cast)

    await visit.done("not-complete", reason="no_access", comment="Нет ключа от подъезда")

    shown = (await cast.olga.get(f"/visits/{visit.id}")).json()
    assert (shown["status"], shown["status_reason"]) == ("not_completed", "no_access: Нет ключа от подъезда")


# What is needed to complete


@pytest.mark.covers("M7", "M30")
async def test_a_visit_is_completed_only_with_its_proofs(cast):
    form = await a_published_form(cast)
    rules = [rule("photos", 2), rule("photo_act"), rule("measurement"), rule("form", form_id=form["id"])]
    await ask_for(cast, *rules, rule("act", level="off"))
    visit = await visit_in_progress(cast)
    await stored_photo(visit)

    refused = await visit.tap("complete")

    assert (refused.status_code, refused.json()["code"]) == (422, "proofs_missing")
    assert refused.json()["title"] == ("Не хватает: фотографии, фото акта, замер, форма «Сдача работ».")
    assert refused.json()["params"]["missing"] == [
        {"proof": "photos", "at_least": 2, "present": 1},
        {"proof": "photo_act", "at_least": 1, "present": 0},
        {"proof": "measurement", "at_least": 1, "present": 0},
        {"proof": "form", "form_id": form["id"], "at_least": 1, "present": 0},
    ]
    await stored_photo(visit)
    await stored_photo(visit, purpose="photo_act")
    await visit.done("measurements", openings=[an_opening()])
    await answered(visit, form, {"level": True, "gap_mm": 3})
    assert (await visit.done("complete"))["status"] == "completed"


async def test_a_photo_that_was_only_declared_is_no_proof(cast):
    await ask_for(cast, rule("photos"))
    visit = await visit_in_progress(cast)
    await declare_photo(visit, a_photo())

    refused = await visit.tap("complete")

    assert refused.json()["params"]["missing"] == [{"proof": "photos", "at_least": 1, "present": 0}]


@pytest.mark.covers("M30")
async def test_an_act_must_be_signed(cast):
    await ask_for(cast, rule("act"))
    visit = await visit_in_progress(cast, kind="installation")

    refused = await visit.tap("complete")

    assert refused.json()["params"]["missing"] == [{"proof": "act", "at_least": 1, "present": 0}]


async def test_a_part_is_completed_without_proofs_but_with_words(cast):
    await ask_for(cast, rule("photos", 2))
    visit = await visit_in_progress(cast)

    silent = await visit.tap("complete", partially=True)
    said = await visit.done("complete", partially=True, comment="Осталась балконная дверь")

    assert (silent.status_code, silent.json()["code"]) == (422, "comment_needed")
    assert (said["status"], said["status_reason"]) == ("partially_completed", "Осталась балконная дверь")


async def test_completing_twice_with_new_commands_is_completing_once(cast):
    await ask_for(cast, rule("photos"))
    visit = await visit_in_progress(cast)
    await stored_photo(visit)

    answers = [await visit.tap("complete") for _ in range(2)]

    assert [answer.json()["status"] for answer in answers] == ["completed", "completed"]


# What the client hears


@pytest.mark.covers("M3", "R177", "P-rel-2")
async def test_a_departure_sends_the_client_one_sms_with_name_and_time(cast):
    visit = await accepted_visit(cast)

    await visit.done("depart", eta_minutes=37)

    (sms,) = await sms_of(cast, visit)
    assert sms["body"] == "Окна Плюс: к вам едет мастер Павел, будет около 12:40. https://okna.example/v/***"
    assert (sms["status"], sms["audience"], sms["segments"]) == ("queued", "client", 2)
    assert sms["phone"].startswith("+7903")
    assert sms["not_after"] == "2026-03-02T09:30:00Z"


@pytest.mark.covers("M3", "R177")
async def test_the_sms_is_in_the_clients_language(cast):
    visit = await accepted_visit(cast)
    await change_client(cast, lang="en")

    await visit.done("depart", eta_minutes=30)

    (sms,) = await sms_of(cast, visit)
    assert (sms["lang"], "12:30" in sms["body"], "Павел" in sms["body"]) == ("en", True, True)


@pytest.mark.covers("M3", "P-rel-2")
async def test_however_often_he_departs_the_client_gets_one_sms(cast, background):
    visit = await accepted_visit(cast)
    body = tapped(eta_minutes=20)
    path = f"/field/visits/{visit.id}/depart"

    await asyncio.gather(*[cast.pavel.post(path, body) for _ in range(5)])
    await asyncio.gather(*[visit.tap("depart", eta_minutes=25) for _ in range(5)])
    await background.run()
    await background.run()

    (sms,) = await sms_of(cast, visit)
    details = (await cast.olga.get(f"/messages/{sms['id']}")).json()
    assert sms["status"] == "sent"
    assert len(details["attempts"]) == 1


@pytest.mark.covers("M3")
async def test_arriving_takes_back_an_sms_that_still_waits(cast, background):
    visit = await accepted_visit(cast)
    await visit.done("depart", eta_minutes=20)
    await clients_are_told(cast)
    await visit.done("arrive")

    await background.run()

    (sms,) = await sms_of(cast, visit)
    assert (sms["status"], sms["status_reason"]) == ("suppressed", "arrived")


@pytest.mark.covers("M3")
async def test_a_late_repeated_departure_says_nothing_after_arrival(cast, background):
    visit = await accepted_visit(cast)
    body = tapped(eta_minutes=20)
    await cast.pavel.post(f"/field/visits/{visit.id}/depart", body)
    await clients_are_told(cast)
    await visit.done("arrive")

    again = await cast.pavel.post(f"/field/visits/{visit.id}/depart", body)
    await background.run()

    assert (again.status_code, again.json()["status"]) == (200, "en_route"), "the first answer"
    assert [sms["status"] for sms in await sms_of(cast, visit)] == ["suppressed"]


@pytest.mark.covers("M3")
async def test_not_coming_after_all_takes_it_back_too(cast):
    visit = await accepted_visit(cast)
    await visit.done("depart", eta_minutes=20)
    await clients_are_told(cast)

    await visit.done("not-complete", reason="unsafe")

    (sms,) = await sms_of(cast, visit)
    assert (sms["status"], sms["status_reason"]) == ("suppressed", "not_coming")


@pytest.mark.covers("M3", "P-rel-4")
async def test_a_departure_that_comes_hours_late_tells_the_client_nothing(cast, clock):
    visit = await accepted_visit(cast)
    departed_at = clock.now()
    clock.advance(hours=3)

    state = await visit.done("depart", at=departed_at, eta_minutes=30)

    assert (state["status"], state["departed_at"]) == ("en_route", "2026-03-02T09:00:00Z")
    assert await sms_of(cast, visit) == []


@pytest.mark.covers("M3")
async def test_a_departure_that_comes_a_little_late_tells_the_true_time(cast, clock):
    visit = await accepted_visit(cast)
    departed_at = clock.now()
    clock.advance(minutes=20)

    await visit.done("depart", at=departed_at, eta_minutes=30)

    (sms,) = await sms_of(cast, visit)
    assert "12:30" in sms["body"]
    assert sms["not_after"] == "2026-03-02T09:30:00Z"


# A phone whose clock is wrong


async def departure_of(cast, visit):
    history = (await cast.olga.get(f"/visits/{visit.id}/history")).json()
    return next(event for event in history if event["kind"] == "en_route")


@pytest.mark.covers("M3", "P-rel-4")
@pytest.mark.parametrize("hours_wrong", [-48, -3, 3, 48])
async def test_a_phone_that_says_when_it_sends_may_have_any_clock(cast, clock, hours_wrong):
    visit = await accepted_visit(cast)
    said = clock.now() + timedelta(hours=hours_wrong)
    clock.advance(minutes=20)  # without network
    sent_at = clock.now() + timedelta(hours=hours_wrong)

    state = await visit.done("depart", at=said, sent_at=sent_at.isoformat(), eta_minutes=30)

    (sms,) = await sms_of(cast, visit)
    assert ("12:30" in sms["body"], sms["not_after"]) == (True, "2026-03-02T09:30:00Z")
    assert state["departed_at"] == "2026-03-02T09:00:00Z"
    kept = await departure_of(cast, visit)
    assert datetime.fromisoformat(kept["occurred_at"]) == said
    assert (kept["corrected_at"], kept["received_at"]) == ("2026-03-02T09:00:00Z", "2026-03-02T09:20:00Z")


@pytest.mark.covers("M3", "P-rel-4")
@pytest.mark.parametrize("hours_wrong", [-3, 0, 3])
async def test_a_departure_kept_for_hours_says_nothing_whatever_the_clock(cast, clock, hours_wrong):
    visit = await accepted_visit(cast)
    said = clock.now() + timedelta(hours=hours_wrong)
    clock.advance(hours=3)
    sent_at = clock.now() + timedelta(hours=hours_wrong)

    await visit.done("depart", at=said, sent_at=sent_at.isoformat(), eta_minutes=30)

    assert await sms_of(cast, visit) == []


async def test_a_clock_that_was_set_before_sending_corrects_nothing(cast, clock):
    visit = await accepted_visit(cast)
    sent_at = clock.now() - timedelta(hours=5)

    state = await visit.done("depart", sent_at=sent_at.isoformat(), eta_minutes=30)

    assert state["departed_at"] == "2026-03-02T09:00:00Z"
    assert (await departure_of(cast, visit))["corrected_at"] is None


@pytest.mark.covers("M3", "P-rel-4")
@pytest.mark.parametrize("hours_wrong", [-48, -3, 3])
async def test_of_an_old_phone_the_acceptance_tells_how_wrong_its_clock_is(cast, clock, hours_wrong):
    wrong = timedelta(hours=hours_wrong)
    visit = await booked_visit(cast)
    await visit.done("accept", at=clock.now() + wrong)
    clock.advance(minutes=30)

    await visit.done("depart", at=clock.now() + wrong, eta_minutes=20)

    (sms,) = await sms_of(cast, visit)
    assert "12:50" in sms["body"]


@pytest.mark.covers("M3", "P-rel-4")
@pytest.mark.parametrize("hours_wrong", [-3, 0, 3])
async def test_an_old_phone_with_a_wrong_clock_is_known_to_be_late_too(cast, clock, hours_wrong):
    wrong = timedelta(hours=hours_wrong)
    visit = await booked_visit(cast)
    await visit.done("accept", at=clock.now() + wrong)
    said = clock.advance(minutes=30) + wrong
    clock.advance(hours=2)

    await visit.done("depart", at=said, eta_minutes=20)

    assert await sms_of(cast, visit) == []


@pytest.mark.covers("M3", "P-rel-4")
async def test_what_an_old_phone_sends_in_one_burst_is_no_proof_of_a_slow_clock(cast, clock):
    visit_id = await a_planned_visit(cast)
    whom = {"worker_id": str(cast.pavel.id), "accept_within_s": 6 * 3600}
    visit = BookedVisit(
        id=visit_id,
        job_id=(await cast.olga.post(f"/visits/{visit_id}/offer", whom)).json()["job_id"],
        worker=cast.pavel,
    )
    accepted_at = clock.now()
    clock.advance(hours=3)

    await visit.done("accept", at=accepted_at)
    await visit.done("depart", at=accepted_at + timedelta(minutes=5), eta_minutes=20)

    assert await sms_of(cast, visit) == []


@pytest.mark.covers("M3", "P-rel-4")
@pytest.mark.parametrize(
    ("minutes_late", "expected"), [(10, "12:20"), (40, "13:00"), (59, "13:20"), (60, None), (180, None)]
)
async def test_a_phone_nothing_is_known_of_is_slow_by_less_than_an_hour_or_it_is_late(
    cast, clock, minutes_late, expected
):
    visit = await accepted_visit(cast, kind="installation")  # by Rinat; it is Timur who taps
    said = clock.now() - timedelta(minutes=10)
    clock.advance(minutes=minutes_late - 10)
    tap = tapped(at=said, eta_minutes=30)

    answer = await cast.timur.post(f"/field/visits/{visit.id}/depart", tap)

    assert answer.status_code == 200, answer.text
    bodies = [sms["body"] for sms in await sms_of(cast, visit)]
    assert [expected in body for body in bodies] == ([True] if expected else [])


async def test_a_retry_says_anew_when_it_is_sent(cast, clock):
    visit = await visit_in_progress(cast)
    body = tapped(kind="prepayment", amount_kop=100_00, method="cash")
    path = f"/field/visits/{visit.id}/payments"

    first = await cast.pavel.post(
        path, body | {"sent_at": clock.now().isoformat()}, idempotency_key="payment-1"
    )
    clock.advance(minutes=5)
    again = await cast.pavel.post(
        path, body | {"sent_at": clock.now().isoformat()}, idempotency_key="payment-1"
    )
    other = await cast.pavel.post(path, body | {"amount_kop": 200_00}, idempotency_key="payment-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert code_of(other) == (422, "command_reused")


@pytest.mark.covers("M3")
async def test_without_an_estimate_the_distance_decides(cast):
    await consent(cast.pavel)
    visit = await accepted_visit(cast)

    await visit.done("depart", point={"lat": 55.83, "lon": 37.61}, accuracy_m=12)

    (sms,) = await sms_of(cast, visit)
    assert "12:35" in sms["body"]  # 8.9 km as the crow flies, 13.3 by road, 32 minutes


@pytest.mark.covers("M3")
async def test_without_a_position_the_window_decides(cast):
    visit = await accepted_visit(cast, starts_at=NOON + timedelta(hours=2))

    await visit.done("depart")

    (sms,) = await sms_of(cast, visit)
    assert "14:00" in sms["body"]


# The rules, bare


@pytest.mark.parametrize(
    ("status", "hours_since_end", "shown"),
    [
        ("planned", None, False),
        ("offered", None, False),
        ("accepted", None, True),
        ("en_route", None, True),
        ("on_site", None, True),
        ("in_progress", None, True),
        ("paused", None, True),
        ("completed", 1.99, True),
        ("completed", 2, False),
        ("partially_completed", 1, True),
        ("not_completed", 1, True),
        ("not_completed", 3, False),
        ("canceled", 0, False),
        ("completed", None, False),
    ],
)
def test_when_a_contact_may_be_seen(status, hours_since_end, shown):
    finished_at = None if hours_since_end is None else NOON - timedelta(hours=hours_since_end)

    assert may_see_contact(status, finished_at=finished_at, now=NOON) is shown


@pytest.mark.parametrize(
    ("is_asked", "minutes_left", "taps"),
    [(True, 1, [Tap.ACCEPT, Tap.DECLINE]), (True, 0, []), (False, 1, [])],
)
def test_who_can_answer_an_offer(is_asked, minutes_left, taps):
    accept_by = NOON + timedelta(minutes=minutes_left)

    assert next_taps("offered", is_asked=is_asked, accept_by=accept_by, now=NOON) == taps


@pytest.mark.parametrize(
    "status", ["planned", "completed", "partially_completed", "not_completed", "canceled"]
)
def test_nothing_follows_what_is_over_or_nobodys(status):
    assert next_taps(status, is_asked=True, accept_by=None, now=NOON) == []


@pytest.mark.parametrize("status", sorted(HELD_BY_WORKER))
def test_a_worker_has_a_tap_for_every_move_but_those_of_the_office(status):
    leads_to = {
        Tap.DEPART: {S.EN_ROUTE},
        Tap.ARRIVE: {S.ON_SITE},
        Tap.START: {S.IN_PROGRESS},
        Tap.PAUSE: {S.PAUSED},
        Tap.RESUME: {S.IN_PROGRESS},
        Tap.COMPLETE: {S.COMPLETED, S.PARTIALLY_COMPLETED},
        Tap.NOT_COMPLETE: {S.NOT_COMPLETED},
    }

    taps = next_taps(status, is_asked=True, accept_by=None, now=NOON)

    assert set().union(*(leads_to[tap] for tap in taps)) == MOVES[status] - {S.PLANNED, S.CANCELED}


def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilometres():
    assert distance_m(Place(lat=55, lon=37), Place(lat=56, lon=37)) == pytest.approx(111_195, rel=0.001)
    assert distance_m(TVERSKAYA, TVERSKAYA) == 0


@pytest.mark.parametrize(
    ("eta_min", "here", "window_in_min", "expected_min"),
    [
        (30, None, 0, 30),
        (31, None, 0, 35),
        (1, Place(lat=55.0, lon=37.0), 0, 5),
        (None, TVERSKAYA, 600, 0),
        (None, Place(lat=55.84, lon=37.61), 0, 40),
        (None, None, 90, 90),
        (None, None, 10, 30),
        (None, None, -60, 30),
    ],
)
def test_when_to_expect_the_worker(eta_min, here, window_in_min, expected_min):
    arrival = expected_arrival(
        departed_at=NOON,
        eta=timedelta(minutes=eta_min) if eta_min else None,
        here=here,
        there=TVERSKAYA,
        window_starts_at=NOON + timedelta(minutes=window_in_min),
    )

    assert arrival == NOON + timedelta(minutes=expected_min)


@pytest.mark.covers("M3", "P-rel-3")
async def test_the_client_hears_of_the_other_worker_who_comes_instead(cast, clock, background):
    visit = await accepted_visit(cast)
    await visit.done("depart", eta_minutes=30)
    await background.run()
    await cast.olga.post(f"/visits/{visit.id}/withdraw", if_match="*")
    clock.advance(minutes=10)
    offered = await cast.olga.post(f"/visits/{visit.id}/offer", {"worker_id": str(cast.nikolai.id)})
    assert offered.status_code == 200, offered.text
    for command, fields in (("accept", {}), ("depart", {"eta_minutes": 60}), ("depart", {"eta_minutes": 60})):
        sent = tapped(clock.now(), **fields)
        answer = await cast.nikolai.post(f"/field/visits/{visit.id}/{command}", sent)
        assert answer.status_code == 200, answer.text

    told = [message["body"] for message in await sms_of(cast, visit)]  # newest first

    assert len(told) == 2
    assert [name in body for name, body in zip(("Николай", "Павел"), told, strict=True)] == [True, True]
