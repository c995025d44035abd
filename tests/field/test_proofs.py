"""Proof rules by job type and stage: one engine, on the screen, when a command comes, and exported to phones."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.places import Place, distance_m
from app.orders.proofs.policies import Facts, judge_proofs, states_at
from tests.dispatch.given import code_of
from tests.field.forms_given import a_published_form, answered, ask_for, rule
from tests.field.test_attachments import stored_photo
from tests.stories import accepted_visit, visit_in_progress, visit_on_site
from tests.tracking.conftest import consent

pytestmark = pytest.mark.covers("M30")

HERE = {"lat": 55.75, "lon": 37.61}
"""The site."""
FAR = {"lat": 55.76, "lon": 37.61}
"""1.1 km away."""


async def events_of(cast, visit):
    return (await cast.olga.get(f"/visits/{visit.id}/history")).json()


async def test_the_screen_lists_the_rules_of_all_stages_with_what_there_is(cast):
    form = await a_published_form(cast)
    await ask_for(
        cast,
        rule("photos", 2),
        rule("place", stage="start", level="warn", within_m=300),
        rule("form", level="off", form_id=form["id"]),
    )
    visit = await visit_in_progress(cast)
    await stored_photo(visit)

    proofs = (await visit.screen())["proofs"]

    assert proofs == [
        rule("photos", 2) | {"form_id": None, "within_m": None, "present": 1, "is_missing": True},
        rule("place", stage="start", level="warn", within_m=300)
        | {"form_id": None, "present": 0, "is_missing": True},
    ]


async def test_work_begins_with_the_proofs_of_the_start_only(cast):
    form = await a_published_form(cast, {"shoes": {"type": "boolean"}})
    await ask_for(cast, rule("photos", stage="start"), rule("form", stage="start", form_id=form["id"]))
    visit = await visit_on_site(cast)

    refused = await visit.tap("start")
    await stored_photo(visit)
    await answered(visit, form, {"shoes": True})

    assert code_of(refused) == (422, "proofs_missing")
    assert refused.json()["params"]["stage"] == "start"
    assert [one["proof"] for one in refused.json()["params"]["missing"]] == ["photos", "form"]
    assert (await visit.done("start"))["status"] == "in_progress"
    assert (await visit.done("complete"))["status"] == "completed"


async def test_each_stage_has_rules_of_its_own(cast):
    await ask_for(cast, rule("photos", stage="partially_complete"), rule("measurement", stage="complete"))
    visit = await visit_in_progress(cast)

    part = await visit.tap("complete", partially=True, comment="Осталась дверь")
    whole = await visit.tap("complete")

    assert [one["proof"] for one in part.json()["params"]["missing"]] == ["photos"]
    assert [one["proof"] for one in whole.json()["params"]["missing"]] == ["measurement"]


async def test_what_only_warns_passes_and_stands_in_the_history_for_the_office(cast):
    await ask_for(
        cast, rule("photos", 2, level="warn"), rule("signature", level="warn"), rule("act", level="off")
    )
    visit = await visit_in_progress(cast)
    await stored_photo(visit)

    done = await visit.tap("complete")

    assert done.status_code == 200, done.text
    event = next(one for one in await events_of(cast, visit) if one["kind"] == "completed")
    assert event["payload"]["warned"] == [
        {"proof": "photos", "at_least": 2, "present": 1},
        {"proof": "signature", "at_least": 1, "present": 0},
    ]


async def test_nothing_is_noted_where_nothing_is_missing(cast):
    await ask_for(cast, rule("photos", level="warn"))
    visit = await visit_in_progress(cast)
    await stored_photo(visit)

    await visit.done("complete")

    event = next(one for one in await events_of(cast, visit) if one["kind"] == "completed")
    assert "warned" not in event["payload"]


@pytest.mark.parametrize(
    ("position", "is_taken"),
    [
        ({"point": HERE, "accuracy_m": 10}, True),
        ({"point": FAR, "accuracy_m": 10}, False),
        ({"point": FAR, "accuracy_m": 900}, True),
        ({"point": HERE}, True),
        ({}, False),
        ({"point": {"lat": 0, "lon": 0}, "accuracy_m": 5}, False),
        ({"point": HERE, "accuracy_m": 5000}, False),
    ],
    ids=["here", "far", "far_but_vague", "no_accuracy", "no_position", "no_fix", "anywhere"],
)
async def test_a_required_place_is_that_of_the_command_and_its_accuracy_counts_for_the_worker(
    cast, position, is_taken
):
    await consent(cast.pavel)
    await ask_for(cast, rule("place", stage="start", within_m=300))
    visit = await visit_on_site(cast)

    started = await visit.tap("start", **position)

    assert (started.status_code == 200) is is_taken
    if not is_taken:
        assert started.json()["title"] == "Не хватает: отметка на объекте."
        assert started.json()["params"]["missing"] == [
            {"proof": "place", "within_m": 300, "at_least": 1, "present": 0}
        ]


async def test_a_command_that_came_before_is_not_judged_again(cast):
    visit = await visit_in_progress(cast)
    await visit.done("complete")
    await ask_for(cast, rule("photos", 5))

    again = await visit.tap("complete")

    assert (again.status_code, again.json()["status"]) == (200, "completed")


async def test_an_offered_visit_shows_what_it_will_need(cast):
    await ask_for(cast, rule("photos"))
    visit = await accepted_visit(cast)

    assert [one["proof"] for one in (await visit.screen())["proofs"]] == ["photos"]


# What a phone does with the rules: written from their description, without our code


def haversine_m(a, b):
    half = math.sin(math.radians(b[0] - a[0]) / 2) ** 2
    half += (
        math.cos(math.radians(a[0]))
        * math.cos(math.radians(b[0]))
        * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    )
    return 2 * 6_371_000 * math.asin(math.sqrt(half))


def phone_judges(rules, stage, device):
    """`device`: counts by proof, ids of complete forms, a position with accuracy or None, the site."""
    verdict = {"required": [], "warn": []}
    for number, one in enumerate(rules):
        if one["stage"] != stage or one["level"] == "off":
            continue
        if one["proof"] == "form":
            count = 1 if one["form_id"] in device["forms"] else 0
        elif one["proof"] == "place":
            position = device["position"]
            count = 0
            if position and haversine_m(position[:2], device["site"]) - position[2] <= one["within_m"]:
                count = 1
        else:
            count = device["counts"].get(one["proof"], 0)
        if count < one.get("at_least", 1):
            verdict[one["level"]].append(number)
    return verdict


COUNTED = ["photos", "photo_act", "signature", "measurement", "act", "tag"]
STAGES = ["start", "complete", "partially_complete"]
FORMS = ["f1", "f2"]
ANY = {"stage": st.sampled_from(STAGES), "level": st.sampled_from(["required", "warn", "off"])}
RULE = st.one_of(
    st.fixed_dictionaries(
        {"proof": st.sampled_from(COUNTED), **ANY}, optional={"at_least": st.integers(1, 5)}
    ),
    st.fixed_dictionaries({"proof": st.just("form"), "form_id": st.sampled_from(FORMS), **ANY}),
    st.fixed_dictionaries({"proof": st.just("place"), "within_m": st.integers(10, 5000), **ANY}),
)
COORDINATE = st.floats(-0.05, 0.05)
DEVICE = st.fixed_dictionaries(
    {
        "counts": st.dictionaries(st.sampled_from(COUNTED), st.integers(0, 6)),
        "forms": st.sets(st.sampled_from(FORMS)),
        "position": st.one_of(
            st.none(),
            st.tuples(
                COORDINATE.map(lambda d: 55.75 + d), COORDINATE.map(lambda d: 37.61 + d), st.floats(0, 1000)
            ),
        ),
        "site": st.just((55.75, 37.61)),
    }
)


@given(rules=st.lists(RULE, max_size=10), stage=st.sampled_from(STAGES), device=DEVICE)
def test_a_phone_that_evaluates_the_exported_rules_agrees_with_the_server(rules, stage, device):
    position = device["position"]
    facts = Facts(device["counts"], device["forms"])
    if position is not None:
        here, site = (Place(lat=lat, lon=lon) for lat, lon in (position[:2], device["site"]))
        facts = facts._replace(distance_m=distance_m(here, site), accuracy_m=position[2])

    verdict = judge_proofs(states_at(stage, rules, facts))

    on_phone = phone_judges(rules, stage, device)
    assert [one.proof for one in verdict.missing] == [
        rules[number]["proof"] for number in on_phone["required"]
    ]
    assert [one.proof for one in verdict.warnings] == [rules[number]["proof"] for number in on_phone["warn"]]
