"""The sender is told who shares an address, and by whose clocks a message waits."""

from uuid import UUID

import pytest

from app.clients.api import ConsentGate
from app.core.ids import uuid7
from app.db.work import begin_work
from app.notifications.api import Permission, Question
from app.notifications.channels.protocol import Channel
from app.notifications.legal import LegalClass
from tests.clients.consents import MOBILE, agreed, published
from tests.clients.given import a_client, a_site, phone

HUSBAND = "+79031234568"
VLADIVOSTOK = {"address": "Владивосток, Светланская, 1", "point": {"lat": 43.1155, "lon": 131.8855}}


async def ask(maker, cast, clock, client_id: str, value: str = MOBILE) -> Permission:
    question = Question(uuid7(), UUID(client_id), LegalClass.MARKETING, Channel.SMS, value)
    async with begin_work(maker, cast.company_id) as work:
        answers = await ConsentGate("https://okna.example").answer(work, [question], now=clock.now())
    return answers[question.message_id]


@pytest.mark.covers("R39")
async def test_clients_of_one_address_and_flat_are_one_household(cast, maker, clock):
    anna = await a_client(cast.olga)
    boris = await a_client(cast.olga, name="Борис", contacts=[phone(HUSBAND)])
    neighbour = await a_client(cast.olga, name="Вера", contacts=[phone("+79031234569")])
    await a_site(cast.olga, anna["id"])
    await a_site(cast.olga, boris["id"])
    await a_site(cast.olga, neighbour["id"], apartment="32")

    found = await ask(maker, cast, clock, anna["id"])
    alone = await ask(maker, cast, clock, neighbour["id"], "+79031234569")

    assert {str(one) for one in found.household} == {anna["id"], boris["id"]}
    assert {str(one) for one in alone.household} == {neighbour["id"]}


async def test_the_zone_of_the_newest_object_counts(cast, maker, clock, background):
    anna = await a_client(cast.olga)
    await a_site(cast.olga, anna["id"])
    await background.run()
    before = await ask(maker, cast, clock, anna["id"])
    await a_site(cast.olga, anna["id"], **VLADIVOSTOK)
    await background.run()

    after = await ask(maker, cast, clock, anna["id"])

    assert (before.timezone, after.timezone) == ("Europe/Moscow", "Asia/Vladivostok")


async def test_consent_decides_and_a_client_without_an_object_is_his_own_household(cast, maker, clock):
    anna = await a_client(cast.olga)
    without = await ask(maker, cast, clock, anna["id"])
    await published(cast.irina)
    await agreed(cast.olga, anna["id"])

    allowed = await ask(maker, cast, clock, anna["id"])

    assert (without.allowed, without.reason) == (False, "consent")
    assert (allowed.allowed, allowed.timezone) == (True, None)
    assert {str(one) for one in allowed.household} == {anna["id"]}
