"""Consents, stops, changes of contacts, merges, undone merges and the sender at work all at once, over HTTP: no
advertisement leaves without a consent."""

import asyncio
import random
from typing import Any

import pytest

from app.core.ids import uuid7
from app.db.session import transaction
from app.notifications.messages.models import Message
from tests.clients.consents import consent, published
from tests.clients.given import a_client, phone
from tests.crm.plans import a_text
from tests.notifications.stories import lines_to, new_phone

ROUNDS = 14
AT_ONCE = 3


class Town:
    """Three cards with two numbers that they share, and a released batch with a message to everybody each time."""

    def __init__(self, cast, maker, background, clock, settings, seed: int) -> None:
        self.dice = random.Random(seed)
        self.cast, self.maker, self.background = cast, maker, background
        self.clock, self.settings = clock, settings
        self.numbers = [new_phone(), new_phone()]
        self.cards: list[str] = []
        self.merges: list[str] = []
        self.agreed: set[str] = set()
        """Numbers of which anybody has agreed since their last stop, as far as answers say."""
        self.seen: dict[str, int] = dict.fromkeys(self.numbers, 0)
        self.faults: list[str] = []

    async def begin(self) -> None:
        await published(self.cast.irina)
        await a_text(self.cast.irina, "invite")
        always = {"since": "00:00", "until": "24:00", "weekdays": [1, 2, 3, 4, 5, 6, 7]}
        hours = dict.fromkeys(("service", "feedback", "marketing"), always)
        caps = {"marketing_per_day": 100, "marketing_per_7_days": 100, "marketing_per_30_days": 100}
        caps["feedback_per_30_days"] = 1
        settings = {"hours": hours, "caps": caps}
        answer = await self.cast.irina.call("PATCH", "/message-settings", settings, if_match='"0"')
        assert answer.status_code == 200, answer.text
        batch = (await self.cast.irina.post("/message-batches", {"name": "Весна"})).json()
        path = f"/message-batches/{batch['id']}/release"
        await self.cast.irina.call("POST", path, if_match=f'"{batch["version"]}"')
        self.batch = batch["id"]
        for name in ("Анна", "Борис", "Вера"):
            contacts = [phone(number, is_shared=True) for number in self.numbers]
            self.cards.append((await a_client(self.cast.olga, name=name, contacts=contacts))["id"])

    async def invite(self) -> None:
        about: dict[str, Any] = {"audience": "client", "lang": "ru", "sender": "", "subject_kind": "client"}
        about |= {"kind": "invite", "company_id": self.cast.company_id, "batch_id": self.batch, "segments": 1}
        about |= {"body": "", "params": {"name": "Анна", "company": "Окна"}, "send_at": self.clock.now()}
        async with transaction(self.maker, self.cast.company_id) as session:
            session.add_all(
                Message(id=uuid7(), subject_id=uuid7(), recipient_id=card, phone=number, **about)
                for card in self.cards
                for number in self.numbers
            )

    async def grant(self, card: str, number: str, said: set[str]) -> None:
        body = consent(number, said_at=self.clock.now().isoformat())
        answer = await self.cast.olga.post(f"/clients/{card}/consents", body)
        if answer.status_code == 201:
            said.add(number)

    async def stop(self, card: str, number: str, stopped: set[str]) -> None:
        answer = await self.cast.olga.post(f"/clients/{card}/stop", {"value": number})
        if answer.status_code == 200:
            stopped.add(number)

    async def set_numbers(self, card: str) -> None:
        shown = (await self.cast.olga.get(f"/clients/{card}")).json()
        held = self.dice.sample(self.numbers, self.dice.randint(0, 2))
        contacts = [phone(number, is_shared=True) for number in held]
        path = f"/clients/{shown['id']}"
        await self.cast.olga.patch(path, {"contacts": contacts}, if_match=f'"{shown["version"]}"')

    async def merge(self, card: str, other: str) -> None:
        body = {"merged_id": other, "reason": "Один человек"}
        answer = await self.cast.olga.post(f"/clients/{card}/merge", body)
        if answer.status_code == 201:
            self.merges.append(answer.json()["id"])

    async def undo(self) -> None:
        if self.merges:
            merge = self.merges.pop(self.dice.randrange(len(self.merges)))
            await self.cast.olga.post(f"/client-merges/{merge}/undo", {"reason": "Ошиблись"})

    async def round(self) -> None:
        self.clock.advance(minutes=11)
        await self.invite()
        granted: set[str] = set()
        stopped: set[str] = set()
        acts = [self._act(granted, stopped) for _ in range(AT_ONCE)]
        await asyncio.gather(*acts, self.background.sweep("message"), self.background.sweep("message"))
        self.look(self.agreed | granted)
        self.agreed = (self.agreed | granted) - stopped  # of both in one moment the stop holds

    def _act(self, granted: set[str], stopped: set[str]) -> Any:
        card, number = self.dice.choice(self.cards), self.dice.choice(self.numbers)
        match self.dice.choice(["grant", "grant", "grant", "stop", "stop", "numbers", "merge", "undo"]):
            case "grant":
                return self.grant(card, number, granted)
            case "stop":
                return self.stop(card, number, stopped)
            case "numbers":
                return self.set_numbers(card)
            case "merge":
                return self.merge(card, self.dice.choice([one for one in self.cards if one != card]))
        return self.undo()

    def look(self, lawful: set[str]) -> None:
        for number in self.numbers:
            left = len(lines_to(self.settings, number))
            if left > self.seen[number] and number not in lawful:
                self.faults.append(f"{left - self.seen[number]} to {number} without a consent")
            self.seen[number] = left


@pytest.mark.covers("R39")
@pytest.mark.parametrize("seed", [1])
async def test_whatever_happens_at_once_no_advertisement_leaves_without_a_consent(
    cast, maker, background, clock, settings, seed
):
    town = Town(cast, maker, background, clock, settings, seed)
    await town.begin()

    for _ in range(ROUNDS):
        await town.round()

    assert town.faults == []
    assert sum(town.seen.values()) > 0
