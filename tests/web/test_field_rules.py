"""Rules that the installer's app judges by itself: they say what the server says, and the queue loses nothing."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from subprocess import PIPE, Popen
from typing import Any

import pytest

from app.orders.forms.judging import find_problems_of_whole
from app.orders.forms.policies import compile_schema
from app.orders.measurements.outlines import Impossible, figure_of, find_differences
from app.orders.measurements.plausibility import SIZE_FIELDS, Shape, find_objections, flat_sizes, sizes_in
from app.orders.measurements.wording import text_of
from deploy.local.places import CHECKOUT

WEB = CHECKOUT / "web"
SEED = 20261201
OPENINGS = 400
ANSWERED_FORMS = 300


Calls = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def call_web() -> Iterator[Calls]:
    """What functions of the app answer: `call_web(("field/queue/policies.ts", "pauseMs", [3]))`."""
    script = CHECKOUT / "tests" / "web" / "call.mjs"
    with Popen(["node", script, WEB], stdin=PIPE, stdout=PIPE, text=True) as node:
        asked, answered = node.stdin, node.stdout
        assert asked is not None
        assert answered is not None

        def call(*calls: tuple[str, str, Sequence[Any]]) -> list[Any]:
            print(json.dumps(calls), file=asked, flush=True)
            return list(json.loads(answered.readline()))

        yield call
        asked.close()


# --- measurement: app/orders/measurements


def test_the_app_doubts_the_same_openings_as_the_server_for_the_same_reasons(call_web):
    chance = random.Random(SEED)
    drafts = [_some_opening(chance) for _ in range(OPENINGS)]
    previous = [_readings(chance, 10) if chance.random() < 0.3 else None for _ in drafts]
    calls = [("lib/measure/drafts.ts", "judge", pair) for pair in zip(drafts, previous, strict=True)]

    judged = call_web(*calls)

    for draft, before, found in zip(drafts, previous, judged, strict=True):
        said = [(one["rule"], one["weight"], one["text"], one["found_mm"]) for one in found["objections"]]
        assert said == _by_the_server(draft, before), draft
    weights = {one["weight"] for found in judged for one in found["objections"]}
    assert weights == {"warn", "needs_reason", "refused"}, "the openings are of all kinds"


def _readings(chance: random.Random, off: int) -> dict[str, int]:
    """A rectangle whose readings are off by a little, now and then by much."""
    width, height = chance.choice([120, 250, 700, 1400, 2600, 7000]), chance.choice([150, 900, 1400, 2200])
    diagonal = round((width**2 + height**2) ** 0.5)
    sizes = [width] * 3 + [height] * 3 + [diagonal] * 2
    return {
        name: size + chance.randint(-off, off) + (100 if chance.random() < 0.03 else 0)
        for name, size in zip(SIZE_FIELDS, sizes, strict=True)
    }


def _some_opening(chance: random.Random) -> dict[str, Any]:
    way = chance.choice(["rectangle", "trapezium", "triangle", "arch", "corners", "fan"])
    width, height = chance.randint(300, 3000), chance.randint(300, 3000)
    left, right = chance.randint(0, height), chance.randint(0, height)
    return {
        "way": way,
        "readings": _readings(chance, chance.choice([3, 12, 40])),
        "triangle": {
            "base_mm": width,
            "left_mm": chance.randint(200, 2500),
            "right_mm": chance.randint(200, 2500),
            "height_mm": chance.choice([None, height]),
        },
        "arch": {
            "width_mm": width,
            "left_mm": left,
            "right_mm": right,
            "height_mm": height + chance.choice([-200, 0, 300]),
            "radius_mm": chance.choice([None, width]),
        },
        "corners": [
            {"x_mm": x, "y_mm": y}
            for x, y in _some_corners(chance, width, height, chance.choice(["house", "any", "twice"]))
        ],
        "fan": {
            "sides_mm": [width, height, chance.randint(300, 3000), chance.randint(300, 3000)],
            "diagonals_mm": [chance.randint(300, 4000)],
        },
    }


def _some_corners(chance: random.Random, width: int, height: int, how: str) -> list[tuple[int, int]]:
    if how == "house":
        return [(0, 0), (width, 0), (width, height), (width // 2, height + 400), (0, height + 7)]
    corners = [(chance.randint(0, width), chance.randint(0, height)) for _ in range(chance.randint(3, 6))]
    return [*corners, corners[-1]] if how == "twice" else corners


SHAPES = {"corners": Shape.POLYGON, "fan": Shape.POLYGON}


def _by_the_server(draft: dict[str, Any], previous: dict[str, int] | None) -> list[tuple[str, str, str, int]]:
    way = draft["way"]
    shape = SHAPES.get(way) or Shape(way)
    before = sizes_in(previous) if previous else None
    if way in ("rectangle", "trapezium"):
        found = find_objections(sizes_in(draft["readings"]), before, shape)
    else:
        outline = draft[way]
        if way == "corners":
            outline = [[one["x_mm"], one["y_mm"]] for one in outline]
        try:
            figure = figure_of({way: outline})
        except Impossible as error:
            found = [error.objection]
        else:
            computed = sizes_in(dict(zip(SIZE_FIELDS, flat_sizes(figure.sizes), strict=True)))
            found = [
                *figure.objections,
                *find_differences(computed, figure.sizes),
                *find_objections(computed, before, shape, has_outline=True),
            ]
    return [(str(one.rule), str(one.weight), text_of(one, shape), one.found_mm) for one in found]


# --- questions: app/orders/forms

QUESTIONS: dict[str, Any] = {
    "level": {"type": "boolean"},
    "why": {"type": "string", "maxLength": 20, "x-shown-if": {"field": "level", "any_of": [False]}},
    "works": {"type": "array", "items": {"type": "string", "enum": ["sill", "net", "foam"]}, "maxItems": 2},
    "season": {
        "type": "string",
        "enum": ["winter", "summer"],
        "x-shown-if": {"field": "works", "any_of": ["foam"]},
    },
    "gap_mm": {
        "type": "number",
        "minimum": 0,
        "maximum": 60,
        "x-shown-if": {"field": "season", "any_of": ["winter"]},
    },
    "pieces": {"type": "integer", "minimum": 1},
    "serial": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"},
}
REQUIRED = ["level", "why", "season", "gap_mm"]
POSSIBLE: dict[str, list[Any]] = {
    "level": [True, False],
    "why": ["кривой пол", "такая длинная причина, что не войдёт"],
    "works": [[], ["net"], ["foam"], ["net", "foam"], ["sill", "net", "foam"]],
    "season": ["winter", "summer"],
    "gap_mm": [0, 12.5, 60, 61],
    "pieces": [1, 0, 2.5],
    "serial": ["AB12", "ab12"],
}


def test_the_app_finds_a_form_complete_when_the_server_does(call_web):
    chance = random.Random(SEED)
    schema = compile_schema({"type": "object", "properties": QUESTIONS, "required": REQUIRED})
    forms = [
        {code: chance.choice(said) for code, said in POSSIBLE.items() if chance.random() < 0.7}
        for _ in range(ANSWERED_FORMS)
    ]
    calls = [("lib/forms/policies.ts", "faultsOf", [schema, list(QUESTIONS), answers]) for answers in forms]

    found = call_web(*calls)

    for answers, faults in zip(forms, found, strict=True):
        seen = {code: said for code, said in answers.items() if _is_shown(code, answers) and said != []}
        problems = find_problems_of_whole(schema, seen)
        named = {one.path.removeprefix("answers.").partition("[")[0] for one in problems}
        assert bool(faults) == bool(named), (answers, faults, problems)
        if "too_many" not in faults.values():  # what the server does not read shows no further question there
            assert set(faults) == named, (answers, faults, problems)
    assert {fault for faults in found for fault in faults.values()} >= {
        "missing",
        "too_large",
        "too_many",
        "no_fit",
    }


def _is_shown(code: str, answers: dict[str, Any]) -> bool:
    """The app sends no answers to questions that it does not show."""
    condition = QUESTIONS[code].get("x-shown-if")
    if condition is None:
        return True
    said = answers.get(condition["field"])
    if said is None or not _is_shown(condition["field"], answers):
        return False
    return any(one in condition["any_of"] for one in (said if isinstance(said, list) else [said]))


# --- the queue

POLICIES = "field/queue/policies.ts"


def _kept(seq: int, state: str = "kept", **fields: Any) -> dict[str, Any]:
    known = {"id": f"c{seq}", "seq": seq, "kind": "start_visit", "subject": "v", "visit": "v", "fields": {}}
    return known | {"occurred_at": "", "place": None, "state": state, "refusal": None, "faults": 0} | fields


def _answer(expected: int, *verdicts: tuple[str, str, int, str | None]) -> dict[str, Any]:
    told = [
        {"command_id": one, "verdict": verdict, "status": status, "problem": code and {"code": code}}
        for one, verdict, status, code in verdicts
    ]
    return {"expected_seq": expected, "verdicts": told, "settled": []}


def test_the_queue_numbers_anew_when_the_server_has_counted_further(call_web):
    """The browser has thrown the database away: the phone begins with 0 again, and the server is at 40."""
    commands = [_kept(0), _kept(1), _kept(2)]
    told = [(f"c{seq}", "rejected", 409, "sequence_rolled_back") for seq in (0, 1)]

    [outcome] = call_web((POLICIES, "afterAnswer", [commands, _answer(40, *told)]))

    assert [(one["id"], one["seq"], one["state"]) for one in outcome["changed"]] == [
        ("c0", 40, "kept"),
        ("c1", 41, "kept"),
        ("c2", 42, "kept"),
    ]
    assert outcome["nextSeq"] == 43


def test_the_queue_says_which_numbers_will_never_come(call_web):
    """Another sign-in made the phone a new device, whose sequence begins with 0."""
    commands = [_kept(7), _kept(9, "waiting"), _kept(5, "applied")]

    [batch, nothing_lost, first_time] = call_web(
        (POLICIES, "batchOf", [commands, 0, "2026-12-01T09:00:00Z"]),
        (POLICIES, "batchOf", [commands, 7, "2026-12-01T09:00:00Z"]),
        (POLICIES, "batchOf", [commands, None, "2026-12-01T09:00:00Z"]),
    )

    assert batch["lost"] == [{"from_seq": 0, "until_seq": 7}]
    assert (nothing_lost["lost"], first_time["lost"]) == ([], [])
    assert [one["command"]["device_seq"] for one in batch["commands"]] == [7]
    assert batch["waiting"] == ["c9"]


def test_a_fault_of_the_server_is_tried_again_and_a_refusal_is_shown(call_web):
    commands = [_kept(0), _kept(1), _kept(2), _kept(3), _kept(4, faults=5)]
    told = [
        ("c0", "rejected", 500, "internal"),
        ("c1", "rejected", 409, "visit_move_refused"),
        ("c2", "conflict", 404, "visit_not_found"),
        ("c3", "waiting", 202, "attachment_missing"),
        ("c4", "rejected", 500, "internal"),
    ]

    [outcome] = call_web((POLICIES, "afterAnswer", [commands, _answer(5, *told)]))

    states = [(one["state"], one["faults"]) for one in outcome["changed"]]
    assert states == [("kept", 1), ("rejected", 0), ("conflict", 0), ("waiting", 0), ("rejected", 5)]
    assert outcome["removed"] == []


def test_what_names_a_file_names_its_new_id_and_is_sent_again_if_it_waits(call_web):
    photos = {"photos": [{"attachment_id": "old-file", "sha256": "aa"}]}
    commands = [_kept(0, state, fields=photos) for state in ("kept", "waiting", "rejected")]

    found = call_web(*[(POLICIES, "withFile", [command, "old-file", "new-file"]) for command in commands])

    assert [one["state"] for one in found] == ["kept", "kept", "rejected"]
    assert {one["fields"]["photos"][0]["attachment_id"] for one in found} == {"new-file"}


def test_a_file_that_will_never_come_is_named_nowhere(call_web):
    answers = {"level": True, "photo": "gone", "photos": ["other", "gone"]}
    opening = {"label": "О-1", "photos": [{"attachment_id": "gone"}, {"attachment_id": "other"}]}

    [left] = call_web((POLICIES, "withoutFile", [{"typed": answers, "openings": [opening]}, "gone"]))

    assert left == {
        "typed": {"level": True, "photos": ["other"]},
        "openings": [{"label": "О-1", "photos": [{"attachment_id": "other"}]}],
    }


DRAFTS = "field/screens/act/drafts.ts"


def test_an_act_begins_with_what_was_agreed_and_names_those_who_are_there(call_web):
    agreed = [{"work_code": "sill", "quantity": 3}]
    fitting = {"kind": "installation", "agreed_works": agreed, "measurement": None}
    price_list = [{"code": "sill", "price_kop": 100}, {"code": "net", "price_kop": 7}]
    typed = {"lines": [{"work_code": "sill", "quantity": 5}, {"work_code": "net", "quantity": 2}]}
    act = {"content": {"crew": [{"worker_id": "rinat"}, {"worker_id": "timur"}]}}
    there = {"presence": [{"worker_id": one, "was_there": True} for one in ("rinat", "timur")]}
    without_timur = {"presence": [*there["presence"][:1], {"worker_id": "timur", "was_there": False}]}
    with_pavel = {"kind": "record_presence", "fields": {"people": [{"worker_id": "pavel", "said": "came"}]}}

    began, measures, earlier, beyond, same, fewer, more = call_web(
        (DRAFTS, "agreedWorks", [fitting]),
        (DRAFTS, "agreedWorks", [fitting | {"kind": "measurement"}]),
        (DRAFTS, "agreedWorks", [{"kind": "installation"}]),
        (DRAFTS, "roughTotal", [typed, price_list, agreed]),
        (DRAFTS, "namesOthers", [act, there, []]),
        (DRAFTS, "namesOthers", [act, without_timur, []]),
        (DRAFTS, "namesOthers", [act, there, [with_pavel]]),
    )

    assert (began, measures, earlier) == (agreed, [], [])
    assert beyond == 2 * 100 + 2 * 7
    assert (same, fewer, more) == (False, True, True)


def test_an_act_is_drawn_up_ahead_until_the_visit_is_over(call_web):
    statuses = [
        "accepted",
        "en_route",
        "on_site",
        "in_progress",
        "paused",
        "completed",
        "not_completed",
        "planned",
    ]
    refusals = [401, 403, 404, 409, 422, 429, 500, 502, 503]

    found = call_web(
        *[(DRAFTS, "timeToDrawUp", [one]) for one in statuses],
        *[(DRAFTS, "isForNow", [one]) for one in refusals],
    )

    assert found[: len(statuses)] == ["later", "now", "now", "now", "now", "over", "over", "over"]
    for_now = [code for code, is_it in zip(refusals, found[len(statuses) :], strict=True) if is_it]
    assert for_now == [401, 429, 500, 502, 503]


def test_an_act_is_outdated_when_something_else_is_agreed_or_its_works_are_taken(call_web):
    lines = [{"code": "sill", "quantity": "1.2", "by_contract": True}, {"code": "net", "quantity": 9}]
    act = {"content": {"contract_number": 1, "lines": [*lines, lines[0]]}}
    without = {"content": {"contract_number": None, "lines": lines[1:]}}

    def visit(number, sills):
        return {"contract_number": number, "agreed_works": [{"work_code": "sill", "quantity": sills}]}

    asked = [
        (act, visit(1, 2.4)),
        (act, visit(2, 2.4)),
        (act, visit(None, 0)),
        (act, visit(1, 2.399)),
        (act, {"agreed_works": []}),
        (without, visit(None, 0)),
        (without, visit(1, 2)),
    ]
    found = call_web(*[(DRAFTS, "isOutdated", list(one)) for one in asked])

    assert found == [False, True, True, True, False, False, True]


def test_the_app_knows_how_many_photos_the_server_still_takes(call_web):
    files = [("a", "photo"), ("b", "photo_act"), ("c", "signature"), ("d", "measurement")]
    attachments = [{"id": name, "purpose": purpose} for name, purpose in files]
    visits = [
        {"id": "v1", "job_id": "j", "attachments": attachments},
        {"id": "v2", "job_id": "j", "attachments": [{"id": "e", "purpose": "photo"}]},
        {"id": "v3", "job_id": "other", "attachments": [{"id": "f", "purpose": "photo"}]},
    ]
    kept = [{"id": name, "job": "j", "visit": "v1", "purpose": "photo"} for name in ("a", "g")]

    def room(purpose, **limits):
        known = {"photos_per_job": 40, "proofs_per_visit": 60, "others_per_job": 200} | limits
        return ("field/camera/room.ts", "roomFor", [purpose, "v1", "j", known, visits, kept])

    found = call_web(
        room("photo"),
        room("photo_act", photos_per_job=3),
        room("photo", proofs_per_visit=6),
        room("measurement"),
    )

    assert found == [36, 0, 2, 199]


def test_nobody_sets_out_for_a_visit_of_later_without_being_asked(call_web):
    at = datetime(2026, 12, 1, 7, tzinfo=UTC)

    found = call_web(
        *[
            ("field/shown/visits.ts", "isTooEarly", [{"window_starts_at": begins}, at.timestamp() * 1000])
            for begins in ("2026-12-01T06:00:00Z", "2026-12-01T09:00:00Z", "2026-12-01T09:01:00Z")
        ]
    )

    assert found == [False, False, True]
