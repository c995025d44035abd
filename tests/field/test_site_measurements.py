"""Everything that was measured at a site, over all its orders, and whether two measurements agree."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.orders.measurements.diffs import COMPARED, Verdict, compare
from tests.counting import statements_of
from tests.dispatch.given import TOMORROW
from tests.stories import BookedVisit, an_opening, measured_visit

pytestmark = pytest.mark.covers("M16")


async def measured_again(cast, site_of, *openings, worker=None, starts_at=TOMORROW + timedelta(hours=4)):
    """Another order of the same site is measured, by Nikolai."""
    worker = worker or cast.nikolai
    job = (await cast.olga.get(f"/jobs/{site_of}")).json()["job"]
    body = {
        "job_type_id": str(cast.measurement_type_id),
        "client_id": job["client_id"],
        "site_id": job["site_id"],
    }
    made = (await cast.olga.post("/jobs", body)).json()
    planned = await cast.olga.post(
        f"/jobs/{made['id']}/visits",
        {"starts_at": starts_at.isoformat(), "duration_min": 60},
    )
    assert planned.status_code == 201, planned.text
    visit = BookedVisit(id=planned.json()["id"], job_id=made["id"], worker=worker)
    await cast.olga.post(f"/visits/{visit.id}/offer", {"worker_id": str(worker.id)})
    for tap, fields in (("accept", {}), ("depart", {"eta_minutes": 30}), ("arrive", {}), ("start", {})):
        await visit.done(tap, **fields)
    sheet = await visit.done("measurements", openings=list(openings) or [an_opening()])
    return visit, sheet


async def site_of(cast, job_id):
    return (await cast.olga.get(f"/jobs/{job_id}")).json()["job"]["site_id"]


async def history(person, site_id, query=""):
    answer = await person.get(f"/sites/{site_id}/measurements{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_history_of_a_site_runs_over_all_its_orders(cast, clock):
    visit, first = await measured_visit(cast)
    clock.advance(minutes=10)
    second = await visit.done("measurements", openings=[an_opening(quarter_mm=65)])
    clock.advance(days=20)
    _, third = await measured_again(cast, visit.job_id, starts_at=clock.now() + timedelta(hours=4))
    site_id = await site_of(cast, visit.job_id)

    items = (await history(cast.olga, site_id))["items"]

    assert [one["measurement"]["id"] for one in items] == [third["id"], second["id"], first["id"]]
    assert [one["author_name"] for one in items] == ["Николай Седов", "Павел Громов", "Павел Громов"]
    assert [(one["measurement"]["version"], len(one["changes"])) for one in items] == [(1, 0), (2, 1), (1, 0)]
    assert len({one["order_id"] for one in items}) == 2
    assert items[1]["changes"][0]["field"] == "quarter_mm"
    assert [one["repeat"] is None for one in items] == [False, True, True]
    assert items[0]["repeat"]["measurement_id"] == second["id"]


async def test_a_repeated_measurement_names_what_is_plausible_and_what_to_look_at(cast, clock):
    visit, _ = await measured_visit(cast, an_opening(), an_opening("О-2"))
    clock.advance(minutes=1)
    differently = an_opening(" о – 1", width_top_mm=1410, wall="brick", product="Глухое")
    await measured_again(
        cast,
        visit.job_id,
        differently,
        an_opening("О-2", height_left_mm=1345, reasons={"height_spread": "косо…"}),
    )

    (item, _) = (await history(cast.olga, await site_of(cast, visit.job_id)))["items"]

    repeat = item["repeat"]
    judged = {(one["label"], one["field"]): (one["verdict"], one["off_mm"]) for one in repeat["differences"]}
    assert (repeat["author_name"], repeat["is_plausible"]) == ("Павел Громов", False)
    assert judged == {
        ("о – 1", "width_top_mm"): ("plausible", 10),
        ("о – 1", "wall"): ("look", None),
        ("о – 1", "product"): ("plausible", None),
        ("О-2", "height_left_mm"): ("look", 45),
    }


async def test_two_careful_measurers_agree(cast, clock):
    visit, _ = await measured_visit(cast)
    clock.advance(minutes=1)
    await measured_again(cast, visit.job_id, an_opening(width_top_mm=1405, diagonal_1_mm=1915))

    (item, _) = (await history(cast.olga, await site_of(cast, visit.job_id)))["items"]

    assert item["repeat"]["is_plausible"] is True
    assert len(item["repeat"]["differences"]) == 2


async def test_a_worker_sees_the_history_of_sites_that_he_has_a_visit_at(cast, clock, other_cast):
    visit, first = await measured_visit(cast)
    clock.advance(minutes=1)
    await measured_again(cast, visit.job_id)
    site_id = await site_of(cast, visit.job_id)

    for person in (cast.nikolai, cast.pavel):
        assert (await history(person, site_id))["items"][-1]["measurement"]["id"] == first["id"]
    for stranger in (cast.rinat, other_cast.olga):
        refused = await stranger.get(f"/sites/{site_id}/measurements")
        assert (refused.status_code, refused.json()["code"]) == (404, "site_not_found")


async def test_the_history_comes_in_pages_and_a_fixed_number_of_statements(cast, clock, engine):
    visit, _ = await measured_visit(cast)
    for quarter_mm in (61, 62, 63):
        clock.advance(minutes=1)
        await visit.done("measurements", openings=[an_opening(quarter_mm=quarter_mm)])
    site_id = await site_of(cast, visit.job_id)

    with statements_of(engine) as of_one:
        first = await history(cast.olga, site_id, "?limit=1")
    with statements_of(engine) as of_all:
        whole = await history(cast.olga, site_id)
    rest = await history(cast.olga, site_id, f"?limit=3&cursor={first['next_cursor']}")

    assert len(of_one) == len(of_all)
    assert [*first["items"], *rest["items"]] == whole["items"]
    assert (len(whole["items"]), rest["next_cursor"]) == (4, None)
    assert all(len(one["changes"]) == 1 for one in whole["items"][:3])


def opening(label="О-1", **fields):
    usual = dict.fromkeys(COMPARED, 0) | {"sill_mm": None}
    return SimpleNamespace(label=label, **usual | fields)


@pytest.mark.parametrize(
    ("field", "was", "now", "verdict", "off"),
    [
        ("width_top_mm", 1400, 1415, Verdict.PLAUSIBLE, 15),
        ("width_top_mm", 1400, 1384, Verdict.LOOK, -16),
        ("diagonal_1_mm", 1900, 1920, Verdict.PLAUSIBLE, 20),
        ("diagonal_1_mm", 1900, 1921, Verdict.LOOK, 21),
        ("diagonal_1_mm", 0, 1921, Verdict.PLAUSIBLE, None),
        ("quarter_mm", 60, 71, Verdict.LOOK, 11),
        ("sill_mm", None, 250, Verdict.PLAUSIBLE, None),
        ("shape", "rectangle", "trapezium", Verdict.LOOK, None),
        ("comment", "", "Сыро", Verdict.PLAUSIBLE, None),
    ],
)
def test_what_two_people_can_measure_differently(field, was, now, verdict, off):
    (difference,) = compare([opening(**{field: was})], [opening(**{field: now})])

    assert (difference.verdict, difference.off_mm) == (verdict, off)


def test_an_opening_that_only_one_of_them_measured_is_looked_at():
    differences = compare([opening("О-1")], [opening("О-2")])

    assert [(one.change.kind, one.verdict) for one in differences] == [
        ("added", Verdict.LOOK),
        ("removed", Verdict.LOOK),
    ]
