"""Measurement sheets through the API: taken by Pavel, corrected by Olga, never changed."""

import asyncio
import hashlib
import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from app.core.canonical import canonical_hash, canonical_json
from app.core.ids import uuid7
from app.db.outbox import OutboxEvent
from app.db.session import transaction
from app.orders.client_orders.models import ClientOrder
from app.orders.jobs.models import Job
from app.orders.measurements.models import Measurement, Opening
from app.orders.measurements.queries import find_sheets
from app.orders.measurements.sheets import OPENING_FIELDS, sheet_content
from tests.cast import NOON
from tests.conftest import CITUS
from tests.counting import asyncpg_statements, statements_of
from tests.orders.given_production import place
from tests.stories import (
    accepted_visit,
    an_opening,
    booked_visit,
    measured_visit,
    tapped,
    visit_in_progress,
    visit_on_site,
)

pytestmark = pytest.mark.covers("M4")

UNNAMED = {"shape", "outline", "photos"}
"""Of a rectangle that was measured by its readings."""
CROOKED = {"diagonal_1_mm": 1900, "diagonal_2_mm": 1922}
REASON = {"diagonal_difference": "Кривой проём, панельный дом"}


def problems_of(answer):
    return [(error["path"], error["code"]) for error in answer.json()["errors"]]


async def announced(cast, kind):
    async with transaction(cast.maker, cast.company_id) as session:
        found = await session.scalars(select(OutboxEvent.payload).where(OutboxEvent.kind == kind))
        return list(found)


async def run_sql(cast, statement):
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(text(statement))


async def order_status(cast, job_id):
    async with transaction(cast.maker, cast.company_id) as session:
        job = await session.get_one(Job, (cast.company_id, job_id))
        return (await session.get_one(ClientOrder, (cast.company_id, job.order_id))).status


async def test_a_sheet_becomes_the_first_version_and_dispatch_hears_of_it(cast):
    visit = await visit_in_progress(cast)

    answer = await visit.tap("measurements", openings=[an_opening(), an_opening("О-2", kind="door")])

    sheet = answer.json()
    assert (answer.status_code, sheet["version"], sheet["locked_by"]) == (201, 1, None)
    assert [(one["label"], one["kind"], one["checks"]) for one in sheet["openings"]] == [
        ("О-1", "window", []),
        ("О-2", "door", []),
    ]
    assert await order_status(cast, visit.job_id) == "measured"
    assert await announced(cast, "field.measurement_submitted") == [
        {"job_id": visit.job_id, "visit_id": visit.id, "measurement_id": sheet["id"], "version": 1}
    ]


async def test_the_hash_is_that_of_the_canonical_json_and_can_be_made_again_from_the_rows(cast):
    _, sheet = await measured_visit(cast, an_opening(**CROOKED, reasons=REASON, comment="Ё, «кавычки» и 🪟"))

    async with transaction(cast.maker, cast.company_id) as session:
        (kept,) = await find_sheets(session, cast.pavel.scope, sheet["job_id"])
    content = sheet_content(
        job_id=kept.measurement.job_id,
        version=kept.measurement.version,
        measured_at=kept.measurement.measured_at,
        comment=kept.measurement.comment,
        openings=kept.openings,
    )
    shown = {
        "job_id": sheet["job_id"],
        "version": 1,
        "measured_at": "2026-03-02T09:00:00.000000+00:00",
        "comment": "",
        "openings": [
            {field: one[field] for field in OPENING_FIELDS if field not in UNNAMED}
            for one in sheet["openings"]
        ],
    }
    written = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert canonical_hash(content).hex() == sheet["content_hash"]
    assert hashlib.sha256(written.encode()).hexdigest() == sheet["content_hash"]


def test_canonical_json_is_sorted_compact_and_readable():
    assert canonical_json({"b": [1, None, True], "a": "Проём"}).decode() == '{"a":"Проём","b":[1,null,true]}'


ATTIC = {
    **dict.fromkeys(["width_top_mm", "width_middle_mm", "width_bottom_mm"], 1000),
    "height_left_mm": 800,
    "height_middle_mm": 1200,
    "height_right_mm": 1600,
    "diagonal_1_mm": 1281,
    "diagonal_2_mm": 1887,
}


@pytest.mark.covers("M4")
async def test_an_opening_has_a_shape_and_the_plant_and_the_hash_know_it(cast):
    visit = await visit_in_progress(cast)

    sheet = await visit.done(
        "measurements", openings=[an_opening(shape="trapezium", **ATTIC), an_opening("О-2")]
    )

    attic, window = sheet["openings"]
    assert (attic["shape"], attic["checks"], window["shape"]) == ("trapezium", [], "rectangle")
    async with transaction(cast.maker, cast.company_id) as session:
        (kept,) = await find_sheets(session, cast.pavel.scope, sheet["job_id"])
    measured, openings = kept.measurement, kept.openings
    facts = {"job_id": measured.job_id, "version": 1, "measured_at": measured.measured_at, "comment": ""}
    content = sheet_content(**facts, openings=openings)
    assert [one.get("shape") for one in content["openings"]] == ["trapezium", None]
    assert canonical_hash(content).hex() == sheet["content_hash"]


@pytest.mark.covers("M4")
async def test_a_phone_that_knows_no_shapes_sends_the_attic_with_reasons(cast):
    visit = await visit_in_progress(cast)
    reasons = dict.fromkeys(["height_spread", "diagonal_difference"], "непрямоугольный проём")

    refused = await visit.tap("measurements", openings=[an_opening(**ATTIC)])
    sheet = await visit.done("measurements", openings=[an_opening(**ATTIC, reasons=reasons)])

    assert problems_of(refused) == [
        ("openings[0].reasons.height_spread", "height_spread"),
        ("openings[0].reasons.diagonal_difference", "diagonal_difference"),
    ]
    assert {check["rule"] for check in sheet["openings"][0]["checks"]} == set(reasons)


async def test_an_impossible_diagonal_is_refused_by_its_path(cast):
    visit = await visit_in_progress(cast)

    answer = await visit.tap("measurements", openings=[an_opening(), an_opening("О-2", diagonal_1_mm=10_000)])

    assert (answer.status_code, answer.json()["code"]) == (422, "measurement_refused")
    assert problems_of(answer) == [("openings[1].diagonal_1_mm", "diagonal_impossible")]
    assert "10000" in answer.json()["errors"][0]["message"]


async def test_all_problems_of_all_openings_come_at_once_in_the_readers_language(cast):
    visit = await visit_in_progress(cast)
    openings = [
        an_opening(width_middle_mm=0, height_left_mm=65_000),
        an_opening("О-2", **CROOKED),
        an_opening("О-2", width_top_mm=1500, reasons={"width_spread": "да"}),
    ]

    answer = await visit.worker.post(
        f"/field/visits/{visit.id}/measurements", tapped(openings=openings), accept_language="en"
    )

    assert problems_of(answer) == [
        ("openings[2].label", "label_repeated"),
        ("openings[0].width_middle_mm", "size_limits"),
        ("openings[0].height_left_mm", "size_limits"),
        ("openings[1].reasons.diagonal_difference", "diagonal_difference"),
        ("openings[2].reasons.width_spread", "width_spread"),
        ("openings[2].reasons.diagonal_difference", "diagonal_difference"),
    ]
    assert answer.json()["errors"][0]["message"] == "Opening “О-2” is listed twice."
    assert (await visit.screen())["measurement"] is None


async def test_a_mark_that_nobody_can_read_is_refused(cast):
    visit = await visit_in_progress(cast)

    answer = await visit.tap("measurements", openings=[an_opening(" ")])

    assert answer.status_code == 400
    assert [error["path"] for error in answer.json()["errors"]] == ["openings[0].label"]


async def test_spaces_around_a_mark_make_no_other_opening(cast):
    visit = await visit_in_progress(cast)
    twice = await visit.tap("measurements", openings=[an_opening("1"), an_opening(" 1\t")])
    taken = await visit.tap("measurements", openings=[an_opening(" 1 ")])

    assert problems_of(twice) == [("openings[1].label", "label_repeated")]
    assert [opening["label"] for opening in taken.json()["openings"]] == ["1"]


async def test_a_slip_of_ten_centimetres_needs_a_reason_and_is_taken_with_one(cast):
    visit = await visit_in_progress(cast)
    slipped = an_opening(width_bottom_mm=1501)

    refused = await visit.tap("measurements", openings=[slipped])
    reasons = {
        "width_spread": "Низ проёма шире: скол бетона",
        "diagonal_difference": "Из-за скола внизу",
    }
    taken = await visit.done("measurements", openings=[{**slipped, "reasons": reasons}])

    assert problems_of(refused)[0] == ("openings[0].reasons.width_spread", "width_spread")
    (check, *_) = taken["openings"][0]["checks"]
    assert check == {
        "rule": "width_spread",
        "weight": "needs_reason",
        "found_mm": 101,
        "allowed_mm": 60,
        "reason": "Низ проёма шире: скол бетона",
    }


async def test_a_warning_is_noted_without_a_reason(cast):
    _, sheet = await measured_visit(cast, an_opening(width_bottom_mm=1418))

    (check,) = sheet["openings"][0]["checks"]

    assert (check["rule"], check["weight"], check["reason"]) == ("width_spread", "warn", None)


@pytest.mark.covers("M16")
async def test_measuring_again_makes_the_next_version_and_says_what_changed(cast):
    visit, first = await measured_visit(cast, an_opening(), an_opening("О-2"))
    again = [an_opening(product="Глухое"), an_opening("О-3")]

    second = await visit.done("measurements", openings=again, comment="Балкон не меняем")
    versions = (await cast.olga.get(f"/jobs/{visit.job_id}/measurements")).json()

    assert second["version"] == 2
    assert [one["measurement"]["version"] for one in versions] == [2, 1]
    assert versions[1]["measurement"] == first
    assert versions[1]["changes"] == []
    assert versions[0]["changes"] == [
        {
            "label": "О-1",
            "kind": "changed",
            "field": "product",
            "was": an_opening()["product"],
            "now": "Глухое",
        },
        {"label": "О-3", "kind": "added", "field": None, "was": None, "now": None},
        {"label": "О-2", "kind": "removed", "field": None, "was": None, "now": None},
    ]


@pytest.mark.covers("M16")
async def test_measuring_again_five_centimetres_off_needs_a_reason(cast):
    visit, _ = await measured_visit(cast)
    wider = an_opening(
        width_top_mm=1455, width_middle_mm=1455, width_bottom_mm=1455, diagonal_1_mm=1951, diagonal_2_mm=1951
    )

    refused = await visit.tap("measurements", openings=[wider])
    reasons = {"remeasure_difference": "Сняли старую раму"}
    taken = await visit.tap("measurements", openings=[{**wider, "reasons": reasons}])

    assert problems_of(refused) == [("openings[0].reasons.remeasure_difference", "remeasure_difference")]
    [problem] = refused.json()["errors"]
    changed = {"size": "width_top_mm", "was_mm": 1400, "now_mm": 1455, "found_mm": 55}
    assert "Ширина вверху: было 1400 мм, стало 1455 мм, разница 55 мм." in str(problem)
    [check] = [one for one in taken.json()["openings"][0]["checks"] if one["rule"] == "remeasure_difference"]
    assert changed.items() <= check.items()
    assert (taken.status_code, taken.json()["version"]) == (201, 2)


@pytest.mark.covers("M16")
async def test_the_office_corrects_by_a_new_version_by_the_same_rules(cast):
    visit, first = await measured_visit(cast)
    path = f"/jobs/{visit.job_id}/measurements"

    wrong = await cast.olga.post(path, {"openings": [an_opening(diagonal_1_mm=1000)]})
    right = await cast.olga.post(
        path, {"openings": [an_opening(sill_mm=300)], "comment": "Перезвонил клиент"}
    )

    assert wrong.status_code == 422
    corrected = right.json()
    assert (right.status_code, corrected["version"], corrected["author_id"]) == (201, 2, str(cast.olga.id))
    assert corrected["measured_at"] == first["measured_at"]
    assert (await cast.olga.get(f"/measurements/{first['id']}")).json() == first


@pytest.mark.covers("M16")
async def test_a_sheet_is_corrected_only_as_it_was_seen(cast):
    visit, _ = await measured_visit(cast)
    path = f"/jobs/{visit.job_id}/measurements"

    seen = await cast.olga.post(path, {"openings": [an_opening(sill_mm=300)], "seen_version": 1})
    late = await cast.olga.post(path, {"openings": [an_opening(sill_mm=200)], "seen_version": 1})

    assert (seen.status_code, seen.json()["version"]) == (201, 2)
    assert (late.status_code, late.json()["code"], late.json()["params"]) == (
        409,
        "sheet_outdated",
        {"version": 2},
    )
    assert len((await cast.olga.get(path)).json()) == 2


@pytest.mark.covers("M5")
async def test_what_is_ordered_by_a_version_stays_ordered_by_it(cast):
    visit, first = await measured_visit(cast)
    ordered = await place(cast, job_id=visit.job_id, measurement_id=first["id"])
    path = f"/jobs/{visit.job_id}/measurements"

    second = await cast.olga.post(path, {"openings": [an_opening(sill_mm=300)]})
    versions = (await cast.olga.get(path)).json()

    order_id = ordered.json()["id"]
    assert (ordered.status_code, second.json()["locked_by"]) == (201, None)
    assert [one["measurement"]["locked_by"] for one in versions] == [None, order_id]
    assert (await cast.pavel.get(f"/measurements/{first['id']}")).json() == {**first, "locked_by": order_id}


async def test_versions_are_listed_in_a_fixed_number_of_statements(cast, engine):
    visit, _ = await measured_visit(cast)
    counts = []
    await cast.olga.get(f"/jobs/{visit.job_id}/measurements")  # her account is remembered from now on

    for _ in range(2):
        await visit.done("measurements", openings=[an_opening(), an_opening("О-2")])
        with statements_of(engine) as sent:
            await cast.olga.get(f"/jobs/{visit.job_id}/measurements")
        counts.append(len(sent))

    assert len(set(counts)) == 1


@pytest.mark.skipif(bool(CITUS), reason="there BEGIN, the company and each lock take their own")
async def test_a_sheet_and_a_correction_take_four_round_trips_each(cast, engine):
    visit, _ = await measured_visit(cast)
    path = f"/jobs/{visit.job_id}/measurements"
    await cast.olga.get(path)  # her account is remembered from now on

    with asyncpg_statements(engine) as measuring:
        await visit.done("measurements", openings=[an_opening(), an_opening("О-2")])
        await asyncio.sleep(0)  # what is sent is noted a moment later
    with asyncpg_statements(engine) as correcting:
        await cast.olga.post(path, {"openings": [an_opening()]}, idempotency_key="m-1")
        await asyncio.sleep(0)

    assert (len(measuring), len(correcting)) == (4, 4)


async def test_a_correction_of_a_job_that_was_called_off_leaves_its_order_new(cast):
    visit, _ = await measured_visit(cast)
    await visit.done("not-complete", reason="client_absent", comment="Никого нет")
    await cast.olga.post(f"/jobs/{visit.job_id}/cancel", {"reason": "Клиент передумал"})

    corrected = await cast.olga.post(f"/jobs/{visit.job_id}/measurements", {"openings": [an_opening()]})

    assert (corrected.status_code, corrected.json()["version"]) == (201, 2)
    assert await order_status(cast, visit.job_id) == "new"


async def test_there_is_nothing_to_correct_before_somebody_measured(cast):
    visit = await visit_in_progress(cast)

    answer = await cast.olga.post(f"/jobs/{visit.job_id}/measurements", {"openings": [an_opening()]})

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_correct")


async def test_who_may_correct(cast, other_cast):
    visit, _ = await measured_visit(cast)
    path, body = f"/jobs/{visit.job_id}/measurements", {"openings": [an_opening()]}

    assert (await cast.pavel.post(path, body)).status_code == 403
    assert (await cast.galina.post(path, body)).status_code == 403
    assert (await other_cast.olga.post(path, body)).status_code == 404
    assert (await cast.sergei.post(path, body)).status_code == 201


@pytest.mark.covers("M3", "P-rel-5")
async def test_the_same_command_sent_again_is_one_version(cast):
    visit = await visit_in_progress(cast)
    body = tapped(openings=[an_opening()])
    path = f"/field/visits/{visit.id}/measurements"

    answers = await asyncio.gather(*[cast.pavel.post(path, body) for _ in range(10)])

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(await announced(cast, "field.measurement_submitted")) == 1


async def test_the_same_key_answers_as_the_first_time(cast):
    visit = await visit_in_progress(cast)
    body = tapped(openings=[an_opening()])
    path = f"/field/visits/{visit.id}/measurements"

    first = await cast.pavel.post(path, body, idempotency_key="m-1")
    second = await cast.pavel.post(path, body, idempotency_key="m-1")

    assert second.headers["idempotency-replayed"] == "true"
    assert second.content == first.content


async def test_a_command_id_is_for_one_sheet_only(cast):
    visit = await visit_in_progress(cast)
    command_id = str(uuid7())
    body = tapped(openings=[an_opening()]) | {"command_id": command_id}
    await cast.pavel.post(f"/field/visits/{visit.id}/measurements", body)

    changed = await cast.pavel.post(
        f"/field/visits/{visit.id}/measurements", body | {"openings": [an_opening(room="Зал")]}
    )
    other = await visit_in_progress(cast, worker=cast.nikolai)
    elsewhere = await cast.nikolai.post(f"/field/visits/{other.id}/measurements", body)

    assert (changed.status_code, changed.json()["code"]) == (422, "command_reused")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "command_reused")


async def test_one_command_given_at_two_visits_at_once_has_one_effect(cast):
    here = await visit_in_progress(cast)
    there = await visit_in_progress(cast, worker=cast.nikolai)
    body = tapped(openings=[an_opening()])

    answers = await asyncio.gather(
        *[
            visit.worker.post(f"/field/visits/{visit.id}/measurements", body)
            for visit in (here, there)
            for _ in range(3)
        ]
    )

    assert {answer.status_code for answer in answers} == {201, 422}
    assert len(await announced(cast, "field.measurement_submitted")) == 1


async def test_a_command_that_comes_again_after_the_visit_is_over_still_gets_its_answer(cast, clock):
    visit = await visit_in_progress(cast)
    body = tapped(openings=[an_opening()])
    first = await cast.pavel.post(f"/field/visits/{visit.id}/measurements", body)
    await visit.done("complete")

    again = await cast.pavel.post(f"/field/visits/{visit.id}/measurements", body)

    assert (again.status_code, again.json()) == (201, first.json())


async def test_sheets_sent_at_once_get_consecutive_versions(cast):
    visit = await visit_in_progress(cast)

    answers = await asyncio.gather(
        *[visit.tap("measurements", openings=[an_opening()], comment=f"{n}") for n in range(20)],
    )

    assert sorted(answer.json()["version"] for answer in answers) == list(range(1, 21))


async def test_a_correction_and_a_new_sheet_at_once_are_two_versions(cast):
    visit, _ = await measured_visit(cast)
    path = f"/jobs/{visit.job_id}/measurements"

    answers = await asyncio.gather(
        *[visit.tap("measurements", openings=[an_opening()], comment=f"{n}") for n in range(5)],
        *[cast.olga.post(path, {"openings": [an_opening()]}) for _ in range(5)],
    )

    assert sorted(answer.json()["version"] for answer in answers) == list(range(2, 12))


@pytest.mark.parametrize("story", [booked_visit, accepted_visit])
async def test_nobody_measures_before_he_is_there(cast, story):
    visit = await story(cast)

    answer = await visit.tap("measurements", openings=[an_opening()])

    assert (answer.status_code, answer.json()["code"]) == (409, "visit_not_at_work")


async def test_he_may_measure_as_soon_as_he_has_arrived_and_during_a_pause(cast):
    visit = await visit_on_site(cast)

    arrived = await visit.tap("measurements", openings=[an_opening()])
    await visit.done("start")
    await visit.done("pause", reason="break")
    paused = await visit.tap("measurements", openings=[an_opening()])

    assert (arrived.status_code, paused.status_code) == (201, 201)


async def test_nobody_measures_after_the_visit(cast):
    visit = await visit_in_progress(cast)
    await visit.done("complete")

    answer = await visit.tap("measurements", openings=[an_opening()])

    assert (answer.status_code, answer.json()["code"]) == (409, "visit_not_at_work")


async def test_a_job_that_was_never_measured_has_no_sheets(cast):
    visit = await booked_visit(cast, kind="installation")

    answer = await cast.olga.get(f"/jobs/{visit.job_id}/measurements")

    assert (answer.status_code, answer.json()) == (200, [])


async def test_a_measurement_of_somebody_elses_visit_does_not_exist(cast, other_cast):
    visit, sheet = await measured_visit(cast)
    body = tapped(openings=[an_opening()])

    assert (await cast.nikolai.post(f"/field/visits/{visit.id}/measurements", body)).status_code == 404
    assert (await cast.olga.post(f"/field/visits/{visit.id}/measurements", body)).status_code == 403
    for stranger in (cast.nikolai, other_cast.olga, other_cast.pavel):
        assert (await stranger.get(f"/measurements/{sheet['id']}")).status_code == 404
        assert (await stranger.get(f"/jobs/{visit.job_id}/measurements")).status_code == 404
    assert (await cast.pavel.get(f"/measurements/{sheet['id']}")).json() == sheet
    assert (await cast.galina.get(f"/measurements/{sheet['id']}")).json() == sheet
    assert (await cast.olga.get(f"/measurements/{uuid7()}")).status_code == 404


async def test_a_phone_whose_clock_is_ahead_has_not_measured_tomorrow(cast):
    visit = await visit_in_progress(cast)

    ahead = await visit.done("measurements", at=NOON + timedelta(hours=5), openings=[an_opening()])
    behind = await visit.done("measurements", at=NOON - timedelta(hours=5), openings=[an_opening()])

    assert datetime.fromisoformat(ahead["measured_at"]) == NOON
    assert datetime.fromisoformat(behind["measured_at"]) == NOON - timedelta(hours=5)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"openings": []}, "openings"),
        ({"openings": [an_opening(f"О-{n}") for n in range(61)]}, "openings"),
        ({"openings": [an_opening(width_top_mm="широкий")]}, "openings[0].width_top_mm"),
        ({"openings": [an_opening(width_top_mm=1400.5)]}, "openings[0].width_top_mm"),
        ({"openings": [an_opening(kind="gate")]}, "openings[0].kind"),
        ({"openings": [an_opening(depth_mm=10)]}, "openings[0]"),
        ({"openings": [an_opening(reasons={"because": "так надо"})]}, "openings[0].reasons"),
        ({"openings": [an_opening()], "occurred_at": "2026-03-02T09:00:00"}, "occurred_at"),
    ],
)
async def test_a_malformed_sheet_is_refused_by_its_path(cast, change, path):
    visit = await visit_in_progress(cast)

    answer = await cast.pavel.post(f"/field/visits/{visit.id}/measurements", tapped() | change)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"].startswith(path)


async def test_sixty_openings_are_taken_in_the_order_they_were_written(cast):
    labels = [f"О-{n}" for n in range(60, 0, -1)]

    _, sheet = await measured_visit(cast, *[an_opening(label) for label in labels])

    assert [one["label"] for one in sheet["openings"]] == labels


@pytest.mark.covers("P-rel-9")
@pytest.mark.parametrize("table", [Measurement, Opening])
async def test_the_database_lets_nobody_change_a_sheet(cast, table):
    await measured_visit(cast)

    for statement in ("UPDATE {} SET comment = ''", "DELETE FROM {}"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            await run_sql(cast, statement.format(table.__tablename__))
    async with transaction(cast.maker, cast.company_id) as session:
        assert await session.scalar(select(func.count()).select_from(table)) == 1
