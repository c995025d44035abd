"""A message is tried one way after the other until one has told the client."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from app.core.ids import uuid7
from app.db.session import transaction
from app.db.work import begin_work
from app.notifications.channels.protocol import Accepted, Channel, Outcome, Rejected, Unknown
from app.notifications.channels.sms.signatures import sign_reports
from app.notifications.messages.models import Message
from app.notifications.messages.policies import Rung
from app.notifications.messages.sending import Sender
from tests.cast import API, NOON
from tests.conftest import SECRET_KEY, Background
from tests.notifications.mail_sink import MailSink
from tests.notifications.stories import details_of, new_phone, plan, states_announced, status_of

MAIL = Rung(Channel.EMAIL, "anna@mail.example")
TEN_MINUTES = 600


class Gateway:
    """Answers as a test says, and counts what it was given."""

    def __init__(self, name: str, *outcomes: Outcome) -> None:
        self.name = name
        self.outcomes = list(outcomes)
        self.sent: list[dict[str, Any]] = []

    async def send(self, **message: Any) -> Outcome:
        self.sent.append(message)
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]


class Ways:
    """A sender with an SMS gateway and a mail server, and the clock that it goes by."""

    def __init__(self, maker, cast, clock, sms: Outcome, email: Outcome) -> None:
        self.sms, self.email = Gateway("sms", sms), Gateway("email", email)
        channels = {Channel.SMS: [self.sms], Channel.EMAIL: [self.email]}
        self.sender = Sender(channels, default_sender="BRIGADA")
        self._maker, self._cast, self._clock = maker, cast, clock

    async def run(self) -> None:
        while await self.sender.send_due_messages(self._maker, self._cast.company_id, self._clock):
            pass

    @property
    def tried(self) -> tuple[int, int]:
        return len(self.sms.sent), len(self.email.sent)


REPORTED = Accepted(report_within=timedelta(hours=24))


async def report(anonymous, cast, message_id: UUID | None, kind: int) -> None:
    ref = f"{cast.company_id}/{message_id}"
    params = {"type": str(kind), "sig": sign_reports(SECRET_KEY, ref)}
    answer = await anonymous.get(f"{API}/callbacks/sms/kannel/{ref}", params=params)
    assert answer.status_code == 200, answer.text


@pytest.mark.covers("R41")
@pytest.mark.parametrize(
    "sms",
    [Rejected(code="400 wrong number", permanent=True), Unknown(detail="timeout")],
    ids=["failed", "unknown"],
)
async def test_what_the_first_way_does_not_tell_the_next_one_does_once(cast, maker, clock, sms):
    ways = Ways(maker, cast, clock, sms, Accepted())
    message_id = await plan(maker, cast, then=[MAIL], within_s=TEN_MINUTES)

    await ways.run()
    clock.advance(days=3)
    await ways.run()

    assert ways.tried == (1, 1)
    found = await details_of(cast.olga, message_id)
    message = found["message"]
    assert (message["status"], message["channel"], message["address"]) == (
        "sent",
        "email",
        "anna@mail.example",
    )
    assert message["subject"] == "Окна Плюс: исполнитель выехал"
    assert [one["provider"] for one in found["attempts"]] == ["sms", "email"]
    assert await states_announced(maker, cast, message_id) == ["sent"]


async def test_a_way_has_its_time_and_then_the_next_one_is_tried(cast, maker, clock):
    ways = Ways(maker, cast, clock, REPORTED, Accepted())
    await plan(maker, cast, then=[MAIL], within_s=TEN_MINUTES)
    await ways.run()
    clock.advance(minutes=9)
    await ways.run()
    before = ways.tried

    clock.advance(minutes=1)
    await ways.run()

    assert (before, ways.tried) == ((1, 0), (1, 1))
    assert ways.sms.sent[0]["valid_for"] == timedelta(seconds=TEN_MINUTES)


async def test_a_gateway_that_refuses_for_now_keeps_its_time_and_no_more(cast, maker, clock):
    ways = Ways(maker, cast, clock, Rejected(code="503 busy", permanent=False), Accepted())
    await plan(maker, cast, then=[MAIL], within_s=120)

    for _ in range(20):
        await ways.run()
        clock.advance(seconds=10)

    assert ways.tried == (3, 1)


@pytest.mark.covers("R41")
async def test_a_delivered_message_is_never_told_another_way(cast, maker, clock, anonymous):
    ways = Ways(maker, cast, clock, REPORTED, Accepted())
    message_id = await plan(maker, cast, then=[MAIL], within_s=TEN_MINUTES)
    await ways.run()
    await report(anonymous, cast, message_id, 1)

    clock.advance(days=2)
    await ways.run()

    assert ways.tried == (1, 0)
    assert await status_of(cast.olga, message_id) == "delivered"


async def test_a_late_report_of_the_first_way_stops_the_next_if_it_has_not_left(
    cast, maker, clock, anonymous
):
    ways = Ways(maker, cast, clock, Unknown(detail="timeout"), Accepted())
    message_id = await plan(maker, cast, then=[MAIL], within_s=TEN_MINUTES)
    await ways.sender.send_due_messages(maker, cast.company_id, clock)
    waiting = (await details_of(cast.olga, message_id))["message"]

    await report(anonymous, cast, message_id, 1)
    await ways.run()

    assert (waiting["status"], waiting["channel"]) == ("queued", "email")
    assert ways.tried == (1, 0)
    assert await status_of(cast.olga, message_id) == "delivered"


async def test_a_failure_that_is_reported_late_changes_nothing_of_the_next_way(cast, maker, clock, anonymous):
    ways = Ways(maker, cast, clock, REPORTED, Accepted())
    message_id = await plan(maker, cast, then=[MAIL], within_s=TEN_MINUTES)
    await ways.run()
    clock.advance(minutes=10)
    await ways.run()

    await report(anonymous, cast, message_id, 2)

    assert await status_of(cast.olga, message_id) == "sent"
    await report(anonymous, cast, message_id, 1)
    assert await status_of(cast.olga, message_id) == "delivered"


async def test_a_reported_failure_starts_the_next_way_at_once(cast, maker, clock, anonymous):
    ways = Ways(maker, cast, clock, REPORTED, Accepted())
    message_id = await plan(maker, cast, then=[MAIL], within_s=TEN_MINUTES)
    await ways.run()

    await report(anonymous, cast, message_id, 2)
    await ways.run()

    assert ways.tried == (1, 1)
    assert await status_of(cast.olga, message_id) == "sent"


async def test_when_every_way_has_failed_a_person_is_told(cast, maker, clock):
    ways = Ways(
        maker, cast, clock, Unknown(detail="timeout"), Rejected(code="550 no such user", permanent=True)
    )
    message_id = await plan(maker, cast, then=[MAIL], within_s=TEN_MINUTES)

    await ways.run()

    assert ways.tried == (1, 1)
    assert await status_of(cast.olga, message_id) == "failed"
    assert await states_announced(maker, cast, message_id) == ["failed"]


async def test_nothing_is_told_another_way_when_it_is_no_longer_true(cast, maker, clock):
    ways = Ways(maker, cast, clock, REPORTED, Accepted())
    not_after = NOON + timedelta(minutes=10)
    message_id = await plan(maker, cast, then=[MAIL], within_s=TEN_MINUTES, not_after=not_after)
    await ways.run()

    clock.advance(minutes=10)
    await ways.run()

    assert ways.tried == (1, 0)
    assert await status_of(cast.olga, message_id) == "unknown"


async def test_a_process_that_dies_while_it_sends_leaves_the_next_way(cast, maker, clock):
    ways = Ways(maker, cast, clock, Accepted(), Accepted())
    message_id = await plan(maker, cast, then=[MAIL], within_s=TEN_MINUTES)
    async with begin_work(maker, cast.company_id) as work:
        _, claimed = await ways.sender.claim(work, now=clock.now())

    clock.advance(minutes=1)
    await ways.run()
    async with begin_work(maker, cast.company_id) as work:  # the dead one wakes up after all
        from app.notifications.messages.outcomes import EndedCall

        await ways.sender.record(work, [EndedCall(claimed[0], Unknown(detail="late"))], now=clock.now())

    assert ways.tried == (0, 1)
    assert await status_of(cast.olga, message_id) == "sent"


async def test_what_each_way_said_is_kept(cast, maker, clock):
    ways = Ways(maker, cast, clock, Unknown(detail="timeout"), Accepted())
    message_id = await plan(maker, cast, then=[MAIL], within_s=TEN_MINUTES)

    await ways.run()

    attempts = (await details_of(cast.olga, message_id))["attempts"]
    assert [one["body"] for one in attempts] == [
        "Окна Плюс: к вам едет мастер Павел Громов, будет около 14:30."
    ] * 2
    assert len(ways.email.sent[0]["text"]) > 0
    assert ways.email.sent[0]["sender"] == "Окна Плюс"


@pytest.mark.covers("R38", "R41")
async def test_a_real_kannel_that_is_down_and_a_real_mail_server_that_is_not(
    cast, maker, background, app, clock
):
    sink = MailSink()
    await sink.open()
    told = msgspec.structs.replace(
        background.context.settings,
        sms_provider="kannel",
        kannel_url="http://127.0.0.1:1/",
        email_provider="smtp",
        smtp_host="127.0.0.1",
        smtp_port=sink.port,
        smtp_tls="none",
        email_from="office@okna.example",
    )
    running = Background(
        msgspec.structs.replace(background.context, settings=told),
        cast.company_id,
        app.state.redis,
        background.due,
    )
    address = f"anna{uuid7().int}@mail.example"
    message_id = await plan(maker, cast, phone=new_phone(), then=[Rung(Channel.EMAIL, address)], within_s=60)

    for _ in range(8):
        await running.run()
        clock.advance(seconds=20)

    await sink.close()
    (letter,) = sink.letters_to(address)
    assert letter["Subject"] == "Окна Плюс: исполнитель выехал"
    assert str(message_id) in letter["Message-ID"]
    found = await details_of(cast.olga, message_id)
    assert Counter(one["provider"] for one in found["attempts"]) == {"kannel": 2, "smtp": 1}


async def test_a_message_of_one_way_is_written_as_before(cast, maker):
    message_id = await plan(maker, cast)

    async with transaction(maker, cast.company_id) as session:
        row = await session.scalar(
            select(Message).where(Message.company_id == cast.company_id, Message.id == message_id)
        )

    assert row is not None
    assert (row.channel, row.address, row.rungs, row.rung) == ("sms", "", None, 0)
