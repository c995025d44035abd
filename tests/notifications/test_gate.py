"""Which messages may go now: hours, caps and contention against a plain reference on random histories."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import uuid7
from app.notifications.batches.policies import BatchStatus
from app.notifications.gate.caps import Cap, caps_of, next_free_day
from app.notifications.gate.hours import next_open
from app.notifications.gate.permission import Permission
from app.notifications.gate.policies import AFTER_ANOTHER, GO, Due, Facts, Past, Rival, Ruling, judge
from app.notifications.legal import PRIORITIES, LegalClass, Priority
from app.notifications.settings.policies import DEFAULT, Caps, Hours, rules_of

SERVICE, FEEDBACK, MARKETING = LegalClass
MOSCOW, SAMARA, NEW_YORK, BERLIN = "Europe/Moscow", "Europe/Samara", "America/New_York", "Europe/Berlin"
KAMCHATKA, APIA, CAIRO, KATHMANDU = "Asia/Kamchatka", "Pacific/Apia", "Africa/Cairo", "Asia/Kathmandu"
ZONES = [MOSCOW, SAMARA, NEW_YORK, BERLIN, KAMCHATKA, APIA, CAIRO, KATHMANDU]
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""12:00 in Moscow."""
ANNA, BORIS, STRANGER = uuid7(), uuid7(), uuid7()
YES = Permission(allowed=True)
MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def at(text: str, zone: str = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def due(legal_class: LegalClass = SERVICE, **changes) -> Due:
    values = {
        "message_id": uuid7(),
        "client_id": ANNA,
        "legal_class": legal_class,
        "priority": PRIORITIES[legal_class][0],
        "kind": "visit_booked" if legal_class == SERVICE else "winter_invite",
        "body": f"Текст {uuid7()}",
        "subject_id": uuid7(),
        "not_after": None,
        "timezone": MOSCOW,
        "batch": BatchStatus.RELEASED if legal_class == MARKETING else None,
    }
    return Due(**values | changes)


def past(legal_class: LegalClass, moment: datetime, *, client=ANNA, body="Другое", subject=STRANGER) -> Past:
    return Past(client, legal_class, body, subject, moment)


def rule(one: Due, *, now: datetime, permission: Permission = YES, **facts) -> Ruling:
    known = Facts(facts.pop("rules", DEFAULT), {one.message_id: permission}, **facts)
    return judge([one], known, now=now)[one.message_id]


# Hours


def is_open(hours: Hours, zone: str, moment: datetime) -> bool:
    """As a person reads the clock on the wall."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.isoweekday() in hours.weekdays and hours.since <= local.strftime("%H:%M") < hours.until


def first_open(hours: Hours, zone: str, moment: datetime) -> datetime:
    """The reference: look at each minute."""
    while not is_open(hours, zone, moment):
        moment += timedelta(minutes=1)
    return moment


@pytest.mark.covers("R39")
@given(st.sampled_from(list(LegalClass)), st.sampled_from(ZONES), MOMENTS)
def test_the_next_open_hour_is_the_first_minute_that_a_clock_on_the_wall_shows(legal_class, zone, moment):
    hours = DEFAULT.hours[legal_class]

    assert next_open(hours, zone, since=moment) == first_open(hours, zone, moment)


@pytest.mark.parametrize(
    ("zone", "now", "opens"),
    [
        (BERLIN, "2026-03-28 23:00", "2026-03-29 08:00"),  # clocks go forward in this night
        (BERLIN, "2026-10-24 23:00", "2026-10-25 08:00"),  # and back in this one
        (NEW_YORK, "2026-03-07 22:00", "2026-03-08 08:00"),
        (KAMCHATKA, "2026-03-02 21:30", "2026-03-03 08:00"),
    ],
)
def test_a_service_message_waits_for_the_morning_of_the_clients_object(zone, now, opens):
    ruling = rule(due(timezone=zone), now=at(now, zone))

    assert ruling == Ruling("quiet", at(opens, zone))


@pytest.mark.covers("R39")
def test_defaults_are_those_of_the_design():
    sunday, saturday_evening = at("2026-03-08 12:00"), at("2026-03-07 20:00")

    assert rule(due(MARKETING), now=sunday) == Ruling("quiet", at("2026-03-09 10:00"))
    assert rule(due(MARKETING), now=saturday_evening) == Ruling("quiet", at("2026-03-09 10:00"))
    assert rule(due(MARKETING), now=at("2026-03-07 19:59")) == GO
    assert rule(due(FEEDBACK), now=sunday) == GO
    assert rule(due(FEEDBACK), now=at("2026-03-08 21:00")) == Ruling("quiet", at("2026-03-09 10:00"))
    assert rule(due(), now=at("2026-03-08 21:29")) == GO
    assert rule(due(), now=at("2026-03-08 07:59")) == Ruling("quiet", at("2026-03-08 08:00"))


@pytest.mark.parametrize("kind", ["on_my_way", "worker_not_coming"])
def test_what_somebody_waits_for_goes_at_any_hour(kind):
    assert rule(due(kind=kind), now=at("2026-03-02 03:00")) == GO


def test_a_visit_of_today_is_canceled_at_any_hour_and_one_of_tomorrow_in_the_morning():
    now = at("2026-03-02 06:00")
    today, tomorrow = at("2026-03-02 12:00"), at("2026-03-03 12:00")

    assert rule(due(kind="visit_canceled", not_after=today), now=now) == GO
    assert rule(due(kind="visit_canceled", not_after=tomorrow), now=now).reason == "quiet"
    assert rule(due(kind="visit_booked", not_after=today), now=now).reason == "quiet"


def test_a_service_message_that_would_be_too_late_in_the_morning_goes_now():
    night = at("2026-03-02 23:00")

    assert rule(due(not_after=at("2026-03-03 08:00")), now=night) == GO
    assert rule(due(FEEDBACK, not_after=at("2026-03-03 08:00")), now=night) == Ruling("quiet")


def test_the_zone_of_the_clients_object_counts_and_not_that_of_the_company():
    one = due(MARKETING, timezone=MOSCOW)
    there = Permission(allowed=True, timezone=KAMCHATKA)

    assert rule(one, now=at("2026-03-02 12:00"), permission=there).reason == "quiet"
    assert rule(one, now=at("2026-03-02 12:00", KAMCHATKA), permission=there) == GO


def test_a_company_sets_its_own_hours_and_caps():
    rules = rules_of(
        {
            "hours": {"service": {"since": "12:00", "until": "24:00", "weekdays": [1, 3]}},
            "caps": Caps(marketing_per_day=0)._asdict(),
        }
    )

    assert rule(due(), now=at("2026-03-02 23:59"), rules=rules) == GO
    assert rule(due(), now=at("2026-03-03 13:00"), rules=rules) == Ruling("quiet", at("2026-03-04 12:00"))
    assert rule(due(MARKETING), now=MONDAY, rules=rules) == Ruling("cap")


# Consent and batches


@pytest.mark.covers("R177")
def test_without_permission_neither_advertising_nor_a_question_goes():
    for legal_class in (FEEDBACK, MARKETING):
        one = due(legal_class)
        assert rule(one, now=MONDAY, permission=Permission(allowed=False, reason="stop")) == Ruling("stop")
        assert judge([one], Facts(DEFAULT), now=MONDAY)[one.message_id] == Ruling("consent")
    one = due()
    assert judge([one], Facts(DEFAULT), now=MONDAY)[one.message_id] == GO


@pytest.mark.covers("R39")
def test_who_wants_to_hear_nothing_before_some_day_is_asked_again_on_it():
    holiday = Permission(allowed=False, reason="quiet", not_before=date(2026, 3, 8))

    waits = rule(due(MARKETING), now=MONDAY, permission=holiday)
    too_late = rule(due(MARKETING, not_after=at("2026-03-05 12:00")), now=MONDAY, permission=holiday)

    assert waits == Ruling("quiet", at("2026-03-09 10:00"))  # the 8th is a Sunday
    assert too_late == Ruling("quiet")


@pytest.mark.covers("R177")
def test_advertising_goes_only_in_a_batch_that_a_person_has_released():
    assert rule(due(MARKETING, batch=None), now=MONDAY) == Ruling("not_released")
    assert rule(due(MARKETING, batch=BatchStatus.CANCELED), now=MONDAY) == Ruling("stop")
    for waiting in (BatchStatus.DRAFT, BatchStatus.PAUSED):
        ruling = rule(due(MARKETING, batch=waiting), now=MONDAY)
        assert ruling.reason == "not_released"
        assert ruling.until is not None


# Caps


def free_day(sent: list[date], caps: list[Cap], today: date) -> date:
    """The reference: try each day."""
    day = today
    while any(
        sum(day - timedelta(days=cap.days - 1) <= one <= day for one in sent) >= cap.most for cap in caps
    ):
        day += timedelta(days=1)
    return day


@pytest.mark.covers("R39")
@given(
    st.lists(st.integers(0, 60), max_size=12),
    st.lists(st.builds(Cap, most=st.integers(1, 5), days=st.integers(1, 30)), min_size=1, max_size=3),
)
def test_the_next_free_day_is_the_first_on_which_every_cap_has_room(ages, caps):
    today = date(2026, 3, 2)
    sent = [today - timedelta(days=age) for age in ages]

    assert next_free_day(sent, caps, today=today) == free_day(sent, caps, today)


@pytest.mark.covers("R39")
@pytest.mark.parametrize("seed", range(20))
def test_a_year_of_offers_keeps_every_cap_by_the_clients_calendar(seed):
    """Whatever is offered at whatever hour: what goes keeps the caps, and what waits goes later."""
    chance = random.Random(seed)
    zone = chance.choice(ZONES)
    family = Permission(allowed=True, household=frozenset({ANNA, BORIS}), timezone=zone)
    sent: list[Past] = []
    now = datetime(2025, 9, 1, tzinfo=UTC)
    for _ in range(400):
        now += timedelta(hours=chance.choice([1, 3, 7, 20]))
        legal_class = chance.choice([MARKETING, MARKETING, FEEDBACK])
        one = due(legal_class, client_id=chance.choice([ANNA, BORIS]))
        ruling = rule(one, now=now, permission=family, past=sent)
        if ruling == GO:
            assert is_open(DEFAULT.hours[legal_class], zone, now)
            sent.append(past(legal_class, now, client=one.client_id))
        else:
            assert ruling.until is not None
            assert ruling.until > now
            assert rule(one, now=ruling.until, permission=family, past=sent) == GO

    assert len(sent) > 20
    for legal_class in (MARKETING, FEEDBACK):
        for who in ([ANNA, BORIS],) if legal_class == MARKETING else ([ANNA], [BORIS]):
            days = [
                one.at.astimezone(ZoneInfo(zone)).date()
                for one in sent
                if one.legal_class == legal_class and one.client_id in who
            ]
            for cap in caps_of(legal_class, Caps()):
                worst = max(
                    sum(day - timedelta(days=cap.days) < other <= day for other in days) for day in days
                )
                assert worst <= cap.most


def test_a_day_is_one_of_the_clients_calendar():
    late = past(MARKETING, at("2026-03-02 19:50"))

    same_day = rule(due(MARKETING), now=at("2026-03-02 19:59"), past=[late])
    next_day = rule(due(MARKETING), now=at("2026-03-03 10:00"), past=[late])

    assert same_day == Ruling("cap", at("2026-03-03 10:00"))
    assert next_day == GO


def test_the_household_shares_the_caps_of_advertising_and_not_those_of_questions():
    to_boris = [past(MARKETING, MONDAY, client=BORIS), past(FEEDBACK, MONDAY, client=BORIS)]
    family = Permission(allowed=True, household=frozenset({ANNA, BORIS}))
    later = MONDAY + timedelta(hours=1)

    assert rule(due(MARKETING), now=later, permission=family, past=to_boris).reason == "cap"
    assert rule(due(MARKETING), now=later, past=to_boris) == GO
    assert rule(due(FEEDBACK), now=later, permission=family, past=to_boris) == GO


# Contention


@pytest.mark.covers("R39")
def test_the_more_important_message_goes_and_the_others_wait_and_are_not_lost():
    some = [
        due(MARKETING, priority=Priority.PROMO),
        due(MARKETING, priority=Priority.BIRTHDAY),
        due(FEEDBACK, priority=Priority.RECOVERY),
        due(FEEDBACK),
    ]
    facts = Facts(DEFAULT, {one.message_id: YES for one in some})

    rulings = judge(some, facts, now=MONDAY)

    gone = [one.priority for one in some if rulings[one.message_id] == GO]
    assert gone == [Priority.RECOVERY]
    assert all(ruling == GO or ruling.until for ruling in rulings.values())


@given(st.permutations(list(Priority)), st.integers(1, 7))
def test_in_any_order_the_first_priority_wins(order, count):
    some = [
        due(next(name for name, allowed in PRIORITIES.items() if priority in allowed), priority=priority)
        for priority in order[:count]
    ]
    rulings = judge(some, Facts(DEFAULT, {one.message_id: YES for one in some}), now=MONDAY)

    best = min(some, key=lambda one: list(Priority).index(one.priority))
    gone = [one for one in some if rulings[one.message_id] == GO]
    assert best in gone
    assert all(one is best or one.legal_class == SERVICE for one in gone)


def test_a_message_that_another_process_looks_at_counts_too():
    one = due(MARKETING)

    beaten = rule(one, now=MONDAY, rivals=[Rival(ANNA, Priority.SERVICE)])
    weaker = rule(one, now=MONDAY, rivals=[Rival(ANNA, Priority.PROMO)])
    other = rule(one, now=MONDAY, rivals=[Rival(STRANGER, Priority.SERVICE)])

    assert (beaten, weaker, other) == (Ruling("cap", MONDAY + AFTER_ANOTHER), GO, GO)


def test_a_message_that_can_wait_no_longer_is_dropped_with_its_reason():
    one = due(MARKETING, not_after=MONDAY + timedelta(hours=1))

    assert rule(one, now=MONDAY, rivals=[Rival(ANNA, Priority.SERVICE)]) == Ruling("cap")


# The same text again


def test_the_same_text_again_within_ten_minutes_is_dropped():
    one = due(body="Замер 2 марта")
    before = past(SERVICE, MONDAY, body="Замер 2 марта", subject=one.subject_id)

    assert rule(one, now=MONDAY + timedelta(minutes=9), past=[before]) == Ruling("repeated")
    assert rule(one, now=MONDAY + timedelta(minutes=10), past=[before]) == GO
    assert rule(one._replace(client_id=BORIS), now=MONDAY, past=[before]) == GO


def test_the_same_text_is_news_if_something_else_was_said_since():
    one = due(body="Замер в 12")
    first = past(SERVICE, MONDAY, body="Замер в 12", subject=one.subject_id)
    then = past(SERVICE, MONDAY + timedelta(minutes=1), body="Замер в 14", subject=one.subject_id)

    assert rule(one, now=MONDAY + timedelta(minutes=2), past=[first, then]) == GO


def test_two_equal_texts_that_are_due_together_are_one():
    some = [due(body="Замер 2 марта"), due(body="Замер 2 марта")]

    rulings = judge(some, Facts(DEFAULT), now=MONDAY)

    assert sorted(str(one.reason) for one in rulings.values()) == ["None", "repeated"]
