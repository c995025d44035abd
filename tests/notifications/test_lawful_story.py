"""Whatever happens in whatever order: no advertisement leaves without consent, without a person who has released it,
at a wrong hour or above a cap, and nothing is lost without a reason."""

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.core.ids import uuid7
from app.notifications.channels.protocol import Accepted, Outcome, Rejected, Unknown
from tests.notifications.stories import plan
from tests.notifications.test_batches import CHECK, Campaign, Consents
from tests.notifications.test_templates import create

STEPS = 60
MOSCOW = ZoneInfo("Europe/Moscow")
DONE = {"sent", "failed", "unknown", "suppressed", "expired"}


class WatchedGateway:
    """Takes most messages, and notes what was true when each of them left."""

    name = "sms"

    def __init__(self, story: "Story") -> None:
        self._story = story

    async def send(self, *, ref: str, text: str, **_: Any) -> Outcome:
        luck = self._story.chance.random()
        self._story.left(UUID(ref.partition("/")[2]), arrives=luck >= 0.1)
        if luck < 0.1:
            return Rejected(code="503 busy", permanent=False)
        return Unknown(detail="timeout") if luck < 0.15 else Accepted()


class Story:
    def __init__(self, maker, cast, clock, seed: int) -> None:
        self.chance = random.Random(seed)
        self.people = [uuid7() for _ in range(4)]
        self.consents = Consents(household=frozenset(self.people[:2]))
        self.campaign = Campaign(maker, cast, clock, self.consents)
        self.campaign.sender._channels = {"sms": [WatchedGateway(self)]}
        self.cast, self.clock, self.maker = cast, clock, maker
        self.to: dict[UUID, tuple[str, UUID]] = {}
        """By message: its class and its client."""
        self.gone: list[tuple[str, UUID, datetime]] = []
        self.faults: list[str] = []

    async def play(self) -> None:
        await self.campaign.begin(released=False)
        await create(self.cast.irina, CHECK, published=True)
        for _ in range(STEPS):
            await self.chance.choice(
                [self.invite, self.invite, self.ask, self.stop, self.agree, self.act, self.wait, self.send]
            )()
        await self.campaign.act("release")
        for _ in range(200):
            self.clock.advance(hours=13)
            await self.send()

    async def invite(self) -> None:
        client = self.chance.choice(self.people)
        self.to[await self.campaign.invite(client)] = ("marketing", client)

    async def ask(self) -> None:
        client = self.chance.choice(self.people)
        message_id = await self.campaign.invite(client, kind="how_was_it", batch_id=None)
        self.to[message_id] = ("feedback", client)

    async def stop(self) -> None:
        self.consents.stopped.add(self.chance.choice(self.people))

    async def agree(self) -> None:
        self.consents.stopped.discard(self.chance.choice(self.people))

    async def act(self) -> None:
        await self.campaign.act(self.chance.choice(["release", "release", "pause"]))

    async def wait(self) -> None:
        self.clock.advance(minutes=self.chance.choice([1, 60, 400, 1500]))

    async def send(self) -> None:
        """Several processes at once."""
        sender = self.campaign.sender
        await asyncio.gather(
            *(sender.send_due_messages(self.maker, self.cast.company_id, self.clock) for _ in range(3))
        )

    def left(self, message_id: UUID, *, arrives: bool) -> None:
        if message_id not in self.to:
            return
        legal_class, client = self.to[message_id]
        local = self.clock.now().astimezone(MOSCOW)
        if client in self.consents.stopped:
            self.faults.append(f"{legal_class} to somebody who has said stop")
        if legal_class == "marketing" and self.campaign.batch["status"] != "released":
            self.faults.append(f"an advertisement of a batch that is {self.campaign.batch['status']}")
        if not 10 <= local.hour < (20 if legal_class == "marketing" else 21):
            self.faults.append(f"{legal_class} at {local:%H:%M}")
        if legal_class == "marketing" and local.isoweekday() == 7:
            self.faults.append("an advertisement on a Sunday")
        if arrives:
            self.gone.append((legal_class, client, self.clock.now()))


def worst(days: list, length: int) -> int:
    return max((sum(day - timedelta(days=length) < one <= day for one in days) for day in days), default=0)


@pytest.mark.covers("R177", "R39")
@pytest.mark.parametrize("seed", range(3))
async def test_no_order_of_events_lets_an_unlawful_message_out(cast, maker, clock, seed):
    story = Story(maker, cast, clock, seed)

    await story.play()

    assert story.faults == []
    family = story.consents.household
    for whose in (family, {story.people[2]}, {story.people[3]}):
        days = [
            at.astimezone(MOSCOW).date()
            for legal_class, client, at in story.gone
            if legal_class == "marketing" and client in whose
        ]
        for length, most in ((1, 1), (7, 2), (30, 5)):
            assert worst(days, length) <= most
    states = {one: await story.campaign.state(one) for one in story.to}
    assert {status for status, _ in states.values()} <= DONE
    assert all(reason for status, reason in states.values() if status not in ("sent", "unknown"))
    assert len(story.gone) > 2


async def test_a_stop_in_the_middle_of_a_batch_stops_the_rest(cast, maker, clock):
    campaign = Campaign(maker, cast, clock)
    await campaign.begin(released=False)
    people = [uuid7() for _ in range(30)]
    messages = [await campaign.invite(one) for one in people]
    await plan(maker, cast)
    await campaign.act("release")
    clock.advance(seconds=1)
    await campaign.run()
    campaign.consents.stopped |= set(people)

    clock.advance(seconds=5)
    await campaign.run()

    states = await campaign.states(*messages)
    assert states.count(("sent", None)) == 11
    assert states.count(("suppressed", "stop")) == 19
