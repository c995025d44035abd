"""Decisions about measurement sheets as tables of cases: facts in; a refusal, or what is written, out."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from app.core.canonical import canonical_hash
from app.core.errors import DomainError
from app.field.measurements.policies import SubmitFacts, submit
from app.orders.client_orders.policies import OrderFacts, OrderState
from app.orders.measurements.plausibility import SIZE_FIELDS
from app.orders.measurements.policies import (
    MeasuredJob,
    MeasurementRefused,
    Outcome,
    SentSheet,
    check_openings,
    correct,
)
from app.orders.measurements.sheets import OPENING_FIELDS, Sheet, sheet_content

pytestmark = pytest.mark.covers("M4")

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAVEL, OLGA, COMMAND = uuid4(), uuid4(), uuid4()
SIZES = dict(zip(SIZE_FIELDS, [1400] * 3 + [1300] * 3 + [1910] * 2, strict=True))


def sent(label="О-1", *, reasons=None, **fields):
    nothing = {
        "room": "",
        "kind": "window",
        "wall": "brick",
        "shape": "rectangle",
        "quarter_mm": 0,
        "sill_mm": None,
    }
    more = {
        "outline": None,
        "photos": [],
        "slope_mm": None,
        "mosquito_net": False,
        "product": "",
        "comment": "",
    }
    return SimpleNamespace(label=label, reasons=reasons or {}, **nothing | more | SIZES | fields)


def an_order(*, is_measured=False, status="new") -> OrderState:
    facts = OrderFacts(
        is_canceled=status == "canceled",
        is_measured=is_measured,
        prepaid_kop=0,
        at_plant=[],
        installations=[],
    )
    return OrderState(uuid4(), status, facts)


def a_job(*, last: Sheet | None = None, order: OrderState | None = None, status="in_progress") -> MeasuredJob:
    return MeasuredJob(uuid4(), status, order or an_order(), last)


def submitted(*openings, job=None, visit_status="in_progress", visit_id=None, comment="") -> Outcome:
    facts = SubmitFacts(visit_id or uuid4(), visit_status, job or a_job())
    sheet = SentSheet(openings or [sent()], comment)
    return submit(facts, sheet, command_id=COMMAND, by=PAVEL, measured_at=NOON, now=NOON)


def corrected(*openings, job, measured_at=None, now=NOON) -> Outcome:
    return correct(job, SentSheet(openings or [sent()], ""), by=OLGA, measured_at=measured_at, now=now)


def written(outcome: Outcome, table: str) -> list:
    return [one for one in outcome.changes if one.table == table]


def refusal_of(call) -> str | None:
    try:
        call()
    except DomainError as error:
        return error.code
    return None


def problems_of(*openings, previous=()) -> list[tuple[str, str]]:
    try:
        check_openings(SentSheet(openings, ""), previous)
    except MeasurementRefused as refused:
        return [(error["path"], error["code"]) for error in refused.params["errors"]]
    return []


# ---------------------------------------------------------------------------------------------- what is refused

DOUBTFUL = {"diagonal_1_mm": 1900, "diagonal_2_mm": 1922}


@pytest.mark.parametrize(
    ("openings", "problems"),
    [
        ([sent()], []),
        ([sent(width_top_mm=1418)], []),
        ([sent(width_middle_mm=0)], [("openings[0].width_middle_mm", "size_limits")]),
        ([sent(), sent("О-2", diagonal_1_mm=9000)], [("openings[1].diagonal_1_mm", "diagonal_impossible")]),
        ([sent(**DOUBTFUL)], [("openings[0].reasons.diagonal_difference", "diagonal_difference")]),
        ([sent(**DOUBTFUL, reasons={"diagonal_difference": "Кривой проём"})], []),
        (
            [sent(**DOUBTFUL, reasons={"diagonal_difference": " так "})],
            [("openings[0].reasons.diagonal_difference", "diagonal_difference")],
        ),
        ([sent(), sent("О-2"), sent()], [("openings[2].label", "label_repeated")]),
        (
            [sent(width_middle_mm=0), sent(height_left_mm=70_000)],
            [
                ("openings[1].label", "label_repeated"),
                ("openings[0].width_middle_mm", "size_limits"),
                ("openings[1].height_left_mm", "size_limits"),
            ],
        ),
    ],
)
def test_every_problem_of_a_sheet_is_said_at_once_by_its_path(openings, problems):
    assert problems_of(*openings) == problems


def test_a_size_that_moved_five_centimetres_needs_a_reason_only_under_the_same_label():
    previous = submitted(sent()).sheet.openings
    moved = {field: size + 50 for field, size in SIZES.items() if field.startswith("width")}
    moved |= {"diagonal_1_mm": 1947, "diagonal_2_mm": 1947}

    assert problems_of(sent(**moved), previous=previous) == [
        ("openings[0].reasons.remeasure_difference", "remeasure_difference")
    ]
    assert problems_of(sent("О-2", **moved), previous=previous) == []


def test_what_the_rules_noted_is_kept_with_the_reason_given():
    (opening,) = check_openings(
        SentSheet([sent(**DOUBTFUL, reasons={"diagonal_difference": " Кривой проём "})], ""), []
    )

    (check,) = opening.checks
    assert (check["rule"], check["weight"]) == ("diagonal_difference", "needs_reason")
    assert check["reason"] == "Кривой проём"


@pytest.mark.parametrize(
    ("visit_status", "code"),
    [
        ("accepted", "visit_not_at_work"),
        ("en_route", "visit_not_at_work"),
        ("on_site", None),
        ("in_progress", None),
        ("paused", None),
        ("completed", "visit_not_at_work"),
        ("canceled", "visit_not_at_work"),
    ],
)
def test_only_whoever_is_there_measures(visit_status, code):
    assert refusal_of(lambda: submitted(visit_status=visit_status)) == code


def test_a_job_that_nobody_measured_is_not_corrected():
    assert refusal_of(lambda: corrected(job=a_job())) == "nothing_to_correct"


# ---------------------------------------------------------------------------------------------- what is written


def test_a_sheet_is_written_as_it_is_hashed():
    job = a_job()

    outcome = submitted(sent(), sent("О-2", sill_mm=300), job=job, comment="Балкон")

    measurement, openings, _ = outcome.sheet
    (rows,) = [one.rows for one in written(outcome, "opening")]
    content = sheet_content(
        job_id=job.job_id, version=1, measured_at=NOON, comment="Балкон", openings=openings
    )
    assert measurement.content_hash == canonical_hash(content)
    assert [one.row for one in written(outcome, "measurement")] == [measurement._asdict()]
    assert [(row["measurement_id"], row["position"], row["label"]) for row in rows] == [
        (measurement.id, 1, "О-1"),
        (measurement.id, 2, "О-2"),
    ]
    assert set(rows[0]) == {"measurement_id", "position", *OPENING_FIELDS}


@pytest.mark.parametrize(
    ("order", "job_status", "news"),
    [
        (an_order(), "in_progress", ["dispatch.order_advanced"]),
        (an_order(is_measured=True, status="measured"), "in_progress", []),
        (an_order(status="canceled"), "closed", []),
        (an_order(), "canceled", []),
    ],
)
def test_an_order_is_measured_by_a_job_that_was_not_called_off(order, job_status, news):
    last = submitted().sheet

    outcome = corrected(job=a_job(order=order, status=job_status, last=last))

    assert [event.kind for event in outcome.news] == [*news, "field.measurement_submitted"]
    assert [one.to for one in written(outcome, "client_order")] == [{"status": "measured"}] * len(news)


def test_a_correction_is_the_next_version_from_the_same_visit():
    last = submitted().sheet

    sheet = corrected(job=a_job(last=last), now=NOON + timedelta(days=1)).sheet

    assert sheet.measurement.version == 2
    assert sheet.measurement.visit_id == last.measurement.visit_id
    assert (sheet.measurement.author_id, sheet.measurement.command_id) == (OLGA, None)
    assert (sheet.measurement.measured_at, sheet.measurement.received_at) == (NOON, NOON + timedelta(days=1))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (None, NOON),
        (NOON - timedelta(hours=2), NOON - timedelta(hours=2)),
        (NOON + timedelta(days=2), NOON + timedelta(days=1)),
    ],
)
def test_nothing_was_measured_later_than_it_is_corrected(said, kept):
    job = a_job(last=submitted().sheet)

    sheet = corrected(job=job, measured_at=said, now=NOON + timedelta(days=1)).sheet

    assert sheet.measurement.measured_at == kept
