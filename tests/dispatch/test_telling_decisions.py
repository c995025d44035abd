"""What a client must be told: the rules as a table, and a machine that plays them in any order.

The machine stands for the sweep, the gateway and the inbox. Its oracle keeps what the client has really heard.
"""

from copy import copy
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import sampled_from

from app.core.ids import uuid7
from app.dispatch.telling.policies.decisions import decide
from app.dispatch.telling.policies.news import find_due
from app.dispatch.telling.policies.notices import WAITS_FOR, Notice, Says, Truth, Window, Words
from app.dispatch.telling.wording import short_address
from app.dispatch.visits.policies import Phase
from app.notifications.api import MessageStatus
from tests.cast import NOON

HOUR = timedelta(hours=1)
TODAY, LATER = (Window(NOON + at * HOUR, NOON + (at + 1) * HOUR) for at in (4, 6))
PAVEL, NIKOLAI = UUID(int=1), UUID(int=2)
LEFT_AT = NOON - HOUR
S = MessageStatus


def notice(says, window=TODAY, *, who=None, departed_at=None, status=S.SENT, **more) -> Notice:
    return Notice(
        number=1,
        says=says,
        window=window,
        who=who,
        departed_at=departed_at,
        created_at=NOON - HOUR,
        message_id=uuid7(),
        message_status=status,
        phone="+79031234567",
        **more,
    )


def truth(phase=Phase.AHEAD, window=TODAY, *, who=None, departed_at=None, **more) -> Truth:
    expected_at = NOON + HOUR / 2 if phase == Phase.ON_THE_WAY else None
    return Truth(phase, window, who, departed_at, expected_at, **more)


ON_THE_WAY = {"phase": Phase.ON_THE_WAY, "who": PAVEL, "departed_at": LEFT_AT}
WAS_ON_THE_WAY = {"who": PAVEL, "departed_at": LEFT_AT}


@pytest.mark.parametrize(
    ("told", "is_true", "due"),
    [
        (None, truth(), Says.BOOKED),
        (None, truth(**ON_THE_WAY), Says.ON_THE_WAY),
        (None, truth(Phase.THERE), None),
        (None, truth(Phase.CALLED_OFF), None),
        (None, truth(Phase.FAILED), None),
        (notice(Says.BOOKED), truth(), None),
        (notice(Says.BOOKED), truth(who=PAVEL), None),
        (notice(Says.BOOKED), truth(window=LATER), Says.MOVED),
        (notice(Says.BOOKED), truth(**ON_THE_WAY), Says.ON_THE_WAY),
        (notice(Says.BOOKED), truth(Phase.THERE), None),
        (notice(Says.BOOKED), truth(Phase.FAILED), Says.FAILED),
        (notice(Says.BOOKED), truth(Phase.FAILED, client_knows=True), None),
        (notice(Says.BOOKED), truth(Phase.CALLED_OFF), Says.CALLED_OFF),
        (notice(Says.BOOKED, who=PAVEL), truth(), None),
        (notice(Says.BOOKED, who=PAVEL), truth(who=PAVEL), None),
        (notice(Says.BOOKED, who=PAVEL), truth(who=NIKOLAI), Says.PERSON),
        (notice(Says.MOVED, who=PAVEL), truth(who=NIKOLAI), Says.PERSON),
        (notice(Says.PERSON, who=NIKOLAI), truth(who=NIKOLAI), None),
        (notice(Says.ON_THE_WAY, **WAS_ON_THE_WAY), truth(**ON_THE_WAY), None),
        (
            notice(Says.ON_THE_WAY, **WAS_ON_THE_WAY),
            truth(**ON_THE_WAY | {"departed_at": NOON}),
            Says.ON_THE_WAY,
        ),
        (notice(Says.ON_THE_WAY, **WAS_ON_THE_WAY), truth(), Says.NOT_COMING),
        (notice(Says.ON_THE_WAY, **WAS_ON_THE_WAY), truth(who=NIKOLAI), Says.PERSON),
        (notice(Says.ON_THE_WAY, **WAS_ON_THE_WAY), truth(window=LATER), Says.MOVED),
        (notice(Says.ON_THE_WAY, **WAS_ON_THE_WAY), truth(Phase.THERE), None),
        (notice(Says.ON_THE_WAY, **WAS_ON_THE_WAY), truth(Phase.CALLED_OFF), Says.CALLED_OFF),
        (notice(Says.ON_THE_WAY, **WAS_ON_THE_WAY), truth(Phase.FAILED), Says.FAILED),
        (notice(Says.NOT_COMING), truth(), None),
        (notice(Says.NOT_COMING), truth(who=PAVEL), Says.PERSON),
        (notice(Says.NOT_COMING), truth(window=LATER), Says.MOVED),
        (notice(Says.NOT_COMING), truth(Phase.CALLED_OFF), Says.CALLED_OFF),
        (notice(Says.CALLED_OFF), truth(Phase.CALLED_OFF), None),
        (notice(Says.FAILED), truth(Phase.FAILED), None),
    ],
)
def test_what_is_due(told, is_true, due):
    words = find_due(told, is_true, now=NOON)

    assert (words.says if words else None) == due


@pytest.mark.parametrize(
    ("told", "is_true"),
    [
        (None, truth()),
        (notice(Says.BOOKED), truth(Phase.CALLED_OFF)),
        (notice(Says.BOOKED, LATER), truth()),
        (notice(Says.BOOKED, who=PAVEL), truth(who=NIKOLAI)),
    ],
)
def test_of_a_window_that_is_over_nobody_is_told(told, is_true):
    late = LATER.ends_at if told and told.window == LATER else TODAY.ends_at

    assert find_due(told, is_true, now=late) is None


def test_whoever_waits_for_somebody_on_the_way_is_told_for_twelve_hours():
    told = notice(Says.ON_THE_WAY, **WAS_ON_THE_WAY)
    until = told.created_at + WAITS_FOR

    assert find_due(told, truth(Phase.CALLED_OFF), now=until - timedelta(seconds=1)) is not None
    assert find_due(told, truth(Phase.CALLED_OFF), now=until) is None


@pytest.mark.parametrize(
    ("status", "phone", "is_told_anew", "has_item"),
    [
        (S.QUEUED, "+79031234567", False, False),
        (S.QUEUED, "+79037654321", True, False),
        (S.QUEUED, None, True, True),
        (S.SUPPRESSED, "+79031234567", True, False),
        (S.FAILED, "+79031234567", False, True),
        (S.FAILED, "+79037654321", True, False),
        (S.EXPIRED, "+79031234567", False, True),
        (S.UNKNOWN, "+79031234567", False, True),
        (S.UNKNOWN, "+79037654321", False, True),
        (S.SENT, "+79037654321", False, False),
    ],
)
def test_what_becomes_of_news_that_was_planned(status, phone, is_told_anew, has_item):
    planned = notice(Says.BOOKED, status=status)._replace(created_at=NOON)

    decision = decide(truth(), [planned], phone, now=NOON)

    assert (decision.tell is not None, decision.has_item) == (is_told_anew, has_item)
    assert list(decision.stop) == ([planned.message_id] if status == S.QUEUED and is_told_anew else [])


def test_a_message_that_the_gateway_refuses_for_two_minutes_is_told_by_a_person():
    waiting = notice(Says.BOOKED, status=S.QUEUED)._replace(created_at=NOON)
    late_at = NOON + timedelta(minutes=2)

    before = decide(truth(), [waiting], waiting.phone, now=late_at - timedelta(seconds=1))
    late = decide(truth(), [waiting], waiting.phone, now=late_at)

    assert (before.doubt, before.look_at) == (None, late_at)
    assert (late.doubt, late.stop, late.look_at) == (waiting, [], TODAY.ends_at)


@pytest.mark.parametrize("lang", ["ru"])
@pytest.mark.parametrize(
    ("address", "apartment", "short"),
    [
        ("Москва, Ленина, 1", "", "Ленина, 1"),
        ("Москва, Тверская улица, 12, стр. 1", "31", "Тверская улица, 12, стр. 1, кв. 31"),
        ("101000, Москва, ул. Мира, д. 2", "", "ул. Мира, д. 2"),
        ("Московская обл., г. Химки, мкр. Сходня, ул. Чапаева, дом 7", "4", "ул. Чапаева, дом 7, кв. 4"),
        ("СНТ «Ромашка», участок у пруда", "", "СНТ «Ромашка», участок у пруда"),
        ("Омск", "", "Омск"),
        ("Москва, улица Правды, 24, кв. 15", "15", "улица Правды, 24, кв. 15"),
        ("Москва, улица Правды, 24, кв15", "15", "улица Правды, 24, кв15"),
        ("Москва, улица Правды, 24, кв. 15", "1", "улица Правды, 24, кв. 15, кв. 1"),
        ("Москва, улица Правды, 24, Квартира №15", "15", "улица Правды, 24, Квартира №15"),
        ("Moscow, Pravdy, 24, flat 15", "15", "Pravdy, 24, flat 15"),
    ],
)
def test_an_address_is_said_shortly(address, apartment, short, lang):
    assert short_address(address, apartment, lang=lang) == short


STATUSES = sampled_from([S.SENDING, S.SENT, S.FAILED, S.UNKNOWN, S.EXPIRED])


class AVisitAndItsClient(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.truth = truth()
        self.phone: str | None = "+79031234567"
        self.notices: list[Notice] = []

    # What happens to the visit

    def becomes(self, **values) -> None:
        self.truth = self.truth._replace(**values)

    @rule(window=sampled_from([TODAY, LATER]))
    def move(self, window):
        if self.truth.phase == Phase.AHEAD:
            self.becomes(window=window, who=None)

    @rule(who=sampled_from([PAVEL, NIKOLAI]))
    def accept(self, who):
        if self.truth.phase == Phase.AHEAD and self.truth.who is None:
            self.becomes(who=who)

    @rule()
    def depart(self):
        if self.truth.phase == Phase.AHEAD and self.truth.who:
            self.becomes(phase=Phase.ON_THE_WAY, departed_at=self.now, expected_at=self.now + HOUR)

    @rule()
    def withdraw(self):
        if self.truth.phase in (Phase.AHEAD, Phase.ON_THE_WAY):
            self.becomes(phase=Phase.AHEAD, who=None, departed_at=None, expected_at=None)

    @rule(phase=sampled_from([Phase.THERE, Phase.FAILED, Phase.CALLED_OFF]))
    @precondition(lambda self: len(self.notices) > 2)
    def end(self, phase):
        if self.truth.phase in (Phase.AHEAD, Phase.ON_THE_WAY):
            self.becomes(phase=phase)

    # What happens to the messages and to the items

    def change(self, place: int, **values) -> None:
        self.notices[place] = self.notices[place]._replace(**values)

    @rule(status=STATUSES)
    def send(self, status):
        for place, one in enumerate(self.notices):
            if one.message_status in (S.QUEUED, S.SENDING):
                self.change(place, message_status=status)

    @rule(status=sampled_from([S.DELIVERED, S.FAILED]))
    def report_late(self, status):
        for place, one in enumerate(self.notices):
            if one.message_status in (S.SENT, S.UNKNOWN, S.FAILED):
                self.change(place, message_status=status)
                return

    @rule()
    def a_person_calls(self):
        for place, one in enumerate(self.notices):
            if one.item_is_open:
                self.change(place, item_is_open=False, item_done_by=uuid7())

    @rule(phone=sampled_from([None, "+79031234567", "+79037654321"]))
    def change_phone(self, phone):
        self.phone = phone

    @rule(hours=sampled_from([0.1, 1, 3]))
    def wait(self, hours):
        self.now += hours * HOUR

    # The sweep

    @rule(status=STATUSES)
    def look_and_send(self, status):
        self.look()
        self.send(status)

    @rule()
    def look(self):
        decision = decide(self.truth, self.notices, self.phone, now=self.now)
        for place, one in enumerate(self.notices):
            if one.message_id in decision.stop:
                assert one.message_status == S.QUEUED
                self.change(place, message_status=S.SUPPRESSED)
            if one.item_id in decision.settle:
                self.change(place, item_is_open=False)
            if decision.doubt is not None and one.number == decision.doubt.number:
                self.change(place, item_id=uuid7(), item_is_open=True)
        if decision.tell is not None:
            self.add(decision.tell)

    def add(self, words: Words) -> None:
        last = next((one for one in reversed(self.notices) if one.was_told), None)
        assert last is None or last.words != words, "he has been told so"
        row = Notice(len(self.notices) + 1, words.says, words.window, words.who, words.departed_at, self.now)
        if self.phone:
            row = row._replace(message_id=uuid7(), message_status=S.QUEUED, phone=self.phone)
        else:
            row = row._replace(item_id=uuid7(), item_is_open=True)
        self.notices.append(row)

    @invariant()
    def at_most_one_message_waits_after_a_look(self):
        waiting = [one for one in self.notices if one.message_status == S.QUEUED]
        assert len(waiting) <= 1

    @invariant()
    def it_may_get_quiet(self):
        """At any moment: what would be if nothing more happened."""
        other = copy(self)
        other.notices = list(self.notices)
        AVisitAndItsClient.it_gets_quiet(other)

    def it_gets_quiet(self):
        """Nothing happens but looks, and what waits is sent. Then looking again changes nothing."""
        for _ in range(4):
            self.look()
            self.send(S.SENT)
        before = list(self.notices)
        self.look()
        assert self.notices == before
        told = next((one for one in reversed(self.notices) if one.was_told), None)
        is_open = [one for one in self.notices if one.item_is_open]
        assert is_open or find_due(told, self.truth, now=self.now) is None
        assert is_open or told is None or told.message_status != S.UNKNOWN or self.is_moot(told)
        assert len(is_open) <= 1

    def is_moot(self, told: Notice) -> bool:
        return (
            told.item_done_by is not None
            or self.truth.phase == Phase.THERE
            or told.relied_on_until <= self.now
        )


TestAVisitAndItsClient = AVisitAndItsClient.TestCase
TestAVisitAndItsClient.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestAVisitAndItsClient.pytestmark = [pytest.mark.covers("P-rel-2", "P-rel-3")]


def test_a_message_whose_first_channel_may_have_told_the_client_is_stopped_and_taken_back():
    waiting = notice(Says.BOOKED, status=S.QUEUED, was_tried=True)
    stopped = notice(Says.BOOKED, status=S.SUPPRESSED, was_tried=True)

    off = decide(truth(Phase.CALLED_OFF), [waiting], "+79031234567", now=NOON)

    assert off.stop == [waiting.message_id]
    assert off.tell is not None
    assert off.tell.says == Says.CALLED_OFF
    assert decide(truth(), [waiting], "+79031234567", now=NOON).tell is None
    assert decide(truth(), [stopped], "+79031234567", now=NOON).tell is None
