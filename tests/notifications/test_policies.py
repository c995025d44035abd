from datetime import timedelta
from itertools import combinations_with_replacement, pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifications.channels.protocol import Accepted, Rejected, ReportState, Unknown
from app.notifications.channels.sms.kannel import TIMEOUT_IN_ALL_S
from app.notifications.messages.policies import (
    LEASE,
    TRIES_MAX,
    MessageStatus,
    is_too_late,
    retry_at,
    shown_body,
    status_after_report,
    verdict_on,
)
from tests.cast import NOON

S = MessageStatus
BUSY = Rejected(code="503 Temporal failure", permanent=False)
REFUSED = Rejected(code="403 Authorization failed", permanent=True)
LOST = Unknown(detail="ReadTimeout")


def fold(status: MessageStatus, reports: tuple[ReportState, ...]) -> MessageStatus:
    for report in reports:
        status = status_after_report(status, report)
    return status


@pytest.mark.covers("P-rel-2")
def test_any_three_reports_lead_to_one_state_in_every_order_and_with_duplicates():
    for start in (S.SENDING, S.SENT, S.UNKNOWN):
        for reports in combinations_with_replacement(ReportState, 3):
            ends = {fold(start, order) for order in set(permutations(reports * 2))}
            assert len(ends) == 1, (start, reports)


RANK = {
    S.QUEUED: 0,
    S.SENDING: 1,
    S.UNKNOWN: 1,
    S.SENT: 2,
    S.SUPPRESSED: 3,
    S.EXPIRED: 3,
    S.FAILED: 3,
    S.DELIVERED: 4,
}
"""How much is known of a message."""


@given(st.sampled_from(list(MessageStatus)), st.lists(st.sampled_from(list(ReportState)), max_size=12))
def test_reports_never_take_a_message_back(start, reports):
    status = start

    for report in reports:
        following = status_after_report(status, report)
        assert RANK[following] >= RANK[status]
        status = following


@given(st.permutations([ReportState.BUFFERED, ReportState.ACCEPTED, ReportState.DELIVERED] * 2))
def test_delivered_stays_delivered_whatever_comes_before_or_after(reports):
    assert fold(S.SENDING, tuple(reports)) == S.DELIVERED


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (ReportState.ACCEPTED, S.SENT),
        (ReportState.BUFFERED, S.SENT),
        (ReportState.DELIVERED, S.DELIVERED),
        (ReportState.UNDELIVERED, S.FAILED),
        (ReportState.REFUSED, S.FAILED),
        (ReportState.OTHER, S.UNKNOWN),
    ],
)
def test_a_report_resolves_an_unknown_message(report, status):
    assert status_after_report(S.UNKNOWN, report) == status


def test_a_message_that_was_not_to_be_sent_is_not_failed_by_a_report():
    for status in (S.SUPPRESSED, S.EXPIRED):
        assert status_after_report(status, ReportState.REFUSED) == status


@pytest.mark.parametrize(
    ("outcome", "status", "tries", "following"),
    [
        (Accepted(), S.SENDING, 1, S.SENT),
        (BUSY, S.SENDING, 1, S.QUEUED),
        (BUSY, S.SENDING, TRIES_MAX - 1, S.QUEUED),
        (BUSY, S.SENDING, TRIES_MAX, S.FAILED),
        (REFUSED, S.SENDING, 1, S.FAILED),
        (LOST, S.SENDING, 1, S.UNKNOWN),
        (Accepted(), S.UNKNOWN, 1, S.SENT),
        (BUSY, S.UNKNOWN, 1, S.FAILED),
        (REFUSED, S.UNKNOWN, 1, S.FAILED),
    ],
)
def test_what_follows_from_the_gateways_answer(outcome, status, tries, following):
    verdict = verdict_on(outcome, status=status, tries=tries)

    assert verdict is not None
    assert verdict.status == following


@pytest.mark.parametrize("outcome", [Accepted(), BUSY, REFUSED, LOST])
@pytest.mark.parametrize("status", [S.SENT, S.DELIVERED, S.FAILED])
def test_a_report_that_was_faster_than_the_answer_stands(outcome, status):
    assert verdict_on(outcome, status=status, tries=1) is None


def test_a_lost_answer_tells_nothing_new_about_an_unknown_message():
    assert verdict_on(LOST, status=S.UNKNOWN, tries=1) is None


def test_pauses_between_tries_grow():
    moments = [retry_at(tries=tries, finished_at=NOON) for tries in range(1, TRIES_MAX)]

    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert moments[0] > NOON
    assert all(pause > timedelta(0) for pause in pauses)


def test_the_lease_is_longer_than_any_call():
    assert timedelta(seconds=TIMEOUT_IN_ALL_S) < LEASE


def test_a_deadline_is_over_at_its_moment():
    assert not is_too_late(None, NOON)
    assert not is_too_late(NOON, NOON - timedelta(microseconds=1))
    assert is_too_late(NOON, NOON)


def test_the_digits_of_a_code_are_blotted_out_and_other_numbers_stay():
    assert shown_body("login_code", "Код для входа: 123456.") == "Код для входа: ******."
    assert shown_body("on_my_way", "будет около 14:30.") == "будет около 14:30."
