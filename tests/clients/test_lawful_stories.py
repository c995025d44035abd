"""No order of consents, stops, changes of contacts, merges and undone merges lets advertising out without a consent."""

import random
from datetime import timedelta

import pytest

from tests.clients.consents import agreed, ask, published
from tests.clients.given import a_client, phone

VALUES = ("+79031234567", "+79037654321")
STEPS = 25


class Story:
    """What happened, in plain lists: an advertising message is lawful if they say so."""

    def __init__(self, cast, maker, clock, dice):
        self.cast, self.maker, self.clock, self.dice = cast, maker, clock, dice
        self.cards, self.merges = [], []
        self.grants, self.stops, self.losses = [], [], []

    def root_of(self, card):
        into = {merge["merged_id"]: merge["survivor_id"] for merge in self.merges}
        while card in into:
            card = into[card]
        return card

    def group_of(self, card):
        return {one for one in self.cards if self.root_of(one) == self.root_of(card)}

    def roots(self):
        return [card for card in self.cards if self.root_of(card) == card]

    def may_be_lawful(self, card, value):
        """Somebody of these cards agreed, later than every stop of the number, and has not lost it since."""
        group = self.group_of(card)
        after = max((at for at, stopped in self.stops if stopped == value), default=None)
        return any(
            granted == value
            and who in group
            and (after is None or at > after)
            and not any(lost == value and who in losers and then >= at for then, losers, lost in self.losses)
            for at, who, granted in self.grants
        )

    async def contacts_of(self, card):
        shown = (await self.cast.olga.get(f"/clients/{card}")).json()
        return {one["value"] for one in shown["contacts"]}, shown["version"]

    async def set_contacts(self, card, values):
        had, version = await self.contacts_of(card)
        contacts = [phone(value, is_shared=True) for value in sorted(values)]
        answer = await self.cast.olga.patch(
            f"/clients/{card}", {"contacts": contacts}, if_match=f'"{version}"'
        )
        assert answer.status_code == 200, answer.text
        self.losses += [(self.clock.now(), self.group_of(card), value) for value in had - values]

    async def step(self):
        self.clock.moment += timedelta(minutes=1)
        card, value = self.dice.choice(self.roots()), self.dice.choice(VALUES)
        held, _ = await self.contacts_of(card)
        match self.dice.choice(["grant", "grant", "stop", "lose", "get", "merge", "merge", "undo"]):
            case "grant" if value in held:
                await agreed(self.cast.olga, card, value, said_at=self.clock.now().isoformat())
                self.grants.append((self.clock.now(), card, value))
                assert (await ask(self.maker, self.cast, card, value)).allowed
            case "stop" if value in held:
                await self.cast.olga.post(f"/clients/{card}/stop", {"value": value})
                self.stops.append((self.clock.now(), value))
            case "lose" if value in held:
                await self.set_contacts(card, held - {value})
            case "get" if value not in held:
                await self.set_contacts(card, held | {value})
            case "merge" if len(self.roots()) > 1:
                other = self.dice.choice([one for one in self.roots() if one != card])
                body = {"merged_id": other, "reason": "Один человек"}
                answer = await self.cast.olga.post(f"/clients/{card}/merge", body)
                self.merges.append(answer.json())
            case "undo" if self.merges:
                await self.undo(self.dice.choice(self.merges))

    async def undo(self, merge):
        before = {card: (await self.contacts_of(card))[0] for card in self.roots()}
        losers = {card: self.group_of(card) for card in self.roots()}
        root = self.root_of(merge["survivor_id"])
        answer = await self.cast.olga.post(f"/client-merges/{merge['id']}/undo", {"reason": "Ошиблись"})
        assert answer.status_code == 200, answer.text
        self.merges.remove(merge)
        has, _ = await self.contacts_of(root)
        apart = losers[root] - self.group_of(merge["merged_id"])
        self.losses += [(self.clock.now(), apart, value) for value in before[root] - has]

    async def check(self):
        for card in self.cards:
            held, _ = await self.contacts_of(card)
            for value in VALUES:
                said = await ask(self.maker, self.cast, card, value)
                if said.allowed:
                    assert value in held
                    assert self.may_be_lawful(card, value)


@pytest.mark.parametrize("seed", range(4))
async def test_no_story_lets_advertising_out_without_a_consent(cast, maker, clock, seed):
    await published(cast.irina)
    story = Story(cast, maker, clock, random.Random(seed))
    for name in ("Анна", "Борис", "Вера"):
        held = VALUES[: story.dice.choice([1, 2])]
        contacts = [phone(value, is_shared=True) for value in held]
        story.cards.append((await a_client(cast.olga, name=name, contacts=contacts))["id"])

    for _ in range(STEPS):
        await story.step()
        await story.check()

    assert story.grants
