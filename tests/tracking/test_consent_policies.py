"""What follows from what a worker has said about being tracked, compared with a rule that is plain and slow."""

import itertools
import random
from datetime import timedelta

import pytest

from app.core.clock import SAME_MOMENT
from app.core.ids import uuid7
from app.tracking.consents.policies import (
    AgreedWords,
    Choice,
    Says,
    consents_of,
    moment_of_end,
    period_at,
    private_times_of,
)
from tests.cast import NOON

WORDS = [AgreedWords(1, "ru", "Согласен", 365), AgreedWords(2, "ru", "Согласен надолго", 700)]


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def a_choice(says, minutes, words=None):
    return Choice(uuid7(), says, at(minutes), words)


def last_said(choices, moment, *kinds):
    """The last of these things that was said by this moment."""
    said = [one for one in choices if one.at <= moment and one.says in kinds]
    return max(said, key=lambda one: (one.at, one.id), default=None)


def some(rng):
    """Times repeat, so that some are said at one moment."""
    return [
        a_choice(says, rng.randrange(12), rng.choice(WORDS) if says == Says.CONSENT else None)
        for says in rng.choices(list(Says), k=rng.randrange(1, 12))
    ]


@pytest.mark.covers("M21")
@pytest.mark.parametrize("seed", range(50))
def test_at_each_moment_what_was_said_last_counts(seed):
    choices = some(random.Random(seed))  # not a secret

    consents, private = consents_of(choices), private_times_of(choices)

    for moment in (at(half / 2) for half in range(-1, 26)):
        of_consent = last_said(choices, moment, Says.CONSENT, Says.WITHDRAWAL)
        of_private = last_said(choices, moment, Says.PRIVATE_START, Says.PRIVATE_END)
        counted = period_at(consents, moment)
        assert (counted and counted.choice.words) == (of_consent and of_consent.words)
        is_private = of_private is not None and of_private.says == Says.PRIVATE_START
        assert (period_at(private, moment) is not None) == is_private


@pytest.mark.covers("M21")
@pytest.mark.parametrize("seed", range(50))
def test_periods_neither_overlap_nor_are_empty_nor_depend_on_the_order_of_a_list(seed):
    choices = some(random.Random(seed))  # not a secret
    shuffled = random.Random(seed + 1).sample(choices, len(choices))  # nor this

    for periods_of in (consents_of, private_times_of):
        periods = periods_of(choices)
        assert periods == periods_of(shuffled)
        assert all(one.until is None or one.since < one.until for one in periods)
        assert all(
            one.until is not None and one.until <= following.since
            for one, following in itertools.pairwise(periods)
        )


def test_an_end_that_comes_just_before_its_beginning_means_it():
    lasts = private_times_of([a_choice(Says.PRIVATE_START, 0)])
    just_before, long_before = NOON - timedelta(seconds=20), NOON - SAME_MOMENT - timedelta(seconds=1)

    assert moment_of_end(lasts, just_before) == NOON
    assert moment_of_end(lasts, long_before) == long_before
    assert moment_of_end([], just_before) == just_before
