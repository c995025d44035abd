"""Whatever happens in whatever order: no message of a plan leaves without consent, after its plan has ended, while the
plan is held up, twice, or against what is true in that moment."""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app.core.ids import uuid7
from app.crm.api import PlansStillWant
from app.crm.plans.policies import PlanStatus
from app.crm.plans.values import PlanContent, Stop
from app.crm.touches.policies.judging import (
    GO,
    Inside,
    Known,
    Need,
    failing,
    judge,
    why_stopped,
)
from app.crm.touches.policies.schedule import dies_at
from app.notifications.api import LegalClass
from tests.clients.consents import agreed, published, stopped
from tests.clients.given import a_client, phone
from tests.clients.test_inbound import wrote
from tests.crm.given import a_booked_job, ok
from tests.crm.plans import a_proposal, a_text, ends, released
from tests.notifications.stories import lines_to, new_phone

ZONE = ZoneInfo("Europe/Moscow")
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEED = Need("net", uuid7(), date(2026, 4, 1))
MOMENTS = st.integers(-40, 40).map(lambda days: AT + timedelta(days=days))
KINDS = {"one": "marketing", "two": "service", "three": "marketing", "four": "service"}
"""The messages of the plan in the story, with their legal class."""
CONDITIONS = (
    {"name": "nothing_booked"},
    {"name": "not_disappointed"},
    {"name": "purchases", "number": 2},
    {"name": "status", "any_of": ["fan"]},
    {"name": "silent", "number": 10, "is_not": True},
)
KNOWN = st.builds(
    Known,
    client_id=st.uuids(),
    kind=st.just("person"),
    source=st.just(""),
    born_on=st.none(),
    is_archived=st.booleans(),
    status=st.sampled_from(["fan", "dormant", None]),
    tier=st.none(),
    due_on=st.sampled_from([None, date(2026, 4, 1), date(2026, 5, 1)]),
    purchases=st.integers(0, 3),
    purchased_at=st.none() | MOMENTS,
    is_booked=st.booleans(),
    booked_since=st.booleans(),
    replied_since=st.booleans(),
    proposal_answer=st.sampled_from([None, "accepted", "refused", "thinking"]),
    quality=st.none(),
    is_disappointed=st.booleans(),
    interests=st.just(()),
    bought=st.just(()),
    needs=st.sampled_from([(), (NEED,)]),
    spoken_at=st.none() | MOMENTS,
    has_contact=st.booleans(),
    data_withdrawn=st.booleans(),
    is_in_case=st.booleans(),
    ready_on=st.sampled_from([None, date(2026, 4, 1)]),
)
KNOWN_NOW = Known(
    client_id=uuid7(),
    kind="person",
    source="",
    born_on=None,
    is_archived=False,
    status="fan",
    tier=None,
    due_on=None,
    purchases=1,
    purchased_at=None,
    is_booked=False,
    booked_since=False,
    replied_since=False,
    proposal_answer=None,
    quality=None,
    is_disappointed=False,
    interests=(),
    bought=(),
    needs=(),
    spoken_at=None,
)
INSIDE_NOW = Inside(uuid7(), AT, AT, ZONE, is_control=False, status="fan", need=None)
INSIDE = st.builds(
    Inside,
    enrolment_id=st.uuids(),
    started_at=st.just(AT - timedelta(days=1)),
    event_at=st.just(AT - timedelta(days=1)),
    zone=st.just(ZONE),
    is_control=st.booleans(),
    status=st.sampled_from(["fan", "dormant"]),
    need=st.sampled_from([None, NEED]),
    is_double=st.booleans(),
)


@st.composite
def contents(draw):
    step = {
        "code": "write",
        "conditions": draw(st.lists(st.sampled_from(CONDITIONS), max_size=2)),
        "delay": draw(st.sampled_from([{}, {"anchor": "due", "is_before": True, "amount": 20}])),
        "message": {"template": "t", "channels": [{"channel": "sms"}]},
    }
    stops = draw(st.lists(st.sampled_from(list(Stop)), min_size=1, max_size=4, unique=True))
    given_content = {"audience": {"trigger": "request"}, "stops": stops, "steps": [step]}
    return msgspec.convert(msgspec.to_builtins(given_content), PlanContent)


@given(
    contents(), INSIDE, KNOWN, st.none() | MOMENTS, st.sampled_from(LegalClass), st.sampled_from(PlanStatus)
)
@examples(max_examples=400)
def test_what_goes_contradicts_nothing_that_is_true(content, inside, known, due_at, legal_class, status):
    step = content.steps[0]
    decision = judge(
        step, content, inside, known, due_at=due_at, legal_class=legal_class, plan_status=status, now=AT
    )

    if decision == GO:
        assert status == PlanStatus.ON
        assert why_stopped(content, inside, known) is None
        assert failing(step.conditions, known, now=AT, zone=ZONE) is None
        assert due_at is not None
        assert due_at <= AT
        assert dies_at(step, due_at, ZONE) > AT
        assert not (inside.is_control and legal_class == LegalClass.MARKETING)
        assert not known.is_archived
        assert not known.data_withdrawn
        assert not inside.is_double
    else:
        assert decision.skip or decision.stop or decision.until


class Held(NamedTuple):
    """What was true at some moment of the story."""

    agreed: frozenset[int]
    over: frozenset[int]
    booked: frozenset[int]
    is_on: bool
    merged: bool


class Story:
    """Three clients in one plan, people who act, and a background process of which any part runs at any time."""

    def __init__(self, cast, background, clock, settings, anonymous, seed: int) -> None:
        self.chance = random.Random(seed)
        self.cast, self.background, self.clock, self.settings = cast, background, clock, settings
        self.anonymous = anonymous
        self.numbers = [new_phone() for _ in range(3)]
        self.clients: list[str] = []
        self.proposals: list[str] = []
        self.visits: dict[int, str] = {}
        self.counts: dict[int, int] = {}
        self.agreed: set[int] = set()
        self.over: set[int] = set()
        self.merged = False
        self.is_on = True
        self.faults: list[str] = []
        self.acts = [self.agree, self.stop, self.stop_word, self.answer, self.book, self.move, self.hold_up]
        self.acts.append(self.merge)

    async def begin(self) -> None:
        await published(self.cast.irina)
        steps = []
        for n, (kind, legal_class) in enumerate(KINDS.items()):
            await a_text(self.cast.irina, kind, legal_class, text=f"{{company}}: {kind}")
            message = {"template": kind, "channels": [{"channel": "sms"}], "without_consent": "skip"}
            conditions = [{"name": "nothing_booked"}]
            delay = {"amount": n, "at_local": "22:00"}
            steps.append({"code": kind, "delay": delay, "message": message, "conditions": conditions})
        self.plan = await released(self.cast.sergei, *steps, stops=["proposal_answered"])
        for n, number in enumerate(self.numbers):
            client = await a_client(self.cast.olga, surname=f"Котова {n}", contacts=[phone(number)])
            self.clients.append(client["id"])
            await self.agree(n)
            self.proposals.append((await a_proposal(self.cast, client["id"]))["id"])

    async def play(self, days: int) -> None:
        await self.begin()
        for _ in range(days):
            await self.night()
            await self.day()
        if not self.is_on:
            await self.hold_up(0)
        for _ in range(8):
            before = self.held()
            await self.background.run()
            self.look(before)
            self.clock.advance(hours=25)
        await self.background.run()

    async def night(self) -> None:
        """What is due in the evening waits. Something happens, and in the morning the sender is the first to run."""
        self.clock.moment = self.clock.now().astimezone(ZONE).replace(hour=22, minute=5).astimezone(UTC)
        await self.background.sweep("relay", "delivery", "touch")
        for _ in range(2):
            await self.chance.choice(self.acts)(self.chance.randrange(3))
        before = self.held()
        self.clock.advance(hours=13)
        await self.background.sweep("message")
        self.look(before)

    async def day(self) -> None:
        """People act while parts of the process run."""
        for _ in range(2):
            before = self.held()
            act, who = self.chance.choice(self.acts), self.chance.randrange(3)
            await asyncio.gather(act(who), self.run())
            self.look(before)
            self.clock.advance(hours=1)

    def held(self) -> Held:
        booked = frozenset(self.visits)
        return Held(frozenset(self.agreed), frozenset(self.over), booked, self.is_on, self.merged)

    async def run(self) -> None:
        await self.background.sweep(*self.chance.sample(["touch", "message", "relay", "delivery"], k=2))

    def look(self, before: Held) -> None:
        """What left since the last look must have been right before or after what happened meanwhile."""
        now = self.held()
        for n, number in enumerate(self.numbers):
            texts = [one["text"].split(": ")[1] for one in lines_to(self.settings, number)]
            of_plan = [said for said in texts if said in KINDS]
            new = of_plan[self.counts.get(n, 0) :]
            self.counts[n] = len(of_plan)
            if new:
                self.faults += [f"{n} got {new}: {fault}" for fault in self._faults(n, new, before, now)]
            if len(of_plan) != len(set(of_plan)):
                self.faults.append(f"{n} got {of_plan}")

    def _faults(self, n: int, new: list[str], before: Held, now: Held) -> Iterator[str]:
        is_merged = before.merged and now.merged
        mine = {0, 1} if is_merged and n < 2 else {n}
        if n not in before.agreed | now.agreed and any(KINDS[one] == "marketing" for one in new):
            yield "without consent"
        if not (before.is_on or now.is_on):
            yield "the plan is held up"
        if n in before.over & now.over:
            yield "he has answered"
        if mine & before.booked & now.booked:
            yield "something is booked"
        if is_merged and n == 1:
            yield "another card of his is in the plan"

    async def agree(self, n: int) -> None:
        said_at = self.clock.now().isoformat()
        await agreed(self.cast.olga, self.clients[n], self.numbers[n], said_at=said_at)
        self.agreed.add(n)

    async def stop(self, n: int) -> None:
        await stopped(self.cast.olga, self.clients[n])
        self.agreed -= {0, 1} if self.merged and n < 2 else {n}

    async def stop_word(self, n: int) -> None:
        await wrote(self.anonymous, self.cast, "СТОП", sender=self.numbers[n])
        self.agreed -= {0, 1} if self.merged and n < 2 else {n}

    async def answer(self, n: int) -> None:
        body = {"answer": "refused", "reason": "Дорого", "loss_reason": "price"}
        await ok(await self.cast.olga.post(f"/crm/proposals/{self.proposals[n]}/answers", body))
        self.over.add(n)

    async def book(self, n: int) -> None:
        if n in self.visits or (self.merged and n == 1):
            return
        body = {"address": f"Дом {n}", "point": {"lat": 55.76, "lon": 37.6}}
        site = await ok(await self.cast.olga.post(f"/clients/{self.clients[n]}/sites", body))
        at = AT + timedelta(days=20, hours=2 * n)
        visit = await a_booked_job(self.cast, self.clients[n], site["id"], starts_at=at)
        self.visits[n] = str(visit.id)

    async def move(self, n: int) -> None:
        """He is still booked."""
        if n in self.visits:
            at = AT + timedelta(days=self.chance.choice([21, 22, 23]), hours=2 * n)
            path = f"/visits/{self.visits[n]}"
            await ok(await self.cast.olga.patch(path, {"starts_at": at.isoformat()}, if_match="*"))

    async def hold_up(self, _: int) -> None:
        command = "pause" if self.is_on else "release"
        path = f"/crm/plans/{self.plan['id']}"
        seen = await ok(await self.cast.sergei.get(path))
        await ok(await self.cast.sergei.post(f"{path}/{command}", if_match=f'"{seen["version"]}"'))
        self.is_on = not self.is_on

    async def merge(self, _: int) -> None:
        if self.merged or self.chance.random() < 0.5:
            return
        body = {"merged_id": self.clients[1], "reason": "Один человек"}
        await ok(await self.cast.olga.post(f"/clients/{self.clients[0]}/merge", body))
        self.merged = True


@pytest.mark.covers("R36", "R39")
@pytest.mark.parametrize("seed", [1, 2])
async def test_in_whatever_order_things_happen_no_message_is_wrong_when_it_leaves(
    cast, background, clock, settings, anonymous, seed
):
    story = Story(cast, background, clock, settings, anonymous, seed)

    await story.play(4)

    assert story.faults == []
    left = [one for client_id in story.clients for one in await ends(cast.olga, client_id)]
    assert {status for _, status, _, _ in left} <= {"sent", "skipped", "failed"}
    assert all(reason for _, status, reason, _ in left if status != "sent")


async def test_the_story_notices_a_sender_that_does_not_ask_once_more(
    cast, background, clock, settings, anonymous, monkeypatch
):
    """Without the second question a message goes that was true when it was planned."""

    async def ask_nobody(*_, **__):
        return {}

    monkeypatch.setattr(PlansStillWant, "rule", ask_nobody)
    story = Story(cast, background, clock, settings, anonymous, seed=1)
    await story.begin()
    for _ in range(4):
        await story.night()

    assert story.faults != []
