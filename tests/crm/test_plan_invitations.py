"""Plans invite as people do: one invitation of a client at a time, and no more than somebody has time for."""

import random
from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest

from app.core.ids import uuid7
from app.crm.facts.values import Fact, FactKind
from app.crm.invites.policies import ForPlan, InvitationStatus, NotInvited, Standing, for_plan
from app.crm.plans.values import PlanContent
from app.crm.touches.policies.inviting import invites, next_look
from app.notifications.api import LegalClass
from tests.cast import NOON
from tests.clients.consents import agreed, published
from tests.clients.given import a_client, a_site, phone
from tests.clients.test_inbound import wrote
from tests.crm.given import ok
from tests.crm.plans import SMS, a_text, ends, touches
from tests.crm.plans import released as a_plan
from tests.crm.test_invitations import (
    INVITE,
    a_job,
    invitation_of,
    proposed,
    released,
    status_of,
)
from tests.crm.test_plan_intake import needs
from tests.crm.test_statuses import bought, told
from tests.dispatch.given import TOMORROW
from tests.notifications.stories import lines_to, new_phone
from tests.notifications.test_templates import create

DAY = timedelta(days=1)
MINE, OTHER = uuid7(), uuid7()
BEFORE = {
    "code": "before",
    "delay": {"amount": 25, "is_before": True, "anchor": "due", "at_local": "12:00"},
    "lives": {"amount": 4},
    "message": {"template": "invite", "channels": SMS},
}
AGAIN = BEFORE | {"code": "again", "delay": BEFORE["delay"] | {"amount": 22}}
DUE = {"audience": {"trigger": "track", "days_before": 40}, "stops": ["purchase_made"]}


async def a_due_client(cast, *, days: int = 340, **fields) -> tuple[str, str]:
    """Her yearly maintenance was so many days ago, and she agrees to advertising. With her phone."""
    number = new_phone()
    card = (await a_client(cast.olga, contacts=[phone(number)], **fields))["id"]
    site = await a_site(cast.olga, card, apartment=number[-4:])  # one household gets one advertisement a day
    await told(cast, card, bought(NOON - timedelta(days=days), site_id=UUID(site["id"])), NOON)
    await agreed(cast.olga, card, number)
    return card, number


async def texts(cast) -> None:
    await published(cast.irina)
    await a_text(cast.irina, text="{company}: подходит срок: {what}")
    await create(cast.irina, INVITE, published=True)


async def only_pavel_works(cast, superuser) -> None:
    await superuser.execute("DELETE FROM shift WHERE company_id = $1", cast.company_id)


async def a_shift(cast, starts_at) -> None:
    shift = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=2)).isoformat()}
    await ok(await cast.olga.post(f"/workers/{cast.pavel.id}/shifts", {"periods": [shift]}))


def got(settings, number: str) -> list[str]:
    return [line["text"] for line in lines_to(settings, number)]


@pytest.mark.covers("R107", "R109")
@pytest.mark.parametrize(
    ("status", "batch", "is_open", "may"),
    [
        (None, None, False, ForPlan()),
        ("proposed", None, True, ForPlan(goes_on_with=MINE)),
        ("released", OTHER, True, ForPlan(NotInvited.INVITED)),
        ("released", MINE, True, ForPlan(NotInvited.WAITS)),
        ("sent", OTHER, True, ForPlan(NotInvited.INVITED)),
        ("sent", MINE, True, ForPlan(goes_on_with=MINE, needs_time=False)),
        ("answered", MINE, True, ForPlan(NotInvited.INVITED)),
        ("answered", MINE, False, ForPlan(NotInvited.INVITED)),
        ("withdrawn", MINE, False, ForPlan(NotInvited.INVITED)),
    ],
)
def test_a_plan_invites_whom_nobody_else_has_invited(status, batch, is_open, may):
    standing = [Standing(MINE, uuid7(), InvitationStatus(status), batch, is_open)] if status else []

    assert for_plan(standing, MINE) == may


@pytest.mark.parametrize(
    ("legal_class", "trigger", "message", "anchor", "is_one"),
    [
        ("marketing", "track", {}, "event", True),
        ("marketing", "status", {}, "due", True),
        ("marketing", "status", {"invites": True}, "event", True),
        ("marketing", "status", {}, "event", False),
        ("service", "track", {}, "due", False),
        ("feedback", "track", {"invites": True}, "due", False),
    ],
)
def test_advertising_about_what_comes_due_is_an_invitation(legal_class, trigger, message, anchor, is_one):
    step = {"code": "a", "delay": {"anchor": anchor}, "message": {"template": "t", "channels": SMS} | message}
    content = msgspec.convert({"audience": {"trigger": trigger}, "steps": [step]}, PlanContent)

    assert invites(content.steps[0], content, LegalClass(legal_class)) is is_one


def test_without_time_it_is_looked_at_again_while_it_would_not_come_too_late():
    assert next_look(now=NOON, dies_at=NOON + 2 * DAY) == NOON + DAY
    assert next_look(now=NOON, dies_at=NOON + DAY) is None


@pytest.mark.covers("R107", "R33")
async def test_a_plan_invites_as_many_as_there_is_time_for_and_says_why_the_others_wait(
    cast, background, clock, superuser, settings
):
    await texts(cast)
    await only_pavel_works(cast, superuser)
    await a_shift(cast, TOMORROW)
    late, her_phone = await a_due_client(cast, days=342)
    anna, his_phone = await a_due_client(cast, name="Борис")
    plan = await a_plan(cast.sergei, BEFORE, AGAIN, **DUE)
    await background.run()
    waits = [one for one in await touches(cast.olga, anna) if one["step"] == "before"]

    assert got(settings, her_phone) == ["Окна Плюс: подходит срок: обслуживание и регулировка"]
    assert await status_of(cast, late) == ("sent", "")
    assert (await invitation_of(cast, late))["released_by"] == plan["released_by"]
    assert got(settings, his_phone) == []
    assert [(one["status"], one["why"]) for one in waits] == [
        ("planned", "В эти дни к клиенту некому приехать.")
    ]
    for days in (1, 2):  # one is kept for her who was invited first
        await a_shift(cast, TOMORROW + days * DAY)
    clock.moment = NOON + DAY
    await background.run()
    assert len(got(settings, his_phone)) == 1
    clock.moment = NOON + 3 * DAY  # both are reminded, although nobody else has time
    await background.run()
    assert (len(got(settings, her_phone)), len(got(settings, his_phone))) == (2, 2)


@pytest.mark.covers("R107")
async def test_a_further_need_of_an_invited_client_is_what_the_next_message_and_his_invitation_say(
    cast, background, clock, settings
):
    """Maintenance is due on 27 March. He has not answered when the nets come due, on 20 April."""
    await texts(cast)
    anna, number = await a_due_client(cast)
    await background.run()
    was = (await ok(await cast.olga.get(f"/clients/{anna}/sites")))["items"][0]
    await needs(cast, anna, was["id"], net=date(2026, 4, 20))
    await a_plan(cast.sergei, BEFORE, **DUE)
    await background.run()
    first = await invitation_of(cast, anna)
    for days in (20, 24):
        clock.moment = NOON + days * DAY
        await background.run()
    second = await invitation_of(cast, anna)

    assert (second["id"], second["status"]) == (first["id"], "sent")
    assert [[need["category"] for need in one["needs"]] for one in (first, second)] == [
        ["maintenance"],
        ["net"],
    ]
    assert [text.partition("срок: ")[2] for text in got(settings, number)] == [
        "обслуживание и регулировка",
        "москитные сетки",
    ]


@pytest.mark.covers("R107", "R33")
async def test_nobody_is_invited_to_what_is_due_much_later(cast, background, clock, settings):
    """A visit may take place 60 days before its day. One step can wait so long, the other one cannot."""
    await texts(cast)
    patient, number = await a_due_client(cast, days=295, source="сайт")
    other, _ = await a_due_client(cast, days=295, name="Борис")
    early = {"code": "early", "delay": BEFORE["delay"] | {"amount": 70}}
    of_site = {"name": "source", "any_of": ["сайт"]}
    waits = BEFORE | early | {"lives": {"amount": 14}, "conditions": [of_site]}
    dies = BEFORE | early | {"code": "dies", "conditions": [of_site | {"is_not": True}]}
    await a_plan(cast.sergei, waits, dies, audience={"trigger": "track", "days_before": 80})
    await background.run()
    [one] = [one for one in await touches(cast.olga, patient) if one["step"] == "early"]
    invited = await ok(await cast.olga.get("/crm/invitations/"))

    assert (one["status"], one["why"]) == ("planned", "Приглашать рано: срок у клиента ещё не подошёл.")
    assert ("dies", "skipped", "too_early", "") in await ends(cast.olga, other)
    assert (invited["items"], got(settings, number)) == ([], [])
    clock.moment = NOON + 10 * DAY
    await background.run()
    assert (await status_of(cast, patient), len(got(settings, number))) == (("sent", ""), 1)


@pytest.mark.covers("R109")
async def test_whoever_is_disappointed_is_not_invited_by_a_plan_either(cast, background):
    await texts(cast)
    anna, _ = await a_due_client(cast)
    await told(cast, anna, [Fact(FactKind.DISAPPOINTMENT_NOTED, NOON, uuid7(), detail={"severity": 3})], NOON)
    await a_plan(cast.sergei, BEFORE, **DUE)
    await background.run()

    assert await ends(cast.olga, anna) == [("before", "skipped", "won_back", "")]
    assert (await ok(await cast.olga.get("/crm/invitations/")))["items"] == []


@pytest.mark.covers("R107")
async def test_an_invitation_for_which_nobody_has_time_dies_with_that_reason(
    cast, background, clock, superuser
):
    await texts(cast)
    await only_pavel_works(cast, superuser)
    anna, _ = await a_due_client(cast)
    await a_plan(cast.sergei, BEFORE, **DUE)
    for days in range(5):
        clock.moment = NOON + days * DAY
        await background.run()

    assert await ends(cast.olga, anna) == [("before", "skipped", "no_time", "")]


@pytest.mark.covers("R107", "R109")
async def test_what_is_proposed_to_people_goes_by_the_plan_and_is_answered_and_booked_as_theirs(
    cast, background, clock, settings, anonymous
):
    await texts(cast)
    anna, number = await a_due_client(cast)
    assert await proposed(cast) == 1
    was = await invitation_of(cast, anna)
    await a_plan(cast.sergei, BEFORE, AGAIN, **DUE)
    await background.run()
    by_hand = await released(cast)
    await wrote(anonymous, cast, "Да, запишите", sender=number)
    await background.run()
    answered = await invitation_of(cast, anna)
    clock.moment = NOON + 3 * DAY
    await background.run()

    assert (by_hand["released"], await proposed(cast)) == (0, 0)
    assert (answered["id"], answered["status"], answered["answer"]) == (was["id"], "answered", "yes")
    assert answered["request_id"] is not None
    assert len(got(settings, number)) == 1
    assert (await ends(cast.olga, anna))[-1] == ("again", "skipped", "booked", "")
    job = await a_job(cast, anna)
    body = {"starts_at": (clock.now() + DAY).isoformat(), "duration_min": 60}
    await ok(await cast.olga.post(f"/jobs/{job['id']}/visits", body))
    await background.run()
    assert (await status_of(cast, anna))[0] == "booked"


@pytest.mark.covers("R107", "R109")
async def test_whoever_was_invited_by_a_person_or_said_no_gets_nothing_of_the_plan(
    cast, background, clock, settings, anonymous
):
    await texts(cast)
    anna, number = await a_due_client(cast)
    boris, his_phone = await a_due_client(cast, name="Борис")
    await proposed(cast)
    assert (await released(cast))["released"] == 2
    clock.advance(seconds=10)
    await background.run()
    await wrote(anonymous, cast, "Нет", sender=his_phone)
    await background.run()
    await a_plan(cast.sergei, BEFORE, **DUE)
    await background.run()

    assert [await ends(cast.olga, one) for one in (anna, boris)] == [
        [("before", "skipped", "invited", "")]
    ] * 2
    assert (len(got(settings, number)), len(got(settings, his_phone))) == (1, 1)


class Race:
    """People and a plan invite the same clients, who answer and book meanwhile."""

    def __init__(self, cast, background, anonymous, clock, seed: int) -> None:
        self.chance = random.Random(seed)
        self.cast, self.background, self.anonymous, self.clock = cast, background, anonymous, clock
        self.clients: list[tuple[str, str]] = []
        self.booked: set[str] = set()

    async def play(self, steps: int) -> None:
        self.clients = [await a_due_client(self.cast, name=f"Клиент {n}") for n in range(2)]
        await a_plan(self.cast.sergei, BEFORE, code="one", **DUE)
        await a_plan(self.cast.sergei, BEFORE, code="two", **DUE)
        await self.background.sweep("relay", "delivery", "plan_intake")
        acts = [self.propose, self.release, self.sweep, self.sweep, self.sweep, self.says_no, self.books]
        for _ in range(steps):
            await self.chance.choice(acts)()
            self.clock.advance(minutes=self.chance.choice([0, 1, 11]))
        await self.background.run()

    async def propose(self) -> None:
        await proposed(self.cast)

    async def release(self) -> None:
        await released(self.cast)

    async def sweep(self) -> None:
        names = ["plan_intake", "touch", "message", "relay", "delivery"]
        await self.background.sweep(*self.chance.sample(names, k=3))

    async def says_no(self) -> None:
        await wrote(self.anonymous, self.cast, "Нет", sender=self.chance.choice(self.clients)[1])

    async def books(self) -> None:
        client_id = self.chance.choice(self.clients)[0]
        if client_id not in self.booked:
            self.booked.add(client_id)
            await a_job(self.cast, client_id)


@pytest.mark.covers("R107", "R109")
@pytest.mark.parametrize("seed", [3, 5, 8])
async def test_nobody_is_invited_twice_for_one_need_whoever_is_faster(
    cast, background, anonymous, clock, settings, seed
):
    await texts(cast)
    race = Race(cast, background, anonymous, clock, seed)

    await race.play(14)

    assert [len(got(settings, number)) <= 1 for _, number in race.clients] == [True, True]
