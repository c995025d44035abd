"""Office and worker correct the same site. Nothing that one of them wrote disappears unless the other has seen it."""

import random
from datetime import timedelta
from uuid import UUID

import pytest

from app.core.ids import uuid7
from app.db.session import transaction
from app.orders.jobs.models import Job
from tests.cast import NOON
from tests.dispatch.given import TOMORROW, code_of
from tests.field.phone import Phone, said
from tests.stories import accepted_visit, booked_visit, tapped, visit_in_progress

pytestmark = pytest.mark.covers("M29")


async def site_of(cast, visit):
    async with transaction(cast.maker, cast.company_id) as session:
        job = await session.get_one(Job, (cast.company_id, UUID(visit.job_id)))
    return (await cast.olga.get(f"/sites/{job.site_id}")).json()


async def edit(cast, visit, **fields):
    """The office changes the card that it sees."""
    site = await site_of(cast, visit)
    answer = await cast.olga.patch(f"/sites/{site['id']}", fields, if_match=f'"{site["version"]}"')
    assert answer.status_code == 200, answer.text


def correction(base, **changes):
    return tapped(base=base, changes=changes)


async def correct(visit, base, **changes):
    answer = await visit.worker.post(f"/field/visits/{visit.id}/site-access", correction(base, **changes))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def open_conflicts(cast):
    return (await cast.olga.get("/field/conflicts?is_open=true")).json()["items"]


async def resolve(cast, conflict, decision, **body):
    return await cast.olga.post(f"/field/conflicts/{conflict['id']}/resolve", {"decision": decision, **body})


async def a_conflict(cast, visit):
    """Both have changed the floor from 5: the office to 6, the worker to 7."""
    await edit(cast, visit, floor="6")
    [conflict] = (await correct(visit, {"floor": "5"}, floor="7"))["conflicts"]
    return conflict


# Merging


async def test_the_worker_on_site_corrects_how_to_get_in(cast):
    visit = await visit_in_progress(cast)

    answer = await correct(visit, {"intercom": "", "floor": "5"}, intercom="12К", floor="6")

    assert (answer["intercom"], answer["floor"], answer["entrance"]) == ("12К", "6", "2")
    assert answer["conflicts"] == []
    site = await site_of(cast, visit)
    assert (site["intercom"], site["floor"]) == ("12К", "6")


async def test_changes_of_different_fields_are_both_kept(cast):
    visit = await accepted_visit(cast)
    await edit(cast, visit, floor="6")

    answer = await correct(visit, {"intercom": ""}, intercom="12К")

    assert (answer["floor"], answer["intercom"], answer["conflicts"]) == ("6", "12К", [])


async def test_the_same_field_changed_by_both_keeps_both_values_until_somebody_decides(cast):
    visit = await accepted_visit(cast)

    conflict = await a_conflict(cast, visit)

    site = await site_of(cast, visit)
    assert site["floor"] == "6"
    assert (conflict["field"], conflict["base"], conflict["mine"], conflict["theirs"]) == (
        "floor",
        "5",
        "7",
        "6",
    )
    assert (conflict["subject_kind"], conflict["subject_id"]) == ("site", site["id"])
    assert await open_conflicts(cast) == [conflict]
    [item] = [
        one
        for one in (await cast.olga.get("/inbox?is_open=true")).json()["items"]
        if one["kind"] == "field_conflict"
    ]
    assert "Павел Громов" in item["title"]
    assert item["params"]["conflict_ids"] == [conflict["id"]]


async def test_a_correction_that_is_sent_again_makes_no_second_conflict(cast):
    visit = await accepted_visit(cast)
    await edit(cast, visit, floor="6")
    body = correction({"floor": "5", "intercom": ""}, floor="7", intercom="12К")

    answers = [
        (await visit.worker.post(f"/field/visits/{visit.id}/site-access", body)).json() for _ in range(3)
    ]

    assert answers[0] == answers[1] == answers[2]
    assert len(await open_conflicts(cast)) == 1


async def test_an_edit_of_the_office_on_an_old_version_does_not_undo_the_worker(cast):
    visit = await accepted_visit(cast)
    site = await site_of(cast, visit)
    await correct(visit, {"floor": "5"}, floor="7")

    answer = await cast.olga.patch(f"/sites/{site['id']}", {"floor": "6"}, if_match=f'"{site["version"]}"')

    assert answer.status_code == 412
    assert (await site_of(cast, visit))["floor"] == "7"


async def test_whoever_does_not_hold_the_visit_corrects_nothing(cast, other_cast):
    visit = await booked_visit(cast)
    body = correction({"floor": "5"}, floor="7")

    async def by(person):
        answer = await person.post(
            f"/field/visits/{visit.id}/site-access", body | {"command_id": str(uuid7())}
        )
        return code_of(answer)

    assert await by(cast.pavel) == (409, "visit_not_held")
    assert await by(cast.nikolai) == (404, "visit_not_found")
    assert await by(other_cast.pavel) == (404, "visit_not_found")
    assert (await by(cast.olga))[0] == 403


@pytest.mark.parametrize(
    ("base", "changes"),
    [
        ({}, {}),
        ({"floor": "5"}, {}),
        ({}, {"floor": "7"}),
        ({"intercom": ""}, {"floor": "7"}),
        ({"floor": "5"}, {"floor": None}),
        ({"floor": "5"}, {"floor": "x" * 51}),
        ({"address": "a"}, {"address": "b"}),
        ({"floor": 5}, {"floor": "7"}),
    ],
)
async def test_a_correction_that_makes_no_sense_is_refused(cast, base, changes):
    visit = await accepted_visit(cast)

    answer = await visit.worker.post(
        f"/field/visits/{visit.id}/site-access", tapped(base=base, changes=changes)
    )

    assert answer.status_code == 400
    assert (await site_of(cast, visit))["floor"] == "5"


# Deciding


@pytest.mark.parametrize(
    ("decision", "value", "floor"), [("mine", None, "7"), ("theirs", None, "6"), ("other", "8", "8")]
)
async def test_a_dispatcher_decides_which_value_holds(cast, decision, value, floor):
    visit = await accepted_visit(cast)
    conflict = await a_conflict(cast, visit)

    answer = await resolve(cast, conflict, decision, value=value, comment="Позвонила клиенту")

    assert answer.status_code == 200, answer.text
    settled = answer.json()
    assert (settled["resolution"], settled["chosen"], settled["comment"]) == (
        decision,
        floor,
        "Позвонила клиенту",
    )
    assert (settled["mine"], settled["theirs"]) == ("7", "6")
    assert settled["resolved_by"] == str(cast.olga.id)
    assert (await site_of(cast, visit))["floor"] == floor
    assert await open_conflicts(cast) == []
    assert (await cast.olga.get("/inbox?is_open=true")).json()["items"] == []


async def test_deciding_twice_is_as_good_as_once_and_another_decision_is_refused(cast):
    visit = await accepted_visit(cast)
    conflict = await a_conflict(cast, visit)
    first = await resolve(cast, conflict, "other", value="8")

    assert (await resolve(cast, conflict, "other", value="8")).json() == first.json()
    for decision, value in (("mine", None), ("theirs", None), ("other", "9")):
        answer = await resolve(cast, conflict, decision, value=value)
        assert code_of(answer) == (409, "conflict_settled")
    assert (await site_of(cast, visit))["floor"] == "8"


async def test_a_value_that_came_after_the_conflict_is_not_overwritten_unseen(cast):
    visit = await accepted_visit(cast)
    conflict = await a_conflict(cast, visit)
    await edit(cast, visit, floor="9")

    refused = await resolve(cast, conflict, "mine")
    decided = await resolve(cast, conflict, "mine", current="9")

    assert code_of(refused) == (409, "conflict_moved_on")
    assert refused.json()["params"]["current"] == "9"
    assert decided.status_code == 200
    assert (await site_of(cast, visit))["floor"] == "7"


async def test_a_value_that_the_field_cannot_have_is_refused(cast):
    visit = await accepted_visit(cast)
    conflict = await a_conflict(cast, visit)

    for value in (None, 8, "x" * 51, ["8"]):
        answer = await resolve(cast, conflict, "other", value=value)
        assert code_of(answer) == (422, "chosen_invalid")
    assert len(await open_conflicts(cast)) == 1


async def test_the_item_of_the_dispatcher_stays_until_the_last_field_is_decided(cast):
    visit = await accepted_visit(cast)
    await edit(cast, visit, floor="6", intercom="1")
    answer = await correct(visit, {"floor": "5", "intercom": ""}, floor="7", intercom="2")

    async def items():
        return len((await cast.olga.get("/inbox?is_open=true")).json()["items"])

    for conflict in answer["conflicts"]:
        assert await items() == 1
        await resolve(cast, conflict, "theirs")
    assert await items() == 0


async def test_only_dispatchers_of_the_company_decide(cast, other_cast):
    visit = await accepted_visit(cast)
    conflict = await a_conflict(cast, visit)
    path, body = f"/field/conflicts/{conflict['id']}/resolve", {"decision": "mine"}

    assert (await other_cast.olga.post(path, body)).status_code == 404
    assert (await other_cast.olga.get("/field/conflicts")).json()["items"] == []
    assert (await cast.galina.post(path, body)).status_code == 403
    assert (await cast.pavel.get("/field/conflicts")).status_code == 403
    assert len(await open_conflicts(cast)) == 1


async def test_the_worker_sees_what_is_not_decided_and_then_what_was(cast):
    visit = await accepted_visit(cast)
    phone, crew = Phone(cast.pavel), Phone(cast.nikolai)
    conflict = await a_conflict(cast, visit)

    await phone.pull()
    await crew.pull()
    assert list(phone.items["conflicts"].values()) == [conflict]
    assert crew.items["conflicts"] == {}

    await resolve(cast, conflict, "mine")
    assert said(await phone.pull()) == {"visits": [visit.id], "conflicts": [conflict["id"]]}
    assert phone.items["conflicts"][conflict["id"]]["resolution"] == "mine"
    assert phone.items["visits"][visit.id]["site"]["floor"] == "7"


# Nothing disappears


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_they_do_no_value_disappears_unseen(cast, clock, seed):
    """The phone is without network most of the time: its commands come late, and it shows what it last pulled."""
    dice = random.Random(seed)
    visit = await accepted_visit(cast, starts_at=TOMORROW)
    site = await site_of(cast, visit)
    fields = ("floor", "intercom", "entrance")
    server = {field: site[field] for field in fields}
    shown, queue, unseen = dict(server), [], []

    for step in range(25):
        field, value = dice.choice(fields), f"{step}"
        match dice.choice(["office", "worker", "worker", "network"]):
            case "office":
                await edit(cast, visit, **{field: value})
                server[field] = value
            case "worker":
                queue.append(correction({field: shown[field]}, **{field: value}))
                shown[field] = value
            case "network":
                for command in queue:
                    answer = await visit.worker.post(f"/field/visits/{visit.id}/site-access", command)
                    assert answer.status_code == 200, answer.text
                    [(name, mine)] = command["changes"].items()
                    if server[name] == command["base"][name]:
                        server[name] = mine
                    else:
                        unseen.append((name, command["base"][name], mine, server[name]))
                queue, shown = [], dict(server)
        clock.advance(seconds=1)

    site = await site_of(cast, visit)
    assert {field: site[field] for field in fields} == server
    found = (await cast.olga.get("/field/conflicts?limit=100")).json()["items"]
    kept = [(one["field"], one["base"], one["mine"], one["theirs"]) for one in reversed(found)]
    assert kept == unseen
    assert clock.now() - NOON < timedelta(hours=1)
