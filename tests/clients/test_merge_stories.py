"""Merges that are made and undone in any order leave each client with what belongs to the cards that are his."""

import asyncio
import random

import pytest

from tests.clients.given import a_client, a_site, phone
from tests.clients.test_merging import merged, undone

STEPS = 24
CARDS = 5


class Cards:
    """What a merge is: the cards of a client are those that merges which still stand lead to."""

    def __init__(self, cast, clock) -> None:
        self.cast, self.clock = cast, clock
        self.ids: list[str] = []
        self.phones: dict[str, str] = {}
        self.sites: dict[str, str] = {}
        self.standing: list[dict] = []

    async def begin(self) -> None:
        for n in range(CARDS):
            number = f"+7903123456{n}"
            card = await a_client(self.cast.olga, name=f"Карточка {n}", contacts=[phone(number)])
            self.ids.append(card["id"])
            self.phones[card["id"]] = number
            self.sites[card["id"]] = (await a_site(self.cast.olga, card["id"]))["id"]

    def root_of(self, card: str) -> str:
        into = {one["merged_id"]: one["survivor_id"] for one in self.standing}
        while card in into:
            card = into[card]
        return card

    def roots(self) -> list[str]:
        return [card for card in self.ids if self.root_of(card) == card]

    async def merge(self, survivor: str, other: str) -> None:
        self.clock.advance(minutes=1)
        self.standing.append(await merged(self.cast.olga, {"id": survivor}, {"id": other}))

    async def undo(self, merge: dict) -> None:
        self.clock.advance(minutes=1)
        await undone(self.cast.olga, merge)
        self.standing.remove(merge)

    async def check(self) -> None:
        for root in self.roots():
            his = {card for card in self.ids if self.root_of(card) == root}
            shown = (await self.cast.olga.get(f"/clients/{root}")).json()
            sites = (await self.cast.olga.get(f"/clients/{root}/sites")).json()["items"]
            assert {shown["id"], *shown["merged_ids"]} == his
            assert {one["value"] for one in shown["contacts"]} == {self.phones[card] for card in his}
            assert {one["id"] for one in sites} == {self.sites[card] for card in his}


@pytest.mark.covers("R57")
@pytest.mark.parametrize("seed", [2, 10])
async def test_in_any_order_merges_and_undone_merges_leave_each_card_with_its_client(cast, clock, seed):
    dice, cards = random.Random(seed), Cards(cast, clock)
    await cards.begin()

    for _ in range(STEPS):
        if cards.standing and (dice.random() < 0.45 or len(cards.roots()) == 1):
            await cards.undo(dice.choice(cards.standing))
        else:
            await cards.merge(*dice.sample(cards.roots(), 2))
        await cards.check()


async def test_a_card_that_was_taken_out_and_merged_anew_stays_where_it_was_put(cast, clock):
    cards = Cards(cast, clock)
    await cards.begin()
    anna, anya, boss = cards.ids[:3]

    await cards.merge(anna, anya)
    first = cards.standing[-1]
    await cards.merge(boss, anna)
    outer = cards.standing[-1]
    await cards.undo(first)
    await cards.merge(boss, anya)
    await cards.undo(outer)

    await cards.check()
    clock.advance(days=89)
    await cards.undo(cards.standing[-1])
    await cards.check()


async def test_rings_of_merges_and_undone_merges_at_once_leave_no_circle_and_no_card_behind(cast, clock):
    cards, dice = Cards(cast, clock), random.Random(3)
    await cards.begin()

    for _ in range(6):
        ring = dice.sample(cards.ids, 3)
        pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
        undo = dice.sample(cards.standing, min(2, len(cards.standing)))
        answers = await asyncio.gather(
            *(cast.olga.post(f"/clients/{a}/merge", {"merged_id": b, "reason": "Круг"}) for a, b in pairs),
            *(cast.olga.post(f"/client-merges/{one['id']}/undo", {"reason": "Ошиблись"}) for one in undo),
        )
        assert {one.status_code for one in answers} <= {200, 201, 409}
        gone = [one for one, answer in zip(undo, answers[3:], strict=True) if answer.status_code == 200]
        cards.standing = [one for one in cards.standing if one not in gone]
        cards.standing += [one.json() for one in answers[:3] if one.status_code == 201]
        await cards.check()

    assert cards.standing
