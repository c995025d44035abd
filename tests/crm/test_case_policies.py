"""What cases are decided by, without a database."""

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.core.i18n import LANGS, text
from app.core.scope import Role
from app.crm.cases.policies.attempts import AttemptsSpent, AttemptTooEarly, Limits, check_attempt
from app.crm.cases.policies.budget import Coming, budget_for
from app.crm.cases.policies.report import CaseLine, report_of
from app.crm.cases.policies.steps import (
    Candidate,
    check_actor,
    check_contact,
    check_open,
    check_owner,
    check_prevention,
    check_step,
    choose_owner,
    ids_in,
)
from app.crm.cases.showing import TALK
from app.crm.cases.values import CaseStatus, Contacted, Step
from app.crm.loss_reasons.values import CLASS_OF, LossReason, ReasonClass
from app.crm.rules.values import RecoveryRules
from app.crm.statuses.policies.life import Signal, disappointed_since
from tests.crm.lives import some_rules

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
USUAL = Limits(3, 180 * DAY, 14 * DAY)
ME, OTHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)


def refusal(decide, *args, **kwargs) -> str | None:
    try:
        decide(*args, **kwargs)
    except DomainError as error:
        return error.code
    return None


@pytest.mark.covers("R121")
def test_every_reason_has_one_class_and_nobody_can_prevent_relocation():
    assert set(CLASS_OF) == set(LossReason)
    external = {one for one in LossReason if CLASS_OF[one] == ReasonClass.EXTERNAL}
    assert external == {
        LossReason.NO_NEED_NOW,
        LossReason.NO_NEED_EVER,
        LossReason.RELOCATION,
        LossReason.FORCE_MAJEURE,
    }


@pytest.mark.covers("R17")
@pytest.mark.parametrize("wanted", Step)
@pytest.mark.parametrize("step", Step)
def test_only_the_next_step_can_be_taken(step, wanted):
    expected = None if step == wanted else "case_step_out_of_order"

    assert refusal(check_step, step, wanted) == expected
    assert refusal(check_step, None, wanted) == "case_step_out_of_order"


def test_only_an_open_case_is_worked_at():
    assert [refusal(check_open, one) for one in CaseStatus] == [None, *["case_over"] * 3]


@pytest.mark.covers("R16")
@pytest.mark.parametrize(
    ("user", "roles", "concerned", "expected"),
    [
        (ME, {Role.OPERATOR}, set(), None),
        (OTHER, {Role.OPERATOR}, set(), "case_of_other"),
        (OTHER, {Role.SUPERVISOR}, set(), None),
        (OTHER, {Role.OWNER}, {OTHER}, "concerned_by_case"),
        (ME, {Role.OPERATOR}, {ME}, "concerned_by_case"),
    ],
)
def test_the_owner_or_a_supervisor_works_at_a_case_and_nobody_whom_it_is_about(
    user, roles, concerned, expected
):
    assert refusal(check_actor, user, roles, owner_id=ME, concerned=concerned) == expected


@pytest.mark.covers("R16")
def test_a_supervisor_who_is_here_and_has_least_to_do_gets_a_case():
    owner = Candidate(UUID(int=1), ["owner"], True, 0)
    away = Candidate(UUID(int=2), ["supervisor"], False, 0)
    busy = Candidate(UUID(int=3), ["supervisor"], True, 5)
    free = Candidate(UUID(int=4), ["supervisor", "foreman"], True, 1)
    everybody = [owner, away, busy, free]

    told = [choose_owner(everybody, concerned) for concerned in ((), (free.user_id,))]
    told.append(choose_owner([owner, away], ()))
    told.append(choose_owner([free], (free.user_id,)))

    assert told == [free.user_id, busy.user_id, owner.user_id, None]


@pytest.mark.covers("R16")
@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.sampled_from(["owner", "supervisor", "dispatcher"]), st.booleans()),
        unique_by=lambda one: one[0],
    ),
    st.sets(st.integers(1, 5)),
)
def test_whoever_is_chosen_may_own_the_case(people, concerned):
    candidates = [Candidate(UUID(int=n), [role], here, n) for n, role, here in people]
    about = {UUID(int=n) for n in concerned}
    chosen = choose_owner(candidates, about)

    able = [one for one in candidates if one.user_id not in about and one.roles != ["dispatcher"]]
    assert (chosen is None) == (not able)
    if chosen is not None:
        [roles] = [one.roles for one in candidates if one.user_id == chosen]
        check_owner(chosen, roles, is_active=True, concerned=about)


@pytest.mark.parametrize(("roles", "is_active"), [(["accountant"], True), (["operator"], False)])
def test_who_does_not_speak_with_clients_or_has_left_owns_no_case(roles, is_active):
    assert refusal(check_owner, ME, roles, is_active=is_active, concerned=()) == "cannot_own_case"


@pytest.mark.covers("R122")
@pytest.mark.parametrize(
    ("result", "stated", "words", "is_complete"),
    [
        (Contacted.REACHED, LossReason.PRICE, "Дорого", True),
        (Contacted.REACHED, LossReason.PRICE, " ", False),
        (Contacted.REACHED, None, "Дорого", False),
        (Contacted.NOT_REACHED, None, "", True),
        (Contacted.REFUSED, LossReason.PRICE, "Дорого", False),
    ],
)
def test_only_who_was_reached_states_a_reason_in_his_words(result, stated, words, is_complete):
    assert (refusal(check_contact, result, stated, words) is None) == is_complete


@pytest.mark.covers("R17")
@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((), None),
        ((13,), AttemptTooEarly),
        ((14,), None),
        ((100, 50, 14), AttemptsSpent),
        ((179, 50, 14), AttemptsSpent),
        ((180, 50, 14), None),
    ],
)
def test_three_attempts_lie_in_half_a_year_and_two_weeks_apart(days, expected):
    before = [MONDAY - one * DAY for one in days]
    code = refusal(check_attempt, before, USUAL, now=MONDAY)

    assert code == (expected.code if expected else None)


@given(st.lists(st.integers(0, 400), max_size=60))
def test_attempts_that_were_allowed_never_lie_too_near_each_other(days):
    made: list[datetime] = []
    for now in sorted(MONDAY + one * DAY for one in days):
        if refusal(check_attempt, made, USUAL, now=now) is None:
            made.append(now)

    assert all(late - early >= 14 * DAY for early, late in pairwise(made))
    assert all(fourth - first >= 180 * DAY for first, fourth in zip(made, made[3:], strict=False))


@pytest.mark.parametrize(
    ("due_in", "cycle_days", "times"), [(-30, 365, 3), (0, 365, 3), (1, 365, 2), (730, 100, 1), (731, 100, 0)]
)
def test_the_budget_is_a_part_of_what_the_client_will_bring(due_in, cycle_days, times):
    today = MONDAY.date()
    coming = Coming(today + due_in * DAY, cycle_days, 10_000_00)

    found = budget_for([coming], RecoveryRules(), today=today)

    assert found.expected_kop == times * 10_000_00
    assert (found.contribution_kop, found.budget_kop) == (times * 3_000_00, times * 300_00)


def test_a_budget_is_told_in_whole_rubles():
    coming = Coming(MONDAY.date(), 1000, 3_333_33)

    assert budget_for([coming], RecoveryRules(), today=MONDAY.date()).budget_kop == 99_00


@pytest.mark.covers("R121")
@pytest.mark.parametrize("verified", [None, *LossReason])
def test_only_our_own_doing_must_be_prevented(verified):
    is_ours = verified is not None and CLASS_OF[verified] == ReasonClass.OURS

    assert (refusal(check_prevention, verified, is_task=False) is not None) == is_ours
    assert refusal(check_prevention, verified, is_task=True) is None


@pytest.mark.covers("R121", "R122")
@given(
    st.lists(
        st.builds(
            CaseLine,
            st.sampled_from(["open", "recovered", "not_recovered", "given_up"]),
            st.sampled_from([None, *LossReason]),
            st.sampled_from([None, *LossReason]),
            st.booleans(),
        )
    )
)
def test_the_report_adds_up(lines):
    found = report_of(lines)

    assert sum(found.by_status.values()) == found.cases == len(lines)
    assert sum(one.stated for one in found.reasons) == sum(line.stated is not None for line in lines)
    assert sum(one.verified for one in found.reasons) == sum(found.by_class.values())
    both = [one for one in lines if one.stated and one.verified]
    assert (found.compared, found.differ) == (len(both), len([b for b in both if b.stated != b.verified]))
    assert (found.mismatch_percent is None) == (not both)


def test_the_ids_of_a_file_are_those_of_its_things():
    content = {"visits": [{"id": str(ME), "worker_id": str(OTHER)}], "photos": [{"id": str(THIRD)}]}

    assert ids_in(content) == {ME, THIRD}


@pytest.mark.covers("R16", "R17")
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 3)), max_size=12))
def test_one_bad_signal_or_two_small_ones_within_a_month_are_a_disappointment(told):
    signals = [
        Signal(MONDAY + days * DAY, severity, UUID(int=n)) for n, (days, severity) in enumerate(sorted(told))
    ]
    alone = [one.at for one in signals if one.severity >= 2]
    pairs = [late.at for early, late in combinations(signals, 2) if late.at - early.at <= 30 * DAY]

    assert disappointed_since(signals, some_rules()) == min(alone + pairs, default=None)


EXCUSES = ("извин", "прост", "к сожалению", "не виноват", "sorry", "unfortunately", "apolog", "fault")


@pytest.mark.covers("R151")
@pytest.mark.parametrize("lang", LANGS)
def test_a_talk_with_a_disappointed_client_begins_with_a_question_and_no_excuse(lang):
    lines = [text(lang, "cases", one) for one in TALK]

    assert not [line for line in lines if any(excuse in line.lower() for excuse in EXCUSES)]
    assert all(line.endswith("?") for line in lines[1:])
