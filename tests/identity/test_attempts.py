import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.addresses import same_caller
from app.core.settings import SettingsInvalid, settings_from
from app.db.session import transaction
from app.identity.attempts.models import AttemptCounter
from app.identity.attempts.policies import Limit, is_unlimited, wait_before_next
from app.identity.attempts.service import Attempt, TooManyAttempts, by_address, count, count_within
from tests.cast import NOON
from tests.identity.stories import an_address, attempts_of

MINUTE = timedelta(minutes=1)


def test_the_first_try_need_not_wait():
    assert wait_before_next([], [Limit(1, MINUTE)], now=NOON) is None


def test_a_try_waits_until_the_oldest_that_counts_is_out_of_the_period():
    tried_at = [NOON - timedelta(seconds=50), NOON - timedelta(seconds=20)]

    assert wait_before_next(tried_at, [Limit(2, MINUTE)], now=NOON) == timedelta(seconds=10)
    assert wait_before_next(tried_at, [Limit(2, MINUTE)], now=NOON + timedelta(seconds=10)) is None


def test_of_several_limits_the_longest_wait_counts():
    tried_at = [NOON]

    assert wait_before_next(tried_at, [Limit(1, MINUTE), Limit(1, MINUTE / 2)], now=NOON) == MINUTE


@given(
    st.lists(st.integers(0, 600), max_size=60).map(sorted),
    st.integers(1, 5),
    st.integers(1, 120),
)
def test_no_period_of_that_length_ever_holds_more_tries_than_the_limit(seconds, most, within_s):
    limit, taken = Limit(most, timedelta(seconds=within_s)), list[datetime]()
    for second in seconds:
        now = NOON + timedelta(seconds=second)
        if wait_before_next(taken, [limit], now=now) is None:
            taken.append(now)

    for moment in taken:
        assert sum(moment - limit.within < other <= moment for other in taken) <= most


@pytest.mark.parametrize(
    ("address", "known_as"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_an_ipv6_customer_is_limited_by_his_network(address, known_as):
    assert same_caller(address) == known_as


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("", True),
        ("198.51.100.7", False),
        ("unreadable", False),
    ],
)
def test_a_local_installation_is_not_limited_by_address(address, is_ours):
    assert is_unlimited(address, ["127.0.0.0/8", "::1/128"]) == is_ours


def test_a_network_that_is_none_is_refused_at_start():
    environment = {
        "APP_DATABASE_URL": "postgresql://localhost/x",
        "REDIS_URL": "redis://localhost",
        "SECRET_KEY": "5" * 64,
    }

    assert settings_from(environment).unlimited_networks == "127.0.0.0/8 ::1/128"
    with pytest.raises(SettingsInvalid, match="UNLIMITED_NETWORKS"):
        settings_from(environment | {"UNLIMITED_NETWORKS": "office"})


@pytest.mark.covers("P-rel-23")
async def test_parallel_tries_never_pass_the_limit(maker, settings):
    attempts, who = attempts_of(maker, settings), str(uuid4())
    one = Attempt("guess.code", who, [Limit(5, MINUTE)])

    async def is_taken() -> bool:
        try:
            await count(attempts, one, now=NOON)
        except TooManyAttempts:
            return False
        return True

    assert sum(await asyncio.gather(*[is_taken() for _ in range(50)])) == 5


async def test_requests_that_count_the_same_things_in_another_order_do_not_block_each_other(maker, settings):
    attempts = attempts_of(maker, settings)
    things = [Attempt(f"guess.{name}", str(uuid4()), [Limit(1000, MINUTE)]) for name in "abc"]

    await asyncio.gather(
        *[count(attempts, *(things if n % 2 else reversed(things)), now=NOON) for n in range(40)]
    )


async def test_a_refused_try_counts_nowhere(maker, settings):
    attempts, address, code = attempts_of(maker, settings), an_address(), str(uuid4())
    by_code = Attempt("guess.code", code, [Limit(1, MINUTE)])
    by_ip = by_address("guess", address, Limit(2, MINUTE))
    await count(attempts, by_code, by_ip, now=NOON)
    with pytest.raises(TooManyAttempts) as refusal:
        await count(attempts, by_code, by_ip, now=NOON)

    await count(attempts, by_ip, now=NOON)

    assert (refusal.value.kind, refusal.value.params) == ("guess.code", {"retry_after_s": 60})


async def test_a_count_in_the_callers_transaction_goes_with_it(maker, settings):
    attempts = attempts_of(maker, settings)
    one = Attempt("guess.code", str(uuid4()), [Limit(1, MINUTE)])
    async with maker() as session:
        await count_within(session, attempts, one, now=NOON)
        await session.rollback()

    await count(attempts, one, now=NOON)


async def test_counters_nobody_looks_at_any_more_are_removed(maker, settings):
    attempts = attempts_of(maker, settings)
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    for _ in range(30):
        await count(attempts, Attempt("guess.code", str(uuid4()), [Limit(1, MINUTE)]), now=long_ago)

    for _ in range(3):
        await count(attempts, Attempt("guess.code", str(uuid4()), [Limit(1, MINUTE)]), now=NOON)

    async with transaction(maker, None) as session:
        left = await session.scalars(
            select(AttemptCounter.key).where(AttemptCounter.forget_at < datetime(2002, 1, 1, tzinfo=UTC))
        )
        assert left.all() == []
