"""A command that comes late overwrites nothing that the office has changed meanwhile: a person decides."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from app.field.materials.policies import take_corrections
from app.field.materials.values import SentCorrection, Use
from tests.cast import NOON
from tests.dispatch.given import TOMORROW, code_of
from tests.field.test_materials import a_material, compared, of_job, reported, used
from tests.field.test_site_access import open_conflicts, resolve
from tests.stories import an_opening, measured_visit, tapped, visit_in_progress

pytestmark = pytest.mark.covers("M29")

LATE = timedelta(minutes=30)


# Every place where the office and a late phone change the same thing. What each does is told below.


async def late_access(cast, clock):
    visit = await visit_in_progress(cast)
    tapped_at = clock.now()
    clock.advance(minutes=30)
    site_id = (await cast.olga.get(f"/jobs/{visit.job_id}")).json()["job"]["site_id"]
    site = (await cast.olga.get(f"/sites/{site_id}")).json()
    await cast.olga.patch(f"/sites/{site_id}", {"floor": "6"}, if_match=f'"{site["version"]}"')
    body = tapped(tapped_at, sent_at=clock.now().isoformat(), base={"floor": "5"}, changes={"floor": "7"})

    async def standing():
        return (await cast.olga.get(f"/sites/{site_id}")).json()["floor"]

    return visit, "site-access", body, standing, "6"


async def late_material(cast, clock):
    visit = await visit_in_progress(cast, kind="installation")
    line = await a_line(cast, visit, 12)
    tapped_at = clock.now()
    clock.advance(minutes=30)
    await office_says(cast, visit, line, 10)
    body = tapped(
        tapped_at,
        sent_at=clock.now().isoformat(),
        corrections=[{"use_id": line, "quantity": 9, "reason": "Пересчитал"}],
    )

    async def standing():
        return compared(await of_job(cast.olga, visit.job_id))["foam"][1]

    return visit, "materials", body, standing, 10


async def late_presence(cast, clock):
    visit = await visit_in_progress(cast, kind="installation", starts_at=TOMORROW)
    tapped_at = clock.now()
    clock.advance(minutes=30)
    came_at = (tapped_at - timedelta(minutes=1)).isoformat()
    said = {"intervals": [{"came_at": came_at, "left_at": None}], "reason": "По камере на входе"}
    answer = await cast.olga.post(f"/visits/{visit.id}/presence", said | {"worker_id": str(cast.timur.id)})
    assert answer.status_code == 201, answer.text
    body = tapped(
        tapped_at,
        sent_at=clock.now().isoformat(),
        people=[{"worker_id": str(cast.timur.id), "said": "absent"}],
    )

    async def standing():
        shown = (await cast.olga.get(f"/visits/{visit.id}/presence")).json()["items"]
        return [len(one["intervals"]) for one in shown if one["worker_id"] == str(cast.timur.id)]

    return visit, "presence", body, standing, [1]


async def late_measurement(cast, clock):
    visit, _ = await measured_visit(cast)
    tapped_at = clock.now()
    clock.advance(minutes=30)
    sheet = {"openings": [an_opening(product="Глухая створка")]}
    answer = await cast.olga.post(f"/jobs/{visit.job_id}/measurements", sheet)
    assert answer.status_code == 201, answer.text
    body = tapped(tapped_at, sent_at=clock.now().isoformat(), openings=[an_opening(product="Две створки")])

    async def standing():
        versions = (await cast.olga.get(f"/jobs/{visit.job_id}/measurements")).json()
        return versions[0]["measurement"]["openings"][0]["product"]

    return visit, "measurements", body, standing, "Глухая створка"


LATE_COMMANDS = [late_access, late_material, late_presence, late_measurement]


@pytest.mark.parametrize("given", LATE_COMMANDS)
async def test_a_late_command_leaves_what_the_office_has_changed_and_becomes_a_conflict(cast, clock, given):
    visit, command, body, standing, of_office = await given(cast, clock)

    await visit.worker.post(f"/field/visits/{visit.id}/{command}", body)

    assert await standing() == of_office
    [conflict] = await open_conflicts(cast)
    assert conflict["mine"] is not None
    assert conflict["theirs"] is not None


async def a_line(cast, visit, quantity):
    foam = await a_material(cast)
    return (await reported(visit, used(foam, quantity)))["uses"][0]["id"]


async def office_says(cast, visit, line, quantity):
    body = {"corrections": [{"use_id": line, "quantity": quantity, "reason": "По накладной"}]}
    answer = await cast.olga.post(f"/jobs/{visit.job_id}/materials/corrections", body)
    assert answer.status_code == 201, answer.text


async def worker_says(visit, line, quantity, **fields):
    correction = {"use_id": line, "quantity": quantity, "reason": "Пересчитал", **fields}
    return await reported(visit, corrections=[correction])


async def test_a_worker_who_was_shown_the_correction_of_the_office_corrects_it(cast):
    visit = await visit_in_progress(cast, kind="installation")
    line = await a_line(cast, visit, 12)
    await office_says(cast, visit, line, 10)

    taken = await worker_says(visit, line, 9, base=10)

    assert (compared(taken)["foam"][1], taken["conflicts"]) == (9, [])


async def test_both_quantities_stand_in_the_conflict_and_other_lines_are_taken(cast):
    visit = await visit_in_progress(cast, kind="installation")
    foam, tape = await a_material(cast), await a_material(cast, "tape", "m")
    first, second = [one["id"] for one in (await reported(visit, used(foam, 12), used(tape, 4)))["uses"]]
    await office_says(cast, visit, first, 10)
    both = [{"use_id": one, "quantity": 9.5, "reason": "Пересчитал"} for one in (first, second)]

    taken = await reported(visit, corrections=both)

    assert {code: said[1] for code, said in compared(taken).items()} == {"foam": 10, "tape": 9.5}
    [conflict] = taken["conflicts"]
    said = [conflict[name] for name in ("subject_kind", "subject_id", "field", "base", "mine", "theirs")]
    assert said == ["material_use", first, "quantity", 12, 9.5, 10]


@pytest.mark.parametrize(
    ("decision", "value", "quantity"), [("mine", None, 9), ("theirs", None, 10), ("other", 11, 11)]
)
async def test_a_dispatcher_decides_how_much_was_used(cast, decision, value, quantity):
    visit = await visit_in_progress(cast, kind="installation")
    line = await a_line(cast, visit, 12)
    await office_says(cast, visit, line, 10)
    [conflict] = (await worker_says(visit, line, 9))["conflicts"]

    answer = await resolve(cast, conflict, decision, value=value, comment="Спросила Рината")

    assert answer.status_code == 200, answer.text
    assert compared(await of_job(cast.olga, visit.job_id))["foam"][1] == quantity
    assert await open_conflicts(cast) == []


async def test_a_quantity_that_the_line_cannot_have_is_not_chosen(cast):
    visit = await visit_in_progress(cast, kind="installation")
    line = await a_line(cast, visit, 12)
    await office_says(cast, visit, line, 10)
    [conflict] = (await worker_says(visit, line, 9))["conflicts"]

    for value in (-1, "9", None, 1.00001):
        answer = await resolve(cast, conflict, "other", value=value)
        assert code_of(answer) == (422, "chosen_invalid"), value
    await visit.done("complete")
    await cast.olga.post(f"/jobs/{visit.job_id}/close")
    assert code_of(await resolve(cast, conflict, "mine")) == (409, "job_over")


LINE, RINAT, TIMUR, OLGA = uuid4(), uuid4(), uuid4(), uuid4()
VISIT = uuid4()


def row(quantity, author, *, is_first=False):
    visit = None if author == OLGA else VISIT
    corrects = None if is_first else LINE
    return Use(
        LINE if is_first else uuid4(),
        uuid4(),
        visit,
        uuid4(),
        Decimal(quantity),
        corrects,
        "",
        author,
        NOON,
        NOON,
    )


@pytest.mark.parametrize(
    ("rows", "shown", "wanted", "outcome"),
    [
        pytest.param([], None, 9, "written", id="nobody corrected"),
        pytest.param([(-2, RINAT)], None, 9, "written", id="his own correction"),
        pytest.param([(-2, TIMUR)], None, 9, "written", id="a crew mate's correction"),
        pytest.param([(-2, OLGA)], None, 9, "clash", id="the office's, unseen"),
        pytest.param([(-2, OLGA)], None, 10, "nothing", id="the same as the office"),
        pytest.param([(-2, OLGA)], None, 12, "clash", id="he confirms what the office corrected"),
        pytest.param([(-2, OLGA)], 10, 9, "written", id="the office's, seen"),
        pytest.param([(-2, OLGA)], 12, 9, "clash", id="he was shown the older one"),
        pytest.param([(-2, OLGA), (-1, RINAT)], None, 8, "written", id="he spoke after the office"),
        pytest.param([(-1, RINAT), (-1, OLGA)], None, 8, "clash", id="the office spoke after him"),
        pytest.param([(-2, OLGA), (2, OLGA)], None, 9, "written", id="the office took it back"),
        pytest.param([(-2, TIMUR)], 12, 9, "clash", id="a crew mate's, and he was shown the older one"),
    ],
)
def test_a_correction_is_written_only_over_what_its_worker_has_seen(rows, shown, wanted, outcome):
    uses = [row(12, RINAT, is_first=True), *(row(*one) for one in rows)]
    sent = SentCorrection(LINE, Decimal(wanted), "Пересчитал", None if shown is None else Decimal(shown))

    taken = take_corrections([sent], uses, by=RINAT)

    found = "written" if taken.written else "clash" if taken.clashes else "nothing"
    assert found == outcome


async def test_who_says_at_once_what_happened_later_corrects_the_office(cast, clock):
    """A presence that the worker taps after the correction of the office is news."""
    visit = await visit_in_progress(cast, kind="installation")
    clock.advance(minutes=30)
    came_at = (clock.now() - timedelta(minutes=20)).isoformat()
    said = {"intervals": [{"came_at": came_at, "left_at": None}], "reason": "По камере на входе"}
    await cast.olga.post(f"/visits/{visit.id}/presence", said | {"worker_id": str(cast.timur.id)})
    clock.advance(minutes=30)

    people = [{"worker_id": str(cast.timur.id), "said": "left"}]
    answer = await visit.worker.post(f"/field/visits/{visit.id}/presence", tapped(clock.now(), people=people))

    assert answer.status_code == 200, answer.text
