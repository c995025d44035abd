"""What is made in memory has a limit. Above it the answer says the limit and what to ask for instead."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from app.field.timesheet import service as timesheet
from app.tracking.reports import service as reports
from tests.cast import NOON
from tests.stories import visit_in_progress
from tests.tracking.conftest import a_ping, consent
from tests.tracking.test_derive_again import derived_by
from tests.tracking.test_pings import send

TODAY = NOON.date()
A_DAY = timedelta(days=1)
OF_DAY = f"day={TODAY}"
OF_DAYS = f"from={TODAY}&to={TODAY + 3 * A_DAY}"
EXPORTS = {
    "exportTrackGeojson": (
        "/tracking/workers/{pavel}/track.geojson?" + OF_DAY,
        "sergei",
        reports,
        "POSITIONS_MAX",
    ),
    "exportTrackGpx": ("/tracking/workers/{pavel}/track.gpx?" + OF_DAY, "sergei", reports, "POSITIONS_MAX"),
    "exportTrackXlsx": ("/tracking/workers/{pavel}/track.xlsx?" + OF_DAY, "sergei", reports, "POSITIONS_MAX"),
    "exportMyTrack": ("/field/my-track.geojson?" + OF_DAY, "pavel", reports, "POSITIONS_MAX"),
    "listMileage": ("/tracking/mileage?" + OF_DAYS, "galina", reports, "ROWS_MAX"),
    "listLateness": ("/tracking/lateness?" + OF_DAYS, "sergei", reports, "ROWS_MAX"),
    "exportTimesheets": ("/timesheets/payroll?" + OF_DAYS, "galina", timesheet, "ROWS_MAX"),
}
"""By operation: path, who asks, and where the limit stands."""
ONE_DOCUMENT = ("application/pdf", "image/", "text/plain", "text/event-stream", "text/html", "text/css")
"""A paper, a picture or a page: it does not grow with what is asked for."""


@pytest.fixture
async def two_of_everything(cast, maker, clock):
    """Two positions, two days of mileage, two visits with their windows on these days."""
    await consent(cast.pavel, occurred_at=NOON.isoformat())
    clock.advance(hours=2)
    await send(cast.pavel, *(a_ping(10 * number) for number in (1, 2)))
    await derived_by(cast, maker, {TODAY + A_DAY: 1, TODAY + 2 * A_DAY: 1})
    await visit_in_progress(cast, starts_at=NOON + timedelta(hours=3))
    await visit_in_progress(cast, kind="installation", starts_at=NOON + timedelta(hours=3))


@pytest.mark.covers("M18", "M33", "M43")
@pytest.mark.parametrize("operation", EXPORTS)
async def test_an_export_that_is_too_large_says_the_limit_and_what_to_ask_for(
    cast, two_of_everything, superuser, monkeypatch, operation
):
    await superuser.execute(
        "UPDATE track_derivation SET ping_count = 1 WHERE company_id = $1", cast.company_id
    )
    path, who, service, limit = EXPORTS[operation]
    path = path.replace("{pavel}", str(cast.pavel.id))
    within = await getattr(cast, who).get(path)

    monkeypatch.setattr(service, limit, 1)
    refused = await getattr(cast, who).get(path)

    assert within.status_code == 200, within.text
    assert (refused.status_code, refused.json()["code"]) == (422, "export_too_large"), refused.text
    assert refused.json()["params"]["rows_max"] == 1
    assert "Запросите иначе" in refused.json()["detail"]


async def test_a_payroll_of_too_many_visits_is_refused_before_they_are_read(
    cast, two_of_everything, monkeypatch
):
    monkeypatch.setattr(timesheet, "VISITS_MAX", 1)
    monkeypatch.setattr(timesheet, "_read_histories", None)

    refused = await cast.galina.get(f"/timesheets/payroll?{OF_DAYS}")

    assert (refused.status_code, refused.json()["code"]) == (422, "export_too_large")


@pytest.mark.covers("M18")
async def test_a_day_of_too_many_positions_still_says_how_many_they_are(cast, two_of_everything, monkeypatch):
    monkeypatch.setattr(reports, "POSITIONS_MAX", 1)
    monkeypatch.setattr(reports, "find_pings", None)

    shown = await cast.sergei.get(f"/tracking/workers/{cast.pavel.id}/track?{OF_DAY}")

    assert (shown.status_code, shown.json()["ping_count"]) == (200, 2)


def test_every_file_that_can_grow_has_a_limit():
    described = json.loads(Path("openapi/openapi.json").read_text(encoding="utf-8"))
    files = {
        operation["operationId"]
        for path in described["paths"].values()
        for method, operation in path.items()
        if method == "get"
        for status, answer in operation["responses"].items()
        if status.startswith("2")
        for kind in answer.get("content", ())
        if kind != "application/json" and not kind.startswith(ONE_DOCUMENT)
    }

    assert files <= set(EXPORTS)
