"""The company's checklist, filled in on site. Each time makes a new row, and the newest one counts."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from app.db.session import transaction
from app.field.checklists.models import ChecklistAnswer
from app.field.checklists.policies import find_problems, fits
from app.orders.job_types.models import JobType
from tests.stories import accepted_visit, visit_in_progress

pytestmark = pytest.mark.covers("M7")

FORM = [
    {"code": "level", "title": "По уровню", "kind": "yes_no", "required": True},
    {"code": "gap_mm", "title": "Зазор, мм", "kind": "number", "required": True},
    {"code": "foam", "title": "Пена", "kind": "choice", "required": False, "choices": ["зимняя", "летняя"]},
    {"code": "note", "title": "Примечание", "kind": "text", "required": False},
]
ANSWERS = {"level": True, "gap_mm": 12.5, "foam": "зимняя", "note": "Откос слева сырой"}


@pytest.fixture
async def form(cast):
    """Both job types of the company have it."""
    await give_form(cast, FORM)


async def give_form(cast, form):
    async with transaction(cast.maker, cast.company_id) as session:
        for job_type_id in (cast.measurement_type_id, cast.installation_type_id):
            (await session.get_one(JobType, (cast.company_id, job_type_id))).checklist = form


async def answer(visit, answers, **fields):
    body = {"answers": answers, **fields}
    return await visit.worker.put(f"/field/visits/{visit.id}/checklist", body)


async def shown(person, visit):
    return (await person.get(f"/visits/{visit.id}/checklist")).json()


async def rows(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        return await session.scalar(select(func.count()).select_from(ChecklistAnswer))


async def test_the_form_is_shown_before_it_is_answered(cast, form):
    visit = await accepted_visit(cast)

    checklist = await shown(cast.pavel, visit)

    assert [question["code"] for question in checklist["form"]] == ["level", "gap_mm", "foam", "note"]
    assert checklist["form"][2]["choices"] == ["зимняя", "летняя"]
    assert (checklist["answers"], checklist["answered_at"]) == (None, None)
    assert (await visit.screen())["checklist"] == checklist


async def test_answers_are_kept_with_who_and_when(cast, form):
    visit = await visit_in_progress(cast)

    given = await answer(visit, ANSWERS, occurred_at="2026-03-02T11:30:00+03:00")

    assert given.status_code == 200
    assert given.json()["answers"] == ANSWERS
    assert given.json()["answered_at"] == "2026-03-02T08:30:00Z"
    assert given.json()["author_id"] == str(cast.pavel.id)
    assert await shown(cast.olga, visit) == given.json()


async def test_a_phone_whose_clock_is_ahead_answers_now(cast, form):
    visit = await visit_in_progress(cast)

    given = await answer(visit, ANSWERS, occurred_at="2026-03-03T11:30:00+03:00")

    assert given.json()["answered_at"] == "2026-03-02T09:00:00Z"


async def test_the_newest_answers_count_and_the_older_ones_stay(cast, form):
    visit = await visit_in_progress(cast)

    for gap in (10, 11, 11):
        await answer(visit, ANSWERS | {"gap_mm": gap})

    assert (await shown(cast.olga, visit))["answers"]["gap_mm"] == 11
    assert await rows(cast) == 2


async def test_the_form_as_it_was_asked_stays_with_the_answers(cast, form):
    visit = await visit_in_progress(cast)
    await answer(visit, ANSWERS)

    await give_form(cast, FORM[:1])

    assert [question["code"] for question in (await shown(cast.olga, visit))["form"]] == [
        "level",
        "gap_mm",
        "foam",
        "note",
    ]


async def test_every_problem_is_named(cast, form):
    visit = await visit_in_progress(cast)

    refused = await answer(visit, {"gap_mm": "много", "foam": "осенняя", "note": None, "colour": "белый"})

    assert (refused.status_code, refused.json()["code"]) == (422, "checklist_refused")
    assert [(error["path"], error["code"]) for error in refused.json()["errors"]] == [
        ("answers.level", "answer_missing"),
        ("answers.gap_mm", "answer_does_not_fit"),
        ("answers.foam", "answer_does_not_fit"),
        ("answers.colour", "question_unknown"),
    ]
    assert await rows(cast) == 0


async def test_what_a_database_cannot_keep_is_the_phones_fault(cast, form):
    visit = await visit_in_progress(cast)

    refused = await answer(visit, ANSWERS | {"note": "нуль \0 внутри"})

    assert 400 <= refused.status_code < 500
    assert await rows(cast) == 0


async def test_it_is_filled_in_on_site_by_whose_visit_it_is(cast, form, other_cast):
    visit = await accepted_visit(cast)

    before = await answer(visit, ANSWERS)
    await visit.done("arrive")
    there = await answer(visit, ANSWERS)
    path, body = f"/field/visits/{visit.id}/checklist", {"answers": ANSWERS}

    assert (before.status_code, before.json()["code"]) == (409, "visit_not_at_work")
    assert there.status_code == 200
    assert (await cast.nikolai.put(path, body)).status_code == 404
    assert (await other_cast.pavel.put(path, body)).status_code == 404
    assert (await cast.olga.put(path, body)).status_code == 403
    assert (await cast.nikolai.get(f"/visits/{visit.id}/checklist")).status_code == 404
    assert (await other_cast.olga.get(f"/visits/{visit.id}/checklist")).status_code == 404


async def test_the_same_answers_after_the_visit_are_a_late_repetition_and_others_are_refused(cast, form):
    visit = await visit_in_progress(cast)
    await answer(visit, ANSWERS)
    await visit.done("complete")

    again = await answer(visit, ANSWERS)
    other = await answer(visit, ANSWERS | {"gap_mm": 1})

    assert (again.status_code, other.status_code) == (200, 409)


@pytest.mark.parametrize(
    "statement", ["UPDATE checklist_answer SET answers = '{}'", "DELETE FROM checklist_answer"]
)
async def test_the_database_lets_nobody_change_an_answer(cast, form, statement):
    visit = await visit_in_progress(cast)
    await answer(visit, ANSWERS)

    async with transaction(cast.maker, cast.company_id) as session:
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with session.begin_nested():
                await session.execute(text(statement))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("yes_no", [True, False], ["да", 1, 0]),
        ("number", [0, -3, 2.5], [True, "3", 10**13, [1]]),
        ("text", ["сырой откос"], ["", "   ", "x" * 2001, 5]),
        ("choice", ["зимняя"], ["осенняя", 1, ["зимняя"]]),
    ],
)
def test_an_answer_fits_its_question_or_not(kind, good, bad):
    question = {"code": "q", "kind": kind, "choices": ["зимняя", "летняя"] if kind == "choice" else None}

    assert all(fits(question, one) for one in good)
    assert not any(fits(question, one) for one in bad)


def test_a_choice_without_choices_fits_nothing():
    assert not fits({"code": "q", "kind": "choice", "choices": None}, "зимняя")


def test_what_is_not_required_may_be_left_out():
    assert find_problems(FORM, {"level": False, "gap_mm": 0}) == []


LONGER = [*FORM, {"code": "sill", "title": "Подоконник", "kind": "yes_no", "required": True}]


async def office_changes_form(cast, form):
    path = f"/job-types/{cast.measurement_type_id}"
    version = (await cast.sergei.get(path)).headers["etag"]
    changed = await cast.sergei.patch(path, {"checklist": form}, if_match=version)
    assert changed.status_code == 200, changed.text


@pytest.mark.parametrize("names_version", [True, False])
async def test_a_form_is_judged_by_the_version_the_worker_was_shown(cast, form, names_version):
    visit = await visit_in_progress(cast)
    seen = await shown(cast.pavel, visit)
    await office_changes_form(cast, LONGER)

    given = await answer(visit, ANSWERS, **({"version": seen["version"]} if names_version else {}))

    assert given.status_code == 200, given.text
    assert (given.json()["form"], given.json()["version"]) == (seen["form"], seen["version"])


async def test_whoever_is_shown_the_new_form_is_judged_by_it(cast, form):
    visit = await visit_in_progress(cast)
    before = (await shown(cast.pavel, visit))["version"]
    await office_changes_form(cast, LONGER)
    now = (await shown(cast.pavel, visit))["version"]

    short = await answer(visit, ANSWERS, version=now)
    full = await answer(visit, ANSWERS | {"sill": True}, version=now)
    without = await answer(visit, ANSWERS | {"sill": True})

    assert now != before
    assert [error["path"] for error in short.json()["errors"]] == ["answers.sill"]
    assert (full.status_code, without.status_code) == (200, 200)
    assert [one.json()["version"] for one in (full, without)] == [now, now]


async def test_a_form_replaced_before_he_accepted_is_not_what_he_saw(cast, form, clock):
    await office_changes_form(cast, LONGER)
    clock.advance(minutes=1)
    visit = await visit_in_progress(cast)

    refused = await answer(visit, ANSWERS)

    assert (refused.status_code, refused.json()["code"]) == (422, "checklist_refused")


async def test_a_version_nobody_was_shown_is_refused(cast, form):
    visit = await visit_in_progress(cast)

    refused = await answer(visit, ANSWERS, version="0123456789abcdef")

    assert (refused.status_code, refused.json()["code"]) == (422, "checklist_unknown")


async def test_the_same_answers_after_the_form_has_changed_add_nothing(cast, form):
    visit = await visit_in_progress(cast)
    first = await answer(visit, ANSWERS)
    await office_changes_form(cast, LONGER)

    again = await answer(visit, ANSWERS, version=first.json()["version"])

    assert (again.json(), await rows(cast)) == (first.json(), 1)
