"""Openings measured by their outline, with sketches and photos of the tape, through the API."""

from datetime import datetime

import pytest

from app.core.canonical import canonical_hash
from app.orders.measurements.sheets import OPENING_FIELDS, sheet_content
from tests.field.test_attachments import declare_photo, stored_photo
from tests.field.test_measurements import problems_of
from tests.pictures import a_photo
from tests.stories import accepted_visit, an_opening, measured_visit, visit_in_progress

pytestmark = pytest.mark.covers("M4")

READINGS = [
    *("width_top_mm", "width_middle_mm", "width_bottom_mm"),
    *("height_left_mm", "height_middle_mm", "height_right_mm"),
    *("diagonal_1_mm", "diagonal_2_mm"),
]
GABLE = [(0, 0), (1400, 0), (1400, 1000), (700, 1700), (0, 1000)]


def outlined(shape, label="О-1", **fields):
    """An opening without readings."""
    opening = an_opening(label, shape=shape, **fields)
    return {name: value for name, value in opening.items() if name not in READINGS or name in fields}


def gable(*points, **fields):
    corners = [{"x_mm": x, "y_mm": y} for x, y in points or GABLE]
    return outlined("polygon", corners=corners, **fields)


def readings_of(opening):
    return [opening[name] for name in READINGS]


def named(attachment, **fields):
    return {"attachment_id": attachment["id"], "sha256": attachment["sha256"], **fields}


async def test_a_gable_window_is_sent_by_its_corners_and_has_its_readings(cast):
    _, sheet = await measured_visit(cast, gable())

    (opening,) = sheet["openings"]
    assert readings_of(opening) == [0, 1400, 1400, 1000, 1700, 1000, 0, 0]
    assert opening["corners"] == [{"x_mm": x, "y_mm": y} for x, y in GABLE]
    assert opening["figure"]["area_mm2"] == 1_890_000
    assert opening["checks"] == []
    assert (opening["fan"], opening["triangle"], opening["arch"]) == (None, None, None)


@pytest.mark.parametrize(
    "opening",
    [
        outlined("polygon", fan={"sides_mm": [1400, 1000, 1400, 1000], "diagonals_mm": [1720]}),
        outlined("triangle", triangle={"base_mm": 1200, "left_mm": 900, "right_mm": 1500}),
        outlined("arch", arch={"width_mm": 1200, "left_mm": 900, "right_mm": 900, "height_mm": 1500}),
    ],
    ids=["fan", "triangle", "arch"],
)
async def test_other_outlines_come_back_as_they_were_sent(cast, opening):
    _, sheet = await measured_visit(cast, opening)

    (shown,) = sheet["openings"]
    (kind,) = {"fan", "triangle", "arch"} & set(opening)
    assert shown[kind].items() >= opening[kind].items()
    assert shown["figure"]["area_mm2"] > 0
    assert shown["width_middle_mm"] > 0


async def test_the_hash_knows_the_outline(cast):
    _, sheet = await measured_visit(cast, gable())

    (opening,) = sheet["openings"]
    fields = {name: opening[name] for name in OPENING_FIELDS if name not in ("outline", "photos")}
    content = fields | {"outline": {"corners": [list(point) for point in GABLE]}}
    again = sheet_content(
        job_id=sheet["job_id"],
        version=1,
        measured_at=datetime.fromisoformat(sheet["measured_at"]),
        comment="",
        openings=[],
    )
    assert canonical_hash(again | {"openings": [content]}).hex() == sheet["content_hash"]


async def test_what_is_measured_beside_the_outline_must_fit_it(cast):
    visit = await visit_in_progress(cast)
    off = gable(height_middle_mm=1800)

    refused = await visit.tap("measurements", openings=[off])
    reasons = {"outline_difference": "Конёк кривой"}
    taken = await visit.done("measurements", openings=[off | {"reasons": reasons}])

    assert problems_of(refused) == [("openings[0].reasons.outline_difference", "outline_difference")]
    assert taken["openings"][0]["height_middle_mm"] == 1800
    [check] = taken["openings"][0]["checks"]
    told = {name: check[name] for name in ("size", "was_mm", "now_mm", "found_mm")}
    assert told == {"size": "height_middle_mm", "was_mm": 1700, "now_mm": 1800, "found_mm": 100}


async def test_an_impossible_outline_is_refused_with_everything_else(cast):
    visit = await visit_in_progress(cast)
    crossed = gable((0, 0), (1400, 1000), (1400, 0), (0, 1000))
    no_triangle = outlined("triangle", "О-2", triangle={"base_mm": 900, "left_mm": 300, "right_mm": 1300})

    answer = await visit.tap(
        "measurements", openings=[crossed, no_triangle, an_opening("О-3", width_middle_mm=0)]
    )

    assert answer.status_code == 422
    assert problems_of(answer) == [
        ("openings[0].corners", "outline_crosses"),
        ("openings[1].triangle.right_mm", "outline_open"),
        ("openings[2].width_middle_mm", "size_limits"),
    ]


@pytest.mark.parametrize(
    ("opening", "path"),
    [
        (outlined("rectangle"), "openings[0].width_top_mm"),
        (gable() | {"shape": "arch"}, "openings[0].corners"),
        (
            gable() | {"triangle": {"base_mm": 1, "left_mm": 1, "right_mm": 1}},
            "openings[0].triangle",
        ),
        (gable((0, 0), (1, 1)), "openings[0].corners"),
        (
            outlined("polygon", fan={"sides_mm": [1, 1, 1, 1, 1], "diagonals_mm": [1]}),
            "openings[0].fan.diagonals_mm",
        ),
        (gable((0, 0), (1400, -5), (1400, 900)), "openings[0].corners[1].y_mm"),
    ],
    ids=["no readings", "another shape", "two outlines", "two corners", "a diagonal short", "below zero"],
)
async def test_a_malformed_outline_is_refused_by_its_path(cast, opening, path):
    visit = await visit_in_progress(cast)

    answer = await visit.tap("measurements", openings=[opening])

    assert answer.status_code == 400
    assert [error["path"] for error in answer.json()["errors"]] == [path]


async def test_the_next_version_says_which_corner_has_moved(cast):
    visit, _ = await measured_visit(cast, gable())
    moved = gable(*GABLE[:3], (700, 1720), GABLE[4])

    await visit.done("measurements", openings=[moved])

    newest, _ = (await cast.olga.get(f"/jobs/{visit.job_id}/measurements")).json()
    changes = {one["field"]: (one["was"], one["now"]) for one in newest["changes"]}
    assert changes["height_middle_mm"] == (1700, 1720)
    assert changes["outline"][1] == {"corners": [[0, 0], [1400, 0], [1400, 1000], [700, 1720], [0, 1000]]}


async def test_a_sketch_and_photos_of_the_tape_belong_to_their_opening(cast):
    visit = await visit_in_progress(cast)
    tape = await stored_photo(visit, purpose="measurement")
    sketch = await declare_photo(visit, a_photo(), purpose="sketch")
    photos = [named(tape), named(sketch, purpose="sketch")]

    sheet = await visit.done("measurements", openings=[an_opening(photos=photos), an_opening("О-2")])

    shown = sheet["openings"][0]["photos"]
    assert [(one["attachment_id"], one["sha256"], one["purpose"]) for one in shown] == [
        (tape["id"], tape["sha256"], "measurement"),
        (sketch["id"], sketch["sha256"], "sketch"),
    ]
    assert sheet["openings"][1]["photos"] == []
    content = await cast.olga.get(shown[0]["content_url"].removeprefix("/api/v1"))
    assert content.status_code == 200


async def test_no_photo_of_another_job_or_with_another_hash_gets_onto_a_sheet(cast):
    visit = await visit_in_progress(cast)
    tape = await stored_photo(visit, purpose="measurement")
    other = await accepted_visit(cast, worker=cast.nikolai)
    foreign = await stored_photo(other, purpose="measurement")
    proof = await stored_photo(visit)
    photos = [
        named(foreign),
        named(tape) | {"sha256": "0" * 64},
        named(proof),
        named(tape, purpose="sketch"),
        named(tape) | {"sha256": tape["sha256"].upper()},
    ]

    answer = await visit.tap("measurements", openings=[an_opening("О-0"), an_opening(photos=photos)])

    assert answer.status_code == 422
    assert problems_of(answer) == [
        ("openings[1].photos[0].attachment_id", "opening_photo_unknown"),
        ("openings[1].photos[1].attachment_id", "opening_photo_differs"),
        ("openings[1].photos[2].attachment_id", "opening_photo_purpose"),
        ("openings[1].photos[3].attachment_id", "opening_photo_purpose"),
    ]


async def test_the_office_corrects_an_outline_and_keeps_its_photos(cast):
    visit = await visit_in_progress(cast)
    tape = await stored_photo(visit, purpose="measurement")
    await visit.done("measurements", openings=[gable(photos=[named(tape)])])
    corrected = gable(*GABLE[:3], (710, 1700), GABLE[4], photos=[named(tape)])

    answer = await cast.olga.post(
        f"/jobs/{visit.job_id}/measurements", {"openings": [corrected], "comment": "Конёк не посередине"}
    )

    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    assert answer.json()["openings"][0]["photos"][0]["attachment_id"] == tape["id"]
