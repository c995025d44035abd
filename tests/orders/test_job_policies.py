from itertools import chain, combinations
from uuid import uuid4

import pytest

from app.dispatch.visits.policies import VisitStatus, job_status
from app.orders.client_orders.policies import AtPlant, Installation, OrderFacts, order_status
from app.orders.statuses import JobStatus, OrderStatus

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


NOTHING = OrderFacts(is_canceled=False, is_measured=False, prepaid_kop=0, at_plant=[], installations=[])
ONE, TWO = uuid4(), uuid4()


def installation(status, job_id=ONE, *, is_signed=False):
    return Installation(job_id=job_id, status=status, is_signed=is_signed)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "new"),
        ({"is_measured": True}, "measured"),
        ({"prepaid_kop": 1}, "prepaid"),
        ({"is_measured": True, "prepaid_kop": 1}, "prepaid"),
        ({"at_plant": [AtPlant("placed", None)]}, "in_production"),
        ({"at_plant": [AtPlant("ready", None), AtPlant("confirmed", None)]}, "in_production"),
        ({"at_plant": [AtPlant("ready", None), AtPlant("delivered", None)]}, "ready"),
        ({"installations": [installation("new")]}, "new"),
        ({"installations": [installation("planned")]}, "installation_planned"),
        ({"installations": [installation("completed"), installation("planned")]}, "installation_planned"),
        ({"at_plant": [AtPlant("ready", ONE)], "installations": [installation("in_progress")]}, "installation_planned"),
        ({"at_plant": [AtPlant("ready", ONE)], "installations": [installation("new")]}, "ready"),
        ({"installations": [installation("completed")]}, "installed"),
        ({"installations": [installation("completed"), installation("closed")]}, "installed"),
        ({"installations": [installation("completed", is_signed=True)]}, "handed_over"),
        ({"installations": [installation("in_progress", is_signed=True)]}, "handed_over"),
        ({"installations": [installation("in_progress", is_signed=True), installation("new")]}, "installation_planned"),
        # an act of a part: the rest is to be planned again
        ({"at_plant": [AtPlant("ready", ONE)], "installations": [installation("new", is_signed=True)]}, "ready"),
        # one half is installed, the other still made, or made and not booked
        ({"at_plant": [AtPlant("delivered", ONE), AtPlant("placed", None)],
          "installations": [installation("closed", is_signed=True)]}, "in_production"),
        ({"at_plant": [AtPlant("delivered", ONE), AtPlant("ready", TWO)],
          "installations": [installation("closed")]}, "ready"),
        # what was planned by hand stands for whatever was made
        ({"at_plant": [AtPlant("placed", None)], "installations": [installation("completed")]}, "installed"),
        ({"is_canceled": True, "is_measured": True, "prepaid_kop": 1}, "canceled"),
    ],
)  # fmt: skip
def test_an_order_is_as_far_as_what_holds_of_it(facts, status):
    assert order_status(NOTHING._replace(**facts)) == OrderStatus(status)


def test_calling_everything_off_takes_an_order_back_step_by_step():
    facts = NOTHING._replace(
        is_measured=True,
        prepaid_kop=1,
        at_plant=[AtPlant("ready", ONE)],
        installations=[installation("planned")],
    )
    seen = [order_status(facts)]
    for gone in ({"installations": []}, {"at_plant": []}, {"prepaid_kop": 0}, {"is_measured": False}):
        facts = facts._replace(**gone)
        seen.append(order_status(facts))

    assert seen == ["installation_planned", "ready", "prepaid", "measured", "new"]
