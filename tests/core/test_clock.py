from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.core.clock import corrected_time, happened_at

TRUTH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.covers("P-rel-4")
@pytest.mark.parametrize("clock_error", [timedelta(hours=hours) for hours in (-48, -3, -1, 0, 1, 3, 48)])
@pytest.mark.parametrize("kept", [timedelta(), timedelta(minutes=20), timedelta(hours=8), timedelta(days=30)])
@pytest.mark.parametrize("on_the_way", [timedelta(), timedelta(seconds=9)])
def test_however_wrong_the_clock_the_time_is_right_but_for_the_way(clock_error, kept, on_the_way):
    received_at = TRUTH + kept + on_the_way

    corrected = corrected_time(
        TRUTH + clock_error, sent_at=TRUTH + kept + clock_error, received_at=received_at
    )

    assert corrected == TRUTH + on_the_way


@pytest.mark.parametrize("kept", [-HOUR, timedelta(days=91), timedelta(days=3650)])
def test_a_clock_that_was_set_in_between_tells_nothing(kept):
    assert corrected_time(TRUTH, sent_at=TRUTH + kept, received_at=TRUTH + HOUR) is None


def test_without_the_time_of_sending_nothing_is_corrected():
    assert corrected_time(TRUTH, sent_at=None, received_at=TRUTH + HOUR) is None


def test_seconds_that_were_cut_off_are_no_set_clock():
    sent_at = TRUTH - timedelta(milliseconds=700)

    assert corrected_time(TRUTH, sent_at=sent_at, received_at=TRUTH + HOUR) == TRUTH + HOUR


@pytest.mark.parametrize(
    ("said", "sent_at", "answer"),
    [
        (TRUTH, None, TRUTH),
        (TRUTH + 5 * HOUR, None, TRUTH + HOUR),
        (TRUTH - HOUR, TRUTH - HOUR, TRUTH + HOUR),
        (TRUTH + 5 * HOUR, TRUTH + 6 * HOUR, TRUTH),
        (TRUTH.astimezone(timezone(3 * HOUR)), None, TRUTH),
    ],
)
def test_nothing_has_happened_later_than_it_was_received(said, sent_at, answer):
    happened = happened_at(said, sent_at=sent_at, received_at=TRUTH + HOUR)

    assert (happened, happened.utcoffset()) == (answer, timedelta())
