from itertools import chain, combinations

import pytest

from app.dispatch.job_types.policies import faults_of_checklist
from app.dispatch.jobs.policies import JobStatus, OrderStatus, is_installed, job_status, later_order_status
from app.dispatch.visits.policies import VisitStatus

S = VisitStatus

pytestmark = pytest.mark.covers("M22")


def every_set_of_statuses():
    return chain.from_iterable(combinations(S, size) for size in range(len(S) + 1))


def as_dynamics_says(visits):
    """The documented table of Dynamics 365 Field Service, in its own words: an independent second opinion."""
    category = {
        S.PLANNED: "scheduled",
        S.OFFERED: "scheduled",
        S.ACCEPTED: "scheduled",
        S.EN_ROUTE: "in progress",
        S.ON_SITE: "in progress",
        S.IN_PROGRESS: "in progress",
        S.PAUSED: "in progress",
        S.COMPLETED: "completed",
        S.PARTIALLY_COMPLETED: "partially completed",
        S.NOT_COMPLETED: "canceled",
        S.CANCELED: "canceled",
    }
    bookings = {category[visit] for visit in visits} - {"canceled"}
    table = {
        frozenset(): "unscheduled",
        frozenset({"scheduled"}): "scheduled",
        frozenset({"completed"}): "completed",
        frozenset({"scheduled", "completed"}): "in progress",
        frozenset({"scheduled", "partially completed"}): "in progress",
        frozenset({"scheduled", "completed", "partially completed"}): "in progress",
        frozenset({"partially completed"}): "unscheduled",
        frozenset({"partially completed", "completed"}): "completed",
    }
    return "in progress" if "in progress" in bookings else table[frozenset(bookings)]


OURS = {
    "unscheduled": JobStatus.NEW,
    "scheduled": JobStatus.PLANNED,
    "in progress": JobStatus.IN_PROGRESS,
    "completed": JobStatus.COMPLETED,
}


def test_every_combination_of_visits_gives_the_status_of_the_published_table():
    combinations_seen = 0
    for visits in every_set_of_statuses():
        assert job_status(visits) == OURS[as_dynamics_says(visits)], visits
        combinations_seen += 1

    assert combinations_seen == 2 ** len(S)


def test_neither_the_order_nor_the_number_of_visits_matters():
    assert job_status([S.COMPLETED, S.CANCELED, S.COMPLETED]) == job_status([S.CANCELED, S.COMPLETED])


@pytest.mark.parametrize("was", OrderStatus)
@pytest.mark.parametrize("to", OrderStatus)
def test_an_order_never_goes_back(was, to):
    steps = list(OrderStatus)

    reached = later_order_status(was, to)

    assert steps.index(reached) == max(steps.index(was), steps.index(to))


@pytest.mark.parametrize(
    ("statuses", "answer"),
    [
        ([], False),
        (["canceled"], False),
        (["completed"], True),
        (["completed", "canceled", "closed"], True),
        (["completed", "planned"], False),
        (["in_progress"], False),
    ],
)
def test_an_order_is_installed_when_nothing_is_left_to_install(statuses, answer):
    assert is_installed(statuses) is answer


def question(code, kind="yes_no", **fields):
    return {"code": code, "title": "?", "kind": kind, "required": True, **fields}


@pytest.mark.parametrize(
    ("checklist", "faults"),
    [
        ([question("level"), question("wall", "choice", choices=["кирпич", "панель"])], []),
        ([question("a"), question("a")], [("checklist[0].code", "repeated"), ("checklist[1].code", "repeated")]),
        ([question("wall", "choice", choices=["кирпич"])], [("checklist[0].choices", "too_few")]),
        ([question("wall", "choice", choices=["кирпич", "кирпич"])], [("checklist[0].choices", "too_few")]),
        ([question("wall", "choice")], [("checklist[0].choices", "too_few")]),
        ([question("level", choices=["да", "нет"])], [("checklist[0].choices", "not_a_choice")]),
    ],
)  # fmt: skip
def test_a_checklist_asks_answerable_questions(checklist, faults):
    assert [(fault["path"], fault["code"]) for fault in faults_of_checklist(checklist)] == faults
