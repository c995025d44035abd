"""Advertising: consent is asked at the moment of sending, a person releases it, and the caps hold."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from app.core.ids import uuid7
from app.db.work import Work, begin_work
from app.notifications.channels.protocol import Accepted, Channel
from app.notifications.gate.permission import Permission, Question
from app.notifications.messages.changes import plan_touch
from app.notifications.messages.policies import Rung
from app.notifications.messages.sending import Sender
from tests.counting import asyncpg_statements
from tests.notifications.stories import details_of, new_phone, plan
from tests.notifications.test_ladder import Gateway
from tests.notifications.test_templates import INVITE, create, publish

CHECK = {
    "kind": "how_was_it",
    "legal_class": "feedback",
    "draft": {"ru": {"sms": "Оцените работу от 0 до 10"}},
}


class Consents:
    """Says yes, until somebody has said stop. Remembers what it was asked."""

    def __init__(self, *, household: frozenset[UUID] = frozenset()) -> None:
        self.household = household
        self.stopped: set[UUID] = set()
        self.asked: list[Question] = []

    async def answer(
        self, work: Work, questions: Sequence[Question], *, now: datetime
    ) -> Mapping[UUID, Permission]:
        self.asked += questions
        return {one.message_id: self._answer(one) for one in questions}

    def _answer(self, question: Question) -> Permission:
        if question.client_id in self.stopped:
            return Permission(allowed=False, reason="stop")
        return Permission(
            allowed=True,
            household=self.household,
            timezone="Europe/Moscow",
            stop_link="https://o.example/s/1",
        )


class Campaign:
    """A company with a template and a batch, and a sender that asks for consent."""

    def __init__(self, maker, cast, clock, consents: Consents | None = None) -> None:
        self.consents = consents or Consents()
        self.sms, self.email = Gateway("sms", Accepted()), Gateway("email", Accepted())
        channels = {Channel.SMS: [self.sms], Channel.EMAIL: [self.email]}
        self.sender = Sender(channels, default_sender="BRIGADA", gatekeeper=self.consents)
        self.maker, self.cast, self.clock = maker, cast, clock
        self.batch: dict = {}

    async def begin(self, template=INVITE, *, released: bool = True) -> None:
        await create(self.cast.irina, template, published=True)
        answer = await self.cast.irina.post("/message-batches", {"name": "Осень"})
        assert answer.status_code == 201, answer.text
        self.batch = answer.json()
        if released:
            await self.act("release")

    async def act(self, what: str, person=None) -> int:
        path = f"/message-batches/{self.batch['id']}/{what}"
        answer = await (person or self.cast.irina).call("POST", path, if_match=f'"{self.batch["version"]}"')
        if answer.status_code == 200:
            self.batch = answer.json()
        return answer.status_code

    async def invite(self, client_id: UUID | None = None, **changes) -> UUID:
        values = {
            "params": {"name": "Анна", "company": "Окна"},
            "client_id": client_id or uuid7(),
            "rungs": [Rung(Channel.SMS, new_phone())],
            "lang": "ru",
            "sender": "",
            "subject_kind": "touch",
            "subject_id": uuid7(),
            "batch_id": UUID(self.batch["id"]) if self.batch else None,
            "send_at": self.clock.now(),
            "now": self.clock.now(),
        }
        planned = plan_touch(changes.pop("kind", "winter_invite"), **values | changes)
        async with begin_work(self.maker, self.cast.company_id) as work:
            work.write(planned)
        return planned.row["id"]

    async def run(self) -> None:
        while await self.sender.send_due_messages(self.maker, self.cast.company_id, self.clock):
            pass

    async def state(self, message_id: UUID) -> tuple[str, str | None]:
        message = (await details_of(self.cast.olga, message_id))["message"]
        return message["status"], message["status_reason"]

    async def states(self, *messages: UUID) -> list[tuple[str, str | None]]:
        return [await self.state(one) for one in messages]


@pytest.mark.covers("R177")
async def test_advertising_waits_until_a_named_person_releases_it(cast, maker, clock):
    campaign = Campaign(maker, cast, clock)
    await campaign.begin(released=False)
    message_id = await campaign.invite()
    await campaign.run()
    waiting = await campaign.state(message_id)

    forbidden = await campaign.act("release", cast.olga)
    released = await campaign.act("release", cast.sergei)
    await campaign.run()

    assert waiting == ("queued", "not_released")
    assert (forbidden, released) == (403, 200)
    assert campaign.batch["released_by"] == str(cast.sergei.id)
    assert [one["text"] for one in campaign.sms.sent] == ["Анна, скидка на регулировку окон. Окна"]
    message = (await details_of(cast.olga, message_id))["message"]
    assert (message["status"], message["legal_class"]) == ("sent", "marketing")


async def test_a_paused_batch_sends_nothing_and_goes_on_and_a_canceled_one_never(cast, maker, clock):
    campaign = Campaign(maker, cast, clock)
    await campaign.begin()
    await campaign.act("pause")
    first = await campaign.invite()
    await campaign.run()
    paused = await campaign.state(first)
    await campaign.act("release")
    await campaign.run()
    second = await campaign.invite()

    await campaign.act("cancel")
    await campaign.run()

    assert paused == ("queued", "not_released")
    assert await campaign.states(first, second) == [("sent", None), ("suppressed", "stop")]
    assert await campaign.act("release") == 409
    details = (await cast.olga.get(f"/message-batches/{campaign.batch['id']}")).json()
    assert details["messages"] == {"sent": 1, "suppressed": 1}


async def test_messages_of_a_released_batch_leave_a_few_in_each_second(cast, maker, clock):
    campaign = Campaign(maker, cast, clock)
    await campaign.begin(released=False)
    for _ in range(15):
        await campaign.invite()
    await campaign.run()
    await campaign.act("release")

    await campaign.run()
    at_once = len(campaign.sms.sent)
    clock.advance(seconds=1)
    await campaign.run()

    assert (at_once, len(campaign.sms.sent)) == (1, 11)


async def test_advertising_without_a_batch_is_never_sent(cast, maker, clock):
    campaign = Campaign(maker, cast, clock)
    await create(cast.irina, INVITE, published=True)
    message_id = await campaign.invite(batch_id=None)

    await campaign.run()

    assert await campaign.state(message_id) == ("suppressed", "not_released")


@pytest.mark.covers("R177")
async def test_without_somebody_who_keeps_consents_only_service_is_sent(cast, maker, clock):
    campaign = Campaign(maker, cast, clock)
    campaign.sender = Sender({Channel.SMS: [campaign.sms]}, default_sender="BRIGADA")
    await campaign.begin()
    await create(cast.irina, CHECK, published=True)
    advertising, question = await campaign.invite(), await campaign.invite(kind="how_was_it")
    service = await plan(maker, cast)

    await campaign.run()

    assert await campaign.states(advertising, question, service) == [
        ("suppressed", "consent"),
        ("suppressed", "consent"),
        ("sent", None),
    ]


@pytest.mark.covers("R177")
async def test_consent_is_asked_when_the_message_is_sent_and_not_when_it_is_planned(cast, maker, clock):
    campaign = Campaign(maker, cast, clock)
    await campaign.begin(released=False)
    anna, boris = uuid7(), uuid7()
    phone = new_phone()
    to_anna = await campaign.invite(anna, rungs=[Rung(Channel.SMS, phone)])
    to_boris = await campaign.invite(boris)
    await campaign.run()
    campaign.consents.stopped.add(boris)

    await campaign.act("release")
    clock.advance(seconds=1)
    await campaign.run()

    assert await campaign.states(to_anna, to_boris) == [("sent", None), ("suppressed", "stop")]
    question = next(one for one in campaign.consents.asked if one.client_id == anna)
    assert (question.purpose, question.channel, question.address) == ("marketing", "sms", phone)


@pytest.mark.covers("R39")
async def test_one_household_gets_one_advertisement_a_day_however_many_processes_send(cast, maker, clock):
    family = frozenset(uuid7() for _ in range(4))
    campaign = Campaign(maker, cast, clock, Consents(household=family))
    await campaign.begin()
    messages = [await campaign.invite(one) for one in family for _ in range(3)]

    await asyncio.gather(*(campaign.run() for _ in range(5)))

    assert len(campaign.sms.sent) == 1
    states = await campaign.states(*messages)
    assert sorted(states, key=str) == [("queued", "cap")] * 11 + [("sent", None)]
    clock.advance(days=1)
    await campaign.run()
    assert len(campaign.sms.sent) == 2


@pytest.mark.covers("R39")
async def test_at_night_a_message_waits_for_the_morning_and_says_why(cast, maker, clock):
    clock.advance(hours=12)  # midnight in Moscow
    campaign = Campaign(maker, cast, clock)
    await campaign.begin()
    words = {"company": "Окна", "what": "замер", "day": "3 марта", "window": "с 14:00 до 16:00"}
    booked = await plan(maker, cast, kind="visit_booked", params=words, now=clock.now())
    invited = await campaign.invite()
    on_my_way = await plan(maker, cast, now=clock.now())

    await campaign.run()
    night = await campaign.states(booked, invited, on_my_way)
    clock.advance(hours=8)
    await campaign.run()
    morning = await campaign.states(booked, invited)
    clock.advance(hours=2, minutes=10)
    await campaign.run()

    assert night == [("queued", "quiet"), ("queued", "quiet"), ("sent", None)]
    assert morning == [("sent", None), ("queued", "quiet")]
    assert await campaign.state(invited) == ("sent", None)


async def test_the_same_service_text_within_ten_minutes_is_sent_once(cast, maker, clock):
    campaign = Campaign(maker, cast, clock)
    same = {"recipient_id": uuid7(), "phone": new_phone(), "kind": "visit_booked"}
    same["params"] = {"company": "Окна", "what": "замер", "day": "3 марта", "window": "с 14:00 до 16:00"}
    first = await plan(maker, cast, **same)
    await campaign.run()
    again = await plan(maker, cast, **same)

    await campaign.run()

    assert await campaign.states(first, again) == [("sent", None), ("suppressed", "repeated")]


@pytest.mark.covers("R177")
async def test_a_question_by_letter_carries_the_clients_own_way_out(cast, maker, clock):
    campaign = Campaign(maker, cast, clock)
    texts = {"email_subject": "Всё хорошо?", "email_text": "Оцените работу от 0 до 10"}
    await create(cast.irina, CHECK | {"draft": {"ru": texts}}, published=True)
    await campaign.invite(kind="how_was_it", rungs=[Rung(Channel.EMAIL, "anna@mail.example")])

    await campaign.run()

    (sent,) = campaign.email.sent
    assert (sent["letter"].is_refusable, sent["letter"].stop_link) == (True, "https://o.example/s/1")


async def test_an_advertising_letter_carries_the_clients_own_way_out(cast, maker, clock):
    texts = {"email_subject": "Скидка", "email_text": "{name}, скидка"}
    draft = INVITE["draft"] | {"ru": texts}
    campaign = Campaign(maker, cast, clock)
    await campaign.begin(INVITE | {"draft": draft})
    message_id = await campaign.invite(rungs=[Rung(Channel.EMAIL, "anna@mail.example")])

    await campaign.run()

    (sent,) = campaign.email.sent
    assert (sent["to"], sent["text"]) == ("anna@mail.example", "Анна, скидка")
    assert sent["letter"].is_refusable
    assert sent["letter"].stop_link == "https://o.example/s/1"
    message = (await details_of(cast.olga, message_id))["message"]
    assert (message["subject"], message["body"], message["phone"]) == ("Скидка", "Анна, скидка", "")


@pytest.mark.covers("R93")
async def test_a_text_with_a_word_that_is_missing_or_without_this_channel_tells_nobody_nonsense(
    cast, maker, clock
):
    campaign = Campaign(maker, cast, clock)
    await campaign.begin()
    missing = await campaign.invite(params={"name": "Анна"})
    by_mail = await campaign.invite(
        rungs=[Rung(Channel.EMAIL, "a@mail.example"), Rung(Channel.SMS, new_phone())]
    )
    unknown = await campaign.invite(kind="nobody_wrote_it")

    await campaign.run()

    assert await campaign.states(missing, by_mail, unknown) == [
        ("failed", "words_missing: company"),
        ("sent", None),
        ("failed", "no_text"),
    ]


async def test_a_text_that_was_published_after_planning_is_sent_with_its_own_class(cast, maker, clock):
    """A plan's template became marketing while its messages waited: the new class decides."""
    campaign = Campaign(maker, cast, clock)
    template = await create(cast.irina, CHECK, published=True)
    message_id = await campaign.invite(
        kind="how_was_it", send_at=clock.now() + timedelta(hours=1), batch_id=None
    )
    changed = await cast.irina.call(
        "PATCH",
        f"/message-templates/{template['id']}",
        {"legal_class": "marketing"},
        if_match=f'"{template["version"]}"',
    )
    await publish(cast.irina, changed.json())

    clock.advance(hours=1)
    await campaign.run()

    assert await campaign.state(message_id) == ("suppressed", "not_released")


async def test_service_messages_and_those_of_workers_cost_no_further_statement(cast, maker, clock, engine):
    """BEGIN, the claim and COMMIT with its changes; then the same for the outcomes."""
    campaign = Campaign(maker, cast, clock)
    counts = []
    worker = {"kind": "offer_withdrawn", "audience": "worker"}
    worker["params"] = {"what": "замер", "where": "Лесная, 7", "when": "2 марта"}
    for changes in ({}, worker):
        for _ in range(5):
            await plan(maker, cast, **changes)
        with asyncpg_statements(engine) as sent:
            await campaign.sender.send_due_messages(maker, cast.company_id, clock)
        counts.append(len(sent))

    assert counts == [7, 7]


async def test_a_batch_of_another_company_is_not_found(cast, other_cast, maker, clock):
    campaign = Campaign(maker, cast, clock)
    await campaign.begin(released=False)

    assert await campaign.act("release", other_cast.irina) == 404
    assert (await other_cast.olga.get("/message-batches")).json()["items"] == []
    assert len((await cast.olga.get("/message-batches")).json()["items"]) == 1


async def test_settings_are_the_designs_until_a_manager_changes_them(cast):
    before = (await cast.olga.get("/message-settings")).json()
    hours = before["hours"] | {"service": {"since": "09:00", "until": "20:00", "weekdays": [1, 2]}}

    answer = await cast.irina.call("PATCH", "/message-settings", {"hours": hours}, if_match='"0"')
    upside_down = {"since": "20:00", "until": "09:00", "weekdays": [1]}
    refused = await cast.irina.call(
        "PATCH", "/message-settings", {"hours": hours | {"service": upside_down}}, if_match='"1"'
    )

    assert before["hours"]["marketing"] == {
        "since": "10:00",
        "until": "20:00",
        "weekdays": [1, 2, 3, 4, 5, 6],
    }
    assert before["caps"] == {
        "marketing_per_day": 1,
        "marketing_per_7_days": 2,
        "marketing_per_30_days": 5,
        "feedback_per_30_days": 1,
    }
    assert answer.json()["hours"]["service"]["since"] == "09:00"
    assert answer.json()["caps"] == before["caps"]
    assert refused.status_code == 400
    assert (await cast.olga.call("PATCH", "/message-settings", {}, if_match='"1"')).status_code == 403
