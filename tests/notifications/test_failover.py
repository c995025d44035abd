"""Two gateways for SMS: a failing one is asked last until it recovers."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifications.channels.choice import channels_from
from app.notifications.channels.protocol import Accepted, Channel, Rejected, Unknown
from app.notifications.channels.sms.kannel import KannelProvider
from app.notifications.health.policies import (
    FORGOTTEN_AFTER,
    GOOD_AGAIN,
    PROBE_EVERY,
    Health,
    in_order,
    noted,
    to_probe,
)
from app.notifications.messages.sending import Sender
from tests.cast import NOON
from tests.conftest import Background
from tests.counting import asyncpg_statements
from tests.notifications.stories import details_of, new_phone, plan, received_by
from tests.notifications.test_ladder import Gateway

GOOD, BUSY, LOST = Accepted(), Rejected(code="503 busy", permanent=False), Unknown(detail="timeout")


class Pair:
    """A sender with two gateways."""

    def __init__(self, maker, cast, clock) -> None:
        self.first, self.second = Gateway("first", GOOD), Gateway("second", GOOD)
        self.sender = Sender({Channel.SMS: [self.first, self.second]}, default_sender="BRIGADA")
        self._maker, self._cast, self._clock = maker, cast, clock

    async def send(self, count: int = 1) -> list:
        messages = [await plan(self._maker, self._cast, now=self._clock.now()) for _ in range(count)]
        await self.run()
        return messages

    async def run(self) -> None:
        await self.sender.send_due_messages(self._maker, self._cast.company_id, self._clock)

    def take_sent(self) -> tuple[int, int]:
        sent = len(self.first.sent), len(self.second.sent)
        self.first.sent.clear()
        self.second.sent.clear()
        return sent


@pytest.mark.covers("R38")
async def test_a_failing_gateway_is_asked_last_and_a_probe_finds_out_that_it_works_again(cast, maker, clock):
    pair = Pair(maker, cast, clock)
    await pair.send(4)
    healthy = pair.take_sent()
    pair.first.outcomes = [LOST]
    await pair.send(4)
    failing = pair.take_sent()
    await pair.send(4)
    lowered = pair.take_sent()
    clock.advance(minutes=1)
    await pair.send(4)
    probed = pair.take_sent()
    pair.first.outcomes = [GOOD]
    for _ in range(GOOD_AGAIN):
        clock.advance(minutes=1)
        await pair.send(1)
    recovering = pair.take_sent()
    await pair.send(4)

    assert (healthy, failing, lowered, probed) == ((4, 0), (4, 0), (0, 4), (1, 3))
    assert recovering == (GOOD_AGAIN, 0)
    assert pair.take_sent() == (4, 0)


async def test_a_message_that_one_gateway_refuses_is_tried_by_the_other(cast, maker, clock):
    pair = Pair(maker, cast, clock)
    pair.first.outcomes = [BUSY]
    (message_id,) = await pair.send(1)

    clock.advance(seconds=10)
    await pair.run()

    found = await details_of(cast.olga, message_id)
    assert [(one["provider"], one["outcome"]) for one in found["attempts"]] == [
        ("first", "rejected"),
        ("second", "accepted"),
    ]
    assert found["message"]["status"] == "sent"


async def test_an_unknown_message_is_not_tried_by_the_other(cast, maker, clock):
    pair = Pair(maker, cast, clock)
    pair.first.outcomes = [LOST]
    await pair.send(1)

    clock.advance(hours=1)
    await pair.run()

    assert pair.take_sent() == (1, 0)


async def test_every_background_process_knows_what_one_has_found_out(cast, other_cast, maker, clock):
    pair, other_process = Pair(maker, cast, clock), Pair(maker, cast, clock)
    other_company = Pair(maker, other_cast, clock)
    pair.first.outcomes = [LOST]
    await pair.send(4)

    await other_process.send(2)
    await other_company.send(2)

    assert other_process.take_sent() == (0, 2)
    assert other_company.take_sent() == (2, 0)


async def test_one_gateway_costs_no_statement(cast, maker, clock, engine):
    one, two = Pair(maker, cast, clock), Pair(maker, cast, clock)
    one.sender = Sender({Channel.SMS: [one.first]}, default_sender="BRIGADA")
    counts = []
    for pair in (one, two):
        await plan(maker, cast)
        with asyncpg_statements(engine) as sent:
            await pair.run()
        counts.append(len(sent))

    assert counts[1] - counts[0] == 2


@pytest.mark.covers("R38")
async def test_a_second_kannel_takes_over_from_one_that_is_down(
    cast, maker, kannel, background_via, settings
):
    told = {
        "kannel_url": "http://127.0.0.1:1/",
        "kannel_2_url": kannel.sendsms_url,
        "kannel_2_username": kannel.username,
        "kannel_2_password": kannel.password,
    }
    background: Background = background_via(**told)
    providers = channels_from(background.context.settings)[Channel.SMS]
    phones = [new_phone() for _ in range(6)]
    for phone in phones:
        await plan(maker, cast, phone=phone)

    await background.run()
    background.context.clock.advance(seconds=10)
    await background.run()

    assert [one.name for one in providers] == ["kannel", "kannel-2"]
    assert all(isinstance(one, KannelProvider) for one in providers)
    for phone in phones:
        assert len(await received_by(kannel, phone)) == 1


# The policy

FRESH = Health("first")


def after(marks: str, health: Health = FRESH, now=NOON) -> Health:
    for mark in marks:
        health = noted(health, [GOOD if mark == "+" else BUSY], now=now)
    return health


@pytest.mark.parametrize(
    ("marks", "is_lowered"),
    [("--", False), ("---", True), ("+++---", True), ("++++---", False), ("-+-+-", True), ("+" * 20, False)],
)
def test_a_gateway_fails_when_half_of_its_last_calls_do(marks, is_lowered):
    assert (after(marks).lowered_at is not None) == is_lowered


def test_old_calls_do_not_count():
    old = after("--")

    assert after("-", old, NOON + FORGOTTEN_AFTER).lowered_at is None
    assert after("-", old, NOON + FORGOTTEN_AFTER - timedelta(seconds=1)).lowered_at is not None


def test_a_probe_is_due_once_a_minute():
    known = {"first": after("---")}

    assert in_order(["first", "second"], known) == ["second", "first"]
    assert to_probe(["first", "second"], known, now=NOON + PROBE_EVERY - timedelta(seconds=1)) is None
    assert to_probe(["first", "second"], known, now=NOON + PROBE_EVERY) == "first"
    probed = {"first": known["first"]._replace(probed_at=NOON + PROBE_EVERY)}
    assert to_probe(["first", "second"], probed, now=NOON + PROBE_EVERY) is None


@given(st.text("+-", max_size=80), st.integers(0, 10**6))
def test_whatever_happened_a_gateway_that_works_recovers(marks, seed):
    health = after(marks)
    chance, now = random.Random(seed), NOON
    for _ in range(GOOD_AGAIN):
        now += timedelta(seconds=chance.randint(60, 500))
        health = noted(health, [GOOD], now=now)

    assert health.lowered_at is None
    assert in_order(["first", "second"], {"first": health}) == ["first", "second"]
