"""Decisions about a visit as tables of cases: facts in, a refusal or the changes out. No database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.core.changes import Delete, Insert, Update
from app.core.errors import DomainError
from app.dispatch.candidates.policies import Candidate
from app.dispatch.escalation.policies import Climb, Overdue, first_available
from app.dispatch.gate.policies import Facts, JobRules, WorkerBusy
from app.dispatch.offers import ladders, policies, taking_back
from app.dispatch.offers.policies import AnswerFacts, Asked, OfferFacts, Terms
from app.dispatch.offers.states import OfferState, OfferStatus
from app.dispatch.progress.policies import progress
from app.dispatch.scheduling.policies import Times, cancel, move, moved_times, plan
from app.dispatch.visits.commands import Command, office_command
from app.dispatch.visits.policies import MOVES, VisitStatus
from app.dispatch.visits.states import Outcome, VisitState
from app.orders.job_types.policies import DEFAULT_LADDER, Action

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OLGA, PAVEL, NIKOLAI = uuid4(), uuid4(), uuid4()
S = VisitStatus


def a_visit(status: str = S.PLANNED, **columns) -> VisitState:
    """Tomorrow at noon for an hour, of nobody unless said."""
    row = {
        "id": uuid4(),
        "job_id": uuid4(),
        "number": 1,
        "status": status,
        "starts_at": TOMORROW,
        "ends_at": TOMORROW + HOUR,
        "window_starts_at": TOMORROW,
        "window_ends_at": TOMORROW + 2 * HOUR,
        "ladder": [],
        "row_version": 7,
    }
    return VisitState(**row | columns)


def an_offer(status: str = OfferStatus.PENDING, *, expires_at: datetime = NOON + 15 * MINUTE) -> OfferState:
    return OfferState(uuid4(), PAVEL, None, status, expires_at)


def written(outcome: Outcome, table: str) -> list:
    return [one for one in outcome.changes if one.table == table]


def items_of(outcome: Outcome) -> list[str]:
    """Kinds of the new inbox items."""
    return [one.row["kind"] for one in written(outcome, "inbox_item") if isinstance(one, Insert)]


def history(outcome: Outcome) -> list[str]:
    return [one.row["kind"] for one in written(outcome, "visit_event")]


def refusal_of(call) -> str | None:
    try:
        call()
    except DomainError as error:
        return error.code
    return None


# ------------------------------------------------------------------------------------------------- offering

FIT = Facts(PAVEL, ["measure"], is_absent=False, is_outside=False)
RULES = JobRules(required_skills=["measure"])
TERMS = Terms(15 * MINUTE, DEFAULT_LADDER, RULES)


def offer(visit=None, people=(FIT,), clashes=(), asked=Asked(PAVEL, [PAVEL]), reason=None):  # noqa: B008  # a tuple
    facts = OfferFacts(visit or a_visit(), TERMS, people, clashes)
    return policies.offer(facts, asked, by=OLGA, accept_within=None, override_reason=reason, now=NOON)


@pytest.mark.covers("M1", "M2")
@pytest.mark.parametrize(
    ("case", "code"),
    [
        ({"visit": a_visit(S.OFFERED)}, "visit_move_refused"),
        ({"visit": a_visit(S.COMPLETED), "asked": None}, "visit_move_refused"),
        ({"asked": None}, "assignee_not_found"),
        ({"people": [FIT._replace(skills=[])]}, "assignee_unsuitable"),
        ({"people": [FIT._replace(is_absent=True)]}, "assignee_unsuitable"),
        ({"people": [FIT._replace(is_on_shift=False)]}, "assignee_unsuitable"),
        ({"people": [FIT._replace(is_outside=True)], "clashes": [uuid4()]}, "assignee_unsuitable"),
        ({"people": [FIT._replace(is_absent=True)], "reason": "Он сам просил"}, None),
        ({"clashes": [uuid4()]}, "worker_busy"),
        ({"clashes": [uuid4()], "reason": "x"}, "worker_busy"),
        ({}, None),
    ],
)
def test_who_may_be_offered_a_visit(case, code):
    assert refusal_of(lambda: offer(**case)) == code


@pytest.mark.covers("M2")
def test_an_offer_takes_the_time_of_each_member_and_starts_the_ladder():
    crew = Asked(PAVEL, [NIKOLAI, PAVEL], uuid4())

    outcome = offer(asked=crew)

    booked = written(outcome, "visit_booking")
    assert [one.row["worker_id"] for one in booked] == sorted(crew.members)
    assert {one.if_taken for one in booked} == {WorkerBusy}
    assert outcome.visit.status == S.OFFERED
    assert outcome.visit.accept_by == NOON + 15 * MINUTE
    assert outcome.visit.escalate_at == NOON + 7.5 * MINUTE
    assert history(outcome) == ["offered"]
    assert [one.kind for one in outcome.news] == ["dispatch.visit_offered"]


def test_who_is_sent_in_spite_of_something_is_in_the_history_with_the_reason():
    outcome = offer(people=[FIT._replace(is_absent=True)], reason="Он сам просил")

    (line,) = written(outcome, "visit_event")
    assert line.row["payload"]["in_spite_of"] == ["absent"]
    assert line.row["payload"]["override_reason"] == "Он сам просил"


def test_a_decision_is_written_only_over_the_version_it_was_made_by():
    outcome = offer()

    (update,) = written(outcome, "visit")
    assert update.where["row_version"] == 7
    assert update.expected == 1
    assert outcome.visit.row_version == update.to["row_version"] == 8


# ---------------------------------------------------------------------------------------------- answering

OVER = NOON - MINUTE


@pytest.mark.covers("M2", "P-rel-1")
@pytest.mark.parametrize("answer", ["accepted", "declined"])
@pytest.mark.parametrize(
    ("visit", "offer", "code"),
    [
        (a_visit(S.OFFERED, worker_id=PAVEL), an_offer(), None),
        (a_visit(S.OFFERED, worker_id=PAVEL), an_offer(expires_at=OVER), "offer_expired"),
        (a_visit(S.OFFERED, worker_id=PAVEL), an_offer(expires_at=NOON), "offer_expired"),
        (a_visit(S.OFFERED, worker_id=NIKOLAI), an_offer(OfferStatus.EXPIRED), "offer_expired"),
        (a_visit(S.ACCEPTED, worker_id=NIKOLAI), an_offer(OfferStatus.DECLINED), "offer_taken"),
        (a_visit(S.ACCEPTED, worker_id=NIKOLAI), an_offer(OfferStatus.WITHDRAWN), "offer_taken"),
        (a_visit(S.PLANNED), an_offer(OfferStatus.WITHDRAWN), "offer_closed"),
        (a_visit(S.CANCELED), an_offer(OfferStatus.DECLINED), "offer_closed"),
    ],
)
def test_what_can_be_answered(answer, visit, offer, code):
    facts = AnswerFacts(visit, offer)

    assert refusal_of(lambda: say(answer, facts)) == code


def say(answer: str, facts: AnswerFacts, command: Command | None = None) -> Outcome:
    command = command or office_command(NOON)
    if answer == "accepted":
        return policies.accept(facts, by=PAVEL, command=command, now=NOON)
    return policies.decline(facts, by=PAVEL, reason="busy", command=command, now=NOON)


def test_accepting_what_is_accepted_writes_nothing():
    visit = a_visit(S.ACCEPTED, worker_id=PAVEL)

    assert say("accepted", AnswerFacts(visit, an_offer(OfferStatus.ACCEPTED))) == Outcome(visit)


def test_a_decline_frees_the_time_tells_the_dispatcher_and_leaves_the_ladder_running():
    ladder = ladders.plan_ladder(DEFAULT_LADDER, offered_at=NOON - MINUTE, accept_by=NOON + 14 * MINUTE)
    visit = a_visit(S.OFFERED, worker_id=PAVEL, accept_by=NOON + 14 * MINUTE, ladder=ladders.as_json(ladder))

    outcome = say("declined", AnswerFacts(visit, an_offer()))

    assert written(outcome, "visit_booking") == [Delete("visit_booking", {"visit_id": visit.id})]
    settled, added = written(outcome, "inbox_item")
    assert (settled.where["kind"], added.row["kind"]) == (["offer_reminder", "visit_unfit"], "offer_declined")
    assert (outcome.visit.status, outcome.visit.worker_id) == (S.PLANNED, None)
    assert outcome.visit.escalate_at == ladder[0].due_at


# --------------------------------------------------------------------------- planning, moving, canceling


LATER = TOMORROW + HOUR


def times(starts_at=TOMORROW, opens=timedelta(), closes=2 * HOUR) -> Times:
    return Times(starts_at, starts_at + HOUR, starts_at + opens, starts_at + closes)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (times(NOON - MINUTE), "visit_in_the_past"),
        (times(NOON + timedelta(days=4 * 365)), "visit_too_far_ahead"),
        (times(opens=-timedelta(days=3)), "window_opens_too_early"),
        (times(opens=MINUTE), "window_opens_too_late"),
        (times(closes=timedelta()), "window_closes_too_early"),
        (times(closes=timedelta(days=3)), "window_closes_too_late"),
    ],
)
@pytest.mark.parametrize(
    "way",
    [
        lambda asked: plan(uuid4(), asked, number=1, rules=RULES, by=OLGA, now=NOON),
        lambda asked: move(a_visit(), None, asked, rules=RULES, by=OLGA, now=NOON),
    ],
    ids=["plan", "move"],
)
def test_an_impossible_time_is_refused_whichever_way_it_comes(way, asked, reason):
    with pytest.raises(DomainError) as refused:
        way(asked)

    assert refused.value.params["reason"] == reason


@pytest.mark.parametrize("status", S)
def test_what_the_office_may_still_move_withdraw_and_cancel(status):
    visit, now = a_visit(status), {"by": OLGA, "now": NOON}

    assert (refusal_of(lambda: move(visit, None, times(LATER), rules=RULES, **now)) is None) == (
        status in (S.PLANNED, S.OFFERED, S.ACCEPTED)
    )
    assert (refusal_of(lambda: taking_back.withdraw(visit, None, **now)) is None) == (
        S.PLANNED in MOVES[status]
    )
    assert (refusal_of(lambda: cancel(visit, None, reason="x", **now)) is None) == (
        S.CANCELED in MOVES[status] or status == S.CANCELED
    )


@pytest.mark.parametrize(
    ("offer", "told"),
    [
        (None, False),
        (an_offer(), True),
        (an_offer(expires_at=OVER), False),
        (an_offer(OfferStatus.ACCEPTED, expires_at=OVER), True),
    ],
)
def test_whoever_had_the_visit_is_told_unless_he_let_his_time_pass(offer, told):
    outcome = move(a_visit(S.OFFERED, worker_id=PAVEL), offer, times(LATER), rules=RULES, by=OLGA, now=NOON)

    kinds = [one.kind for one in outcome.news]
    assert ("dispatch.offer_withdrawn" in kinds) == told
    assert kinds[-1] == "dispatch.visit_moved"
    assert (outcome.visit.accept_by, outcome.visit.escalate_at, outcome.visit.ladder) == (None, None, [])


WAS = Times(TOMORROW, TOMORROW + HOUR, TOMORROW, TOMORROW + 2 * HOUR)


@pytest.mark.parametrize("status", S)
def test_the_present_time_is_no_move_whatever_became_of_the_visit(status):
    visit = a_visit(status)

    assert move(visit, None, WAS, rules=RULES, by=OLGA, now=NOON + timedelta(days=9)) == Outcome(visit)


@pytest.mark.parametrize(
    ("to", "keeps"),
    [
        (WAS._replace(window_ends_at=TOMORROW + 3 * HOUR), True),
        (WAS._replace(ends_at=TOMORROW + 30 * MINUTE), True),
        (WAS._replace(ends_at=TOMORROW + 2 * HOUR), False),
        (WAS._replace(starts_at=TOMORROW + MINUTE), False),
    ],
)
def test_an_acceptance_that_still_fits_is_kept(to, keeps):
    visit = a_visit(S.ACCEPTED, worker_id=PAVEL, accepted_at=NOON)

    outcome = move(visit, an_offer(OfferStatus.ACCEPTED), to, rules=RULES, by=OLGA, now=NOON)

    assert (outcome.visit.status == S.ACCEPTED) == (outcome.visit.worker_id == PAVEL) == keeps
    assert [one.kind for one in outcome.news][-1] == "dispatch.visit_moved"
    assert bool(written(outcome, "offer")) == (not keeps)
    (line,) = written(outcome, "visit_event")
    assert line.row["payload"]["was"] == {name: moment.isoformat() for name, moment in WAS._asdict().items()}
    assert line.row["payload"]["ends_at"] == to.ends_at.isoformat()


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ({}, WAS),
        ({"starts_at": LATER}, Times(LATER, LATER + HOUR, LATER, LATER + 2 * HOUR)),
        ({"duration": 3 * HOUR}, WAS._replace(ends_at=TOMORROW + 3 * HOUR)),
        ({"window_ends_at": TOMORROW + MINUTE}, WAS._replace(window_ends_at=TOMORROW + MINUTE)),
        ({"window_starts_at": TOMORROW - HOUR}, Times(TOMORROW, TOMORROW + HOUR, TOMORROW - HOUR, LATER)),
    ],
)
def test_a_new_start_keeps_the_lengths_unless_told_otherwise(said, becomes):
    assert moved_times(WAS, **said) == becomes


# --------------------------------------------------------------------------------------------- on the way


@pytest.mark.covers("M39", "P-rel-6")
@pytest.mark.parametrize("was", S)
@pytest.mark.parametrize("to", [S.EN_ROUTE, S.ON_SITE, S.IN_PROGRESS, S.PAUSED, S.COMPLETED, S.NOT_COMPLETED])
def test_a_worker_moves_his_visit_on_as_the_state_machine_says(was, to):
    code = refusal_of(
        lambda: progress(a_visit(was), to, by=PAVEL, command=office_command(NOON), reason=None, now=NOON)
    )

    assert (code is None) == (to in MOVES[was] or was == to)


@pytest.mark.parametrize(
    ("ended_at", "freed"),
    [
        (TOMORROW - HOUR, True),
        (TOMORROW, True),
        (TOMORROW + 20 * MINUTE, True),
        (TOMORROW + HOUR, False),
        (TOMORROW + 3 * HOUR, False),
    ],
)
def test_a_visit_that_ends_early_gives_the_rest_of_its_time_back(ended_at, freed):
    outcome = progress(
        a_visit(S.IN_PROGRESS),
        S.COMPLETED,
        by=PAVEL,
        command=office_command(ended_at),
        reason=None,
        now=ended_at,
    )

    assert [one.since for one in written(outcome, "visit_booking")] == ([ended_at] if freed else [])
    assert outcome.visit.finished_at == ended_at


# ------------------------------------------------------------------------------------------- the ladder


def overdue(*, offered_at: datetime, known_items=frozenset(), steps=DEFAULT_LADDER) -> Overdue:
    accept_by = offered_at + 15 * MINUTE
    ladder = ladders.plan_ladder(steps, offered_at=offered_at, accept_by=accept_by)
    visit = a_visit(
        S.OFFERED,
        worker_id=PAVEL,
        accept_by=accept_by,
        ladder=ladders.as_json(ladder),
        escalate_at=ladders.next_escalation(ladder, 0, accept_by=accept_by),
    )
    return Overdue(visit, 15 * MINUTE, an_offer(expires_at=accept_by), known_items)


@pytest.mark.covers("M2")
def test_half_time_reminds_and_nothing_else():
    climb = Climb(overdue(offered_at=NOON - 8 * MINUTE), now=NOON)

    assert not climb.go_on()

    outcome = climb.outcome()
    assert history(outcome) == ["worker_reminded"]
    assert outcome.visit.status == S.OFFERED
    assert outcome.visit.escalate_at == NOON + 7 * MINUTE


@pytest.mark.covers("M2")
def test_the_deadline_ends_the_offer_tells_the_dispatcher_and_asks_the_next_with_all_his_time():
    climb = Climb(overdue(offered_at=NOON - 60 * MINUTE), now=NOON)

    assert climb.go_on()
    climb.ask(Asked(NIKOLAI, [NIKOLAI]))
    assert not climb.go_on()

    outcome = climb.outcome()
    assert history(outcome) == ["offer_expired", "dispatcher_notified", "reoffered"]
    assert (outcome.visit.status, outcome.visit.worker_id) == (S.OFFERED, NIKOLAI)
    assert outcome.visit.accept_by == NOON + 15 * MINUTE
    assert outcome.visit.escalate_at == NOON + 7.5 * MINUTE
    assert [type(one) for one in written(outcome, "visit_booking")] == [Delete, Insert]


@pytest.mark.covers("M2")
def test_with_nobody_left_the_supervisor_hears_at_once_and_once():
    climb = Climb(overdue(offered_at=NOON - 60 * MINUTE), now=NOON)

    while climb.go_on():
        climb.nobody_left()

    outcome = climb.outcome()
    assert history(outcome).count("supervisor_notified") == 1
    assert outcome.visit.status == S.PLANNED
    assert outcome.visit.escalate_at is None


def test_an_inbox_item_that_is_there_is_not_put_there_again():
    known_items = frozenset({("offer_unanswered", "2"), ("nobody_accepts", "3")})
    climb = Climb(overdue(offered_at=NOON - 60 * MINUTE, known_items=known_items), now=NOON)

    while climb.go_on():
        climb.nobody_left()

    items = items_of(climb.outcome())
    assert "offer_unanswered" not in items
    assert "nobody_accepts" not in items


def test_the_nearest_who_can_come_is_asked_and_nobody_when_none_can():
    def candidate(worker_id: UUID, *against: str) -> Candidate:
        return Candidate("worker", worker_id, worker_id, [worker_id], "", 1, "home", list(against))

    asked = first_available([candidate(PAVEL, "absent"), candidate(NIKOLAI), candidate(OLGA)])

    assert asked == Asked(NIKOLAI, [NIKOLAI])
    assert first_available([candidate(PAVEL, "absent")]) is None


def test_a_step_that_asks_the_next_while_somebody_is_asked_asks_nobody():
    steps = [{"at": 1.0, "action": Action.REOFFER_NEXT}, {"at": 1.0, "action": Action.REOFFER_NEXT}]
    climb = Climb(overdue(offered_at=NOON - 15 * MINUTE, steps=steps), now=NOON)

    assert climb.go_on()
    climb.ask(Asked(NIKOLAI, [NIKOLAI]))

    assert not climb.go_on()
    assert [type(one) for one in written(climb.outcome(), "offer")] == [Update, Insert]
