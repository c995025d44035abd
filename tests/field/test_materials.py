"""Materials: what a job needs, what was used, and how the two compare. Money is not asked."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.core.ids import uuid7
from app.db.session import transaction
from app.orders.materials.policies import expected_of_job, hold_at, new_norms
from app.orders.materials.values import JobToSupply, Norm
from tests.counting import statements_of
from tests.dispatch.given import TOMORROW, code_of
from tests.field.test_measurements import problems_of
from tests.stories import accepted_visit, an_opening, measured_visit, tapped, visit_in_progress

pytestmark = pytest.mark.covers("M34")


async def a_material(cast, code="foam", unit="pack"):
    body = {"code": code, "name_ru": f"Материал {code}", "name_en": f"Material {code}", "unit": unit}
    answer = await cast.irina.post("/materials", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def norms(cast, *items, job_type_id=None):
    path = f"/job-types/{job_type_id or cast.installation_type_id}/materials"
    answer = await cast.irina.put(path, {"items": list(items)})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def used(material_id, quantity, **fields):
    return {"material_id": material_id, "quantity": quantity, **fields}


async def report(visit, *lines, **fields):
    body = tapped(lines=list(lines), **fields)
    return await visit.worker.post(f"/field/visits/{visit.id}/materials", body)


async def reported(visit, *lines, **fields):
    answer = await report(visit, *lines, **fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def compared(shown):
    return {one["code"]: (one["expected"], one["used"], one["difference"]) for one in shown["items"]}


async def of_job(person, job_id):
    answer = await person.get(f"/jobs/{job_id}/materials")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def report_of(cast, since="2026-03-01", until="2026-04-01"):
    answer = await cast.olga.get(f"/materials/report?from={since}&to={until}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_office_keeps_a_catalogue_and_workers_choose_from_it(cast):
    foam = await a_material(cast)
    await a_material(cast, "tape", "m")

    listed = (await cast.olga.get("/materials")).json()["items"]
    changed = await cast.irina.patch(
        f"/materials/{foam}", {"name_ru": "Пена зимняя", "is_active": False}, if_match='"1"'
    )
    offered = (await cast.rinat.get("/field/materials")).json()["items"]

    assert [one["code"] for one in listed] == ["tape", "foam"]
    assert (changed.status_code, changed.json()["name_ru"], changed.json()["version"]) == (
        200,
        "Пена зимняя",
        2,
    )
    assert [one["code"] for one in offered] == ["tape"]


async def test_a_code_is_used_once_and_only_managers_change_the_catalogue(cast, other_cast):
    foam = await a_material(cast)
    body = {"code": "foam", "name_ru": "Пена", "name_en": "Foam", "unit": "pcs"}

    assert code_of(await cast.irina.post("/materials", body)) == (409, "material_code_taken")
    assert (await other_cast.irina.post("/materials", body)).status_code == 201
    assert (await cast.olga.post("/materials", body | {"code": "new"})).status_code == 403
    assert (await cast.rinat.get("/materials")).status_code == 403
    stranger = await other_cast.irina.patch(f"/materials/{foam}", {"name_ru": "Чужая"}, if_match='"1"')
    assert code_of(stranger) == (404, "material_not_found")


async def test_the_job_type_says_what_a_job_needs_per_opening(cast):
    foam, tape = await a_material(cast), await a_material(cast, "tape", "m")
    await norms(
        cast,
        {"material_id": foam, "per_job": 1, "per_opening": 0.5},
        {"material_id": tape, "per_opening": 6.2},
        job_type_id=cast.measurement_type_id,
    )
    visit, _ = await measured_visit(cast, an_opening(), an_opening("О-2"), an_opening("О-3"))

    shown = await of_job(cast.olga, visit.job_id)

    assert shown["openings"] == 3
    assert compared(shown) == {"foam": (2.5, 0, -2.5), "tape": (18.6, 0, -18.6)}


async def test_what_is_said_by_hand_counts_instead_of_the_norm(cast):
    foam, tape, screws = [await a_material(cast, code) for code in ("foam", "tape", "screws")]
    await norms(cast, {"material_id": foam, "per_job": 2}, {"material_id": tape, "per_job": 3})
    visit = await accepted_visit(cast, kind="installation")
    path = f"/jobs/{visit.job_id}/materials"

    by_hand = [used(foam, 4), used(screws, 0.5)]
    after = await cast.olga.put(path, {"items": by_hand})
    back = await cast.olga.put(path, {"items": [used(foam, None)]})

    assert compared(after.json()) == {"foam": (4, 0, -4), "screws": (0.5, 0, -0.5), "tape": (3, 0, -3)}
    assert compared(back.json()) == {"foam": (2, 0, -2), "screws": (0.5, 0, -0.5), "tape": (3, 0, -3)}


async def test_what_was_used_is_compared_with_what_was_expected(cast):
    foam, tape = await a_material(cast), await a_material(cast, "tape", "m")
    await norms(cast, {"material_id": foam, "per_job": 2})
    visit = await visit_in_progress(cast, kind="installation")

    await reported(visit, used(foam, 1.5), used(tape, 4.25))
    shown = await reported(visit, used(foam, 1))

    assert compared(shown) == {"foam": (2, 2.5, 0.5), "tape": (0, 4.25, 4.25)}
    assert [one["quantity"] for one in shown["uses"]] == [1.5, 4.25, 1]
    said_by = [(one["author_id"], one["author_name"]) for one in shown["uses"]]
    assert said_by[0] == (str(cast.rinat.id), "Ринат Галиев")
    assert await of_job(cast.olga, visit.job_id) | {"conflicts": []} == shown


async def test_a_line_is_corrected_by_a_further_line_with_a_reason(cast, clock):
    foam = await a_material(cast)
    visit = await visit_in_progress(cast, kind="installation")
    first = (await reported(visit, used(foam, 12)))["uses"][0]
    clock.advance(minutes=5)

    correction = {"use_id": first["id"], "quantity": 1.2, "reason": "Не та запятая"}
    shown = await reported(visit, corrections=[correction])
    again = await reported(visit, corrections=[correction | {"quantity": 2, "reason": "Нашли ещё"}])

    assert [(one["quantity"], one["corrects_id"], one["reason"]) for one in again["uses"]] == [
        (12, None, ""),
        (-10.8, first["id"], "Не та запятая"),
        (0.8, first["id"], "Нашли ещё"),
    ]
    assert compared(shown)["foam"] == (0, 1.2, 1.2)
    assert compared(again)["foam"] == (0, 2, 2)


async def test_the_database_lets_nobody_change_what_was_reported(cast):
    foam = await a_material(cast)
    visit = await visit_in_progress(cast, kind="installation")
    await reported(visit, used(foam, 1))

    for statement in ("UPDATE material_use SET quantity = 5", "DELETE FROM material_use"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with transaction(cast.maker, cast.company_id) as session:
                await session.execute(text(statement))


async def test_a_phone_corrects_a_line_before_it_heard_that_it_arrived(cast):
    foam = await a_material(cast)
    visit = await visit_in_progress(cast, kind="installation")
    use_id = str(uuid7())

    await reported(visit, used(foam, 3, use_id=use_id))
    correction = {"use_id": use_id, "quantity": 0, "reason": "Взяли со склада клиента"}
    shown = await reported(visit, corrections=[correction])

    assert shown["uses"][0]["id"] == use_id
    assert compared(shown)["foam"] == (0, 0, 0)


async def test_every_wrong_line_is_named_and_nothing_is_kept(cast, other_cast):
    foam, window = await a_material(cast), await a_material(cast, "anchor", "pcs")
    foreign = await a_material(other_cast)
    visit = await visit_in_progress(cast, kind="installation")
    known = (await reported(visit, used(foam, 1)))["uses"][0]["id"]
    correction = {"use_id": known, "quantity": 2, "reason": "Ошибка"}

    answer = await report(
        visit,
        used(foam, 1),
        used(foreign, 1),
        used(window, 2.5),
        used(foam, 1, use_id=known),
        corrections=[correction, correction, correction | {"use_id": str(uuid4())}],
    )

    assert answer.status_code == 422
    assert problems_of(answer) == [
        ("lines[1].material_id", "material_unknown"),
        ("lines[2]", "material_not_whole"),
        ("lines[3].use_id", "use_id_taken"),
        ("corrections[1].use_id", "use_corrected_twice"),
        ("corrections[2].use_id", "use_unknown"),
    ]
    assert len((await of_job(cast.olga, visit.job_id))["uses"]) == 1


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, "lines"),
        ({"lines": [{"material_id": str(uuid4()), "quantity": 0}]}, "lines[0].quantity"),
        ({"lines": [{"material_id": str(uuid4()), "quantity": 0.0001}]}, "lines[0].quantity"),
        ({"lines": [{"material_id": str(uuid4()), "quantity": 1.0001}]}, "lines[0].quantity"),
        ({"corrections": [{"use_id": str(uuid4()), "quantity": 1}]}, "corrections[0].reason"),
        (
            {"corrections": [{"use_id": str(uuid4()), "quantity": -1, "reason": "Так"}]},
            "corrections[0].quantity",
        ),
    ],
)
async def test_a_malformed_report_is_refused_by_its_path(cast, fields, path):
    visit = await visit_in_progress(cast, kind="installation")

    answer = await cast.rinat.post(f"/field/visits/{visit.id}/materials", tapped(**fields))

    assert answer.status_code == 400
    assert [error["path"] for error in answer.json()["errors"]] == [path]


async def test_materials_are_reported_on_site_and_afterwards_but_not_before(cast):
    foam = await a_material(cast)
    visit = await accepted_visit(cast, kind="installation")

    early = await report(visit, used(foam, 1))
    for command, fields in (("depart", {}), ("arrive", {}), ("start", {}), ("complete", {})):
        await visit.done(command, **fields)
    late = await report(visit, used(foam, 1))

    assert code_of(early) == (409, "visit_not_at_work")
    assert late.status_code == 201


async def test_a_closed_job_takes_no_more_reports(cast):
    foam = await a_material(cast)
    visit = await visit_in_progress(cast, kind="installation")
    await visit.done("complete")
    await cast.olga.post(f"/jobs/{visit.job_id}/close")

    assert code_of(await report(visit, used(foam, 1))) == (409, "job_over")


async def test_only_people_of_the_job_see_and_report_its_materials(cast, other_cast):
    foam = await a_material(cast)
    visit = await visit_in_progress(cast, kind="installation")

    stranger = await cast.pavel.post(f"/field/visits/{visit.id}/materials", tapped(lines=[used(foam, 1)]))

    assert code_of(stranger) == (404, "visit_not_found")
    assert code_of(await cast.pavel.get(f"/jobs/{visit.job_id}/materials")) == (404, "job_not_found")
    assert code_of(await other_cast.olga.get(f"/jobs/{visit.job_id}/materials")) == (404, "job_not_found")
    assert (await cast.timur.get(f"/jobs/{visit.job_id}/materials")).status_code == 200


@pytest.mark.covers("M29")
async def test_the_same_report_sent_many_times_counts_once(cast):
    foam = await a_material(cast)
    visit = await visit_in_progress(cast, kind="installation")
    command = tapped(lines=[used(foam, 2)])

    answers = await asyncio.gather(
        *[cast.rinat.post(f"/field/visits/{visit.id}/materials", command) for _ in range(6)]
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert compared(await of_job(cast.olga, visit.job_id))["foam"] == (0, 2, 2)


async def test_the_office_corrects_only_what_it_has_seen(cast):
    foam = await a_material(cast)
    visit = await visit_in_progress(cast, kind="installation")
    use_id = (await reported(visit, used(foam, 9)))["uses"][0]["id"]

    async def correct(quantity, base):
        line = {"use_id": use_id, "quantity": quantity, "reason": "Пересчёт", "base": base}
        return await cast.olga.post(f"/jobs/{visit.job_id}/materials/corrections", {"corrections": [line]})

    first, overtaken, second = await correct(1, 9), await correct(2, 9), await correct(2, 1)

    assert (first.status_code, second.status_code) == (201, 201)
    assert code_of(overtaken) == (422, "materials_refused")
    [error] = overtaken.json()["errors"]
    assert (error["path"], error["code"]) == ("corrections[0].base", "use_changed")
    assert len((await of_job(cast.olga, visit.job_id))["uses"]) == 3


async def test_two_corrections_at_once_follow_each_other(cast):
    foam = await a_material(cast)
    visit = await visit_in_progress(cast, kind="installation")
    use_id = (await reported(visit, used(foam, 9)))["uses"][0]["id"]

    async def correct(quantity):
        body = {"corrections": [{"use_id": use_id, "quantity": quantity, "reason": "Пересчёт"}]}
        return await cast.olga.post(f"/jobs/{visit.job_id}/materials/corrections", body)

    answers = await asyncio.gather(*[correct(quantity) for quantity in (1, 2, 3, 4)])

    shown = await of_job(cast.olga, visit.job_id)
    assert {answer.status_code for answer in answers} == {201}
    assert len(shown["uses"]) == 5
    assert compared(shown)["foam"][1] in (1, 2, 3, 4)


async def test_an_order_shows_its_jobs_and_their_sum(cast):
    foam = await a_material(cast)
    await norms(cast, {"material_id": foam, "per_job": 2})
    visit = await visit_in_progress(cast, kind="installation")
    job = (await cast.olga.get(f"/jobs/{visit.job_id}")).json()["job"]
    body = {key: job[key] for key in ("client_id", "site_id", "order_id")}
    await cast.olga.post("/jobs", body | {"job_type_id": str(cast.installation_type_id)})
    await reported(visit, used(foam, 5))

    shown = (await cast.olga.get(f"/orders/{job['order_id']}/materials")).json()

    (line,) = shown["items"]
    assert (line["jobs"], line["expected"], line["used"], line["over"], line["under"]) == (2, 4, 5, 3, 2)
    assert sorted(compared(one)["foam"] for one in shown["jobs"]) == [(2, 0, -2), (2, 5, 3)]


async def test_a_new_norm_does_not_change_what_a_reported_job_was_expected_to_use(cast, clock):
    foam = await a_material(cast)
    await norms(cast, {"material_id": foam, "per_job": 2})
    done = await visit_in_progress(cast, kind="installation")
    await reported(done, used(foam, 3))
    ahead = await accepted_visit(cast, kind="installation", starts_at=TOMORROW + timedelta(hours=6))
    clock.advance(minutes=1)

    listed = await norms(cast, {"material_id": foam, "per_job": 10})

    assert [(one["code"], one["per_job"]) for one in listed] == [("foam", 10)]
    assert compared(await of_job(cast.olga, done.job_id))["foam"] == (2, 3, 1)
    assert compared(await of_job(cast.olga, ahead.job_id))["foam"] == (10, 0, -10)


async def test_the_report_sums_up_the_jobs_of_a_period_each_once(cast, clock, engine):
    foam, tape = await a_material(cast), await a_material(cast, "tape", "m")
    await norms(cast, {"material_id": foam, "per_job": 2})
    first = await visit_in_progress(cast, kind="installation")
    await reported(first, used(foam, 5))
    second = await visit_in_progress(cast, kind="installation", starts_at=TOMORROW + timedelta(hours=6))
    await reported(second, used(foam, 1), used(tape, 7))
    clock.moment = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
    late = tapped(lines=[used(foam, 1)], at=clock.now())
    await first.worker.post(f"/field/visits/{first.id}/materials", late)

    with statements_of(engine) as statements:
        march = await report_of(cast)
    april = await report_of(cast, "2026-04-01", "2026-05-01")

    sums = {one["code"]: (one["expected"], one["used"], one["over"], one["under"]) for one in march["items"]}
    assert (march["jobs"], sums) == (2, {"foam": (4, 7, 4, 1), "tape": (0, 7, 7, 0)})
    assert (april["jobs"], april["items"]) == (0, [])
    assert len(statements) < 15


async def test_the_jobs_behind_a_material_come_in_pages(cast):
    foam = await a_material(cast)
    await norms(cast, {"material_id": foam, "per_job": 2})
    first = await visit_in_progress(cast, kind="installation")
    second = await visit_in_progress(cast, kind="installation", starts_at=TOMORROW + timedelta(hours=6))
    await reported(first, used(foam, 5))
    await reported(second, used(foam, 1))
    path = f"/materials/{foam}/jobs?from=2026-03-01&to=2026-04-01&limit=1"

    page = (await cast.olga.get(path)).json()
    rest = (await cast.olga.get(f"{path}&cursor={page['next_cursor']}")).json()

    lines = [(one["job_id"], one["difference"]) for one in (*page["items"], *rest["items"])]
    assert lines == [(second.job_id, -1), (first.job_id, 3)]
    assert rest["next_cursor"] is None


async def test_a_period_ends_after_it_begins(cast):
    for since, until in (("2026-03-02", "2026-03-02"), ("2026-03-02", "2027-03-04")):
        answer = await cast.olga.get(f"/materials/report?from={since}&to={until}")
        assert code_of(answer) == (422, "period_invalid")


async def test_norms_name_what_is_wrong_with_them(cast, other_cast):
    anchor, foreign = await a_material(cast, "anchor", "pcs"), await a_material(other_cast)
    items = [
        {"material_id": anchor, "per_opening": 4},
        {"material_id": anchor, "per_job": 1},
        {"material_id": foreign, "per_job": 1},
    ]
    path = f"/job-types/{cast.installation_type_id}/materials"

    answer = await cast.irina.put(path, {"items": items})
    halves = await cast.irina.put(path, {"items": [{"material_id": anchor, "per_opening": 1.5}]})

    assert problems_of(answer) == [
        ("items[1].material_id", "material_repeated"),
        ("items[2].material_id", "material_unknown"),
    ]
    assert problems_of(halves) == [("items[0]", "material_not_whole")]


TYPE, FOAM, TAPE = uuid4(), uuid4(), uuid4()
NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def norm(material=FOAM, *, hours=0, per_job="1", per_opening="0", job_type=TYPE):
    since = NOON + timedelta(hours=hours)
    return Norm(job_type, material, since, Decimal(per_job), Decimal(per_opening))


def test_the_norm_counts_that_held_at_the_moment():
    norms = [
        norm(hours=2, per_job="5"),
        norm(),
        norm(TAPE, per_job="0", per_opening="0.5"),
        norm(job_type=uuid4()),
    ]
    job = JobToSupply(uuid4(), 1, TYPE, openings=3)

    assert expected_of_job(job, norms, {}, at=NOON) == {FOAM: 1, TAPE: Decimal("1.5")}
    assert expected_of_job(job, norms, {}, at=NOON + timedelta(hours=2))[FOAM] == 5
    assert expected_of_job(job, norms, {}, at=NOON - timedelta(hours=1)) == {}
    assert expected_of_job(job, norms, {TAPE: Decimal(0)}, at=NOON)[TAPE] == 0


def test_only_norms_that_change_are_written():
    held = hold_at([norm(), norm(TAPE)], NOON)

    new = new_norms(held, [(FOAM, (Decimal(1), Decimal(0)))], job_type_id=TYPE, since=NOON)

    assert [(one.material_id, one.per_job) for one in new] == [(TAPE, 0)]
    assert hold_at([*held, *new], NOON) == [norm()]
