"""Which visits the demo has, from yesterday to a week ahead, and what becomes of each. Pure functions.

Most visits lie in the hours of the office. The scene lies around the present moment, whatever the hour is: somebody
has just finished, somebody works, somebody is on his way, an offer waits for its answer. So the board has something
to show at noon and at midnight. A visit is lived through up to now: see `beats_of`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAYS_AHEAD = 7
SHIFT_FROM, SHIFT_UNTIL = time(8), time(20)
STEP = timedelta(minutes=5)
"""Visits begin on such minutes."""
MARGIN = timedelta(minutes=15)
"""Between the visits of the scene and the others of the same people."""


class Kind(StrEnum):
    MEASUREMENT = "measurement"
    INSTALLATION = "installation"
    SERVICE = "service"


class Course(StrEnum):
    """What becomes of a visit, if there is time enough until now."""

    DONE = "done"
    PARTLY = "partly"
    """The crew goes home before the work is done."""
    ABSENT = "absent"
    """The client is not there."""
    PAUSED = "paused"
    FORGOTTEN = "forgotten"
    """Accepted, but nobody sets out: it is late."""
    CALLED_OFF = "called_off"
    ARRIVED = "arrived"
    """He is there, and has not begun."""
    CLIENT_MOVES = "client_moves"
    """The client asks for another time, and nobody has seen to it yet."""
    CONFIRMED = "confirmed"
    """As DONE, and the client has said yes before."""
    OFFERED = "offered"
    """Offered a moment ago: the time to answer runs."""
    UNANSWERED = "unanswered"
    """Offered, and nobody answers: it has been escalated."""
    DECLINED = "declined"
    PLANNED = "planned"
    """It has a time, but nobody has been asked."""


NEVER_ACCEPTED = frozenset({Course.OFFERED, Course.UNANSWERED, Course.DECLINED, Course.PLANNED})
SETS_OUT = frozenset(
    {Course.DONE, Course.CONFIRMED, Course.PARTLY, Course.PAUSED, Course.ARRIVED, Course.ABSENT}
)


class Act(StrEnum):
    """What somebody does with a visit."""

    BOOK = "book"
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    CONFIRM = "confirm"
    ASK_TO_MOVE = "ask_to_move"
    CALL_OFF = "call_off"
    DEPART = "depart"
    ARRIVE = "arrive"
    START = "start"
    PAUSE = "pause"
    PROVE = "prove"
    """The measurement, photos, checklist, act and money: whatever the job asks for."""
    COMPLETE = "complete"
    COMPLETE_PARTLY = "complete_partly"
    GIVE_UP = "give_up"


@dataclass(frozen=True)
class Planned:
    """One visit of the plan."""

    kind: Kind
    who: str
    """Key of the worker, or of the foreman of a crew."""
    starts_at: datetime
    minutes: int
    course: Course = Course.DONE

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Beat:
    """Something that happens to a visit."""

    at: datetime
    act: Act
    visit: int
    """Its number in the plan."""


ROUNDS: dict[str, tuple[Kind, int, list[time]]] = {
    **{
        key: (
            Kind.MEASUREMENT,
            60,
            [time(9), time(10, 30), time(12), time(14), time(15, 30), time(17), time(18, 30)],
        )
        for key in ("pavel", "nikolai", "larisa", "ilya")
    },
    **{
        key: (Kind.SERVICE, 90, [time(8, 30), time(10, 30), time(13), time(15, 30), time(17, 30)])
        for key in ("stepan", "kirill")
    },
    **{key: (Kind.INSTALLATION, 240, [time(9), time(14, 30)]) for key in ("rinat", "denis", "artur")},
}
"""Kind, minutes and usual hours of everybody's visits."""
EARLIER = [
    *((key, hour) for hour in (time(10), time(13)) for key in ("pavel", "nikolai", "larisa", "ilya")),
]
"""Who measured at which hours a week before yesterday: from these measurements the orders of the demo come."""
EARLIER_BEFORE = timedelta(days=8)
HOLIDAYS_OF = "ilya"
FULL_PERCENT = [75, 74, 60, 42, 32, 24, 16, 10, 6]
"""How much of the usual hours is taken: yesterday, today, tomorrow and so on."""

SCENE: list[tuple[str, int, int, Course]] = [
    ("pavel", -65, 60, Course.CONFIRMED),
    ("pavel", 20, 60, Course.CONFIRMED),
    ("nikolai", -150, 60, Course.DONE),
    ("nikolai", -20, 60, Course.FORGOTTEN),
    ("larisa", -35, 60, Course.DONE),
    ("larisa", 60, 60, Course.CLIENT_MOVES),
    ("rinat", -95, 240, Course.CONFIRMED),
    ("denis", -70, 240, Course.PAUSED),
    ("artur", -190, 180, Course.PARTLY),
    ("artur", 25, 180, Course.OFFERED),
    ("stepan", -110, 90, Course.DONE),
    ("stepan", 15, 90, Course.CONFIRMED),
    ("kirill", -120, 60, Course.ABSENT),
    ("kirill", 0, 90, Course.ARRIVED),
    ("pavel", 110, 60, Course.CALLED_OFF),
    ("nikolai", 75, 60, Course.UNANSWERED),
    ("larisa", 150, 60, Course.DECLINED),
    ("stepan", 130, 90, Course.OFFERED),
]
"""Whose visit begins how many minutes from now, its length in minutes, and what becomes of it."""
SCENE_SHIFT = (timedelta(hours=5), timedelta(hours=6))
"""From so long before now until so long after it everybody is on shift."""


def plan_days(now: datetime, zone: ZoneInfo) -> list[Planned]:
    """All visits of the demo, in time order. `zone` is the company's."""
    scene = list(_scene(now))
    away, _ = holidays_of(now, zone)
    around = [
        one
        for one in _around(now, zone)
        if not _is_in_the_way(one, scene) and not (one.who == HOLIDAYS_OF and one.starts_at >= away)
    ]
    return sorted([*_earlier(now, zone), *scene, *around], key=lambda one: (one.starts_at, one.who))


def scene_hours(now: datetime) -> tuple[datetime, datetime]:
    """Hours in which everybody is on shift, besides the usual ones."""
    before, after = SCENE_SHIFT
    return now - before, now + after


def holidays_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Two weeks, beginning in four days."""
    since = datetime.combine(now.astimezone(zone).date() + timedelta(days=4), time(), zone)
    return since, since + timedelta(days=14)


def usual_hours(first: date, days: int, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The shifts of everybody, day by day."""
    listed = [first + timedelta(days=number) for number in range(days)]
    return [
        (datetime.combine(day, SHIFT_FROM, zone), datetime.combine(day, SHIFT_UNTIL, zone)) for day in listed
    ]


def united(periods: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Periods in time order, with those that touch or overlap made one."""
    found: list[tuple[datetime, datetime]] = []
    for since, until in sorted(periods):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def duty_hours(now: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The shifts of yesterday and today that have begun (UTC)."""
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    shifts = united([*usual_hours(yesterday, 3, zone), scene_hours(now)])
    return [(since.astimezone(UTC), until.astimezone(UTC)) for since, until in shifts if since < now]


def beats_of(number: int, visit: Planned, now: datetime, zone: ZoneInfo) -> list[Beat]:
    """What has happened to a visit until now, in time order."""
    return sorted(
        (Beat(at, act, number) for at, act in _life_of(visit, now, zone) if at <= now),
        key=lambda beat: beat.at,
    )


def _scene(now: datetime) -> Iterator[Planned]:
    begin = now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % STEP
    for who, minutes, length, course in SCENE:
        yield Planned(ROUNDS[who][0], who, begin + timedelta(minutes=minutes), length, course)


def _earlier(now: datetime, zone: ZoneInfo) -> Iterator[Planned]:
    day = now.astimezone(zone).date() - EARLIER_BEFORE
    for who, hour in EARLIER:
        kind, minutes, _ = ROUNDS[who]
        yield Planned(kind, who, datetime.combine(day, hour, zone).astimezone(UTC), minutes, Course.CONFIRMED)


def _around(now: datetime, zone: ZoneInfo) -> Iterator[Planned]:
    """Whatever has begun had somebody who went there."""
    today = now.astimezone(zone).date()
    for ahead in range(-1, DAYS_AHEAD + 1):
        for one in _usual_day(today + timedelta(days=ahead), FULL_PERCENT[ahead + 1], zone):
            is_forgotten = one.course is Course.PLANNED and one.starts_at < now
            yield replace(one, course=Course.CONFIRMED) if is_forgotten else one


def _usual_day(day: date, full_percent: int, zone: ZoneInfo) -> Iterator[Planned]:
    for row, (who, (kind, minutes, hours)) in enumerate(ROUNDS.items()):
        for column, hour in enumerate(hours):
            dice = (day.toordinal() * 7 + row * 31 + column * 17) % 100
            if dice < full_percent:
                starts_at = datetime.combine(day, hour, zone).astimezone(UTC)
                visit = Planned(kind, who, starts_at, minutes)
                yield replace(visit, course=_usual_course(dice))


def _usual_course(dice: int) -> Course:
    if dice % 13 == 5:
        return Course.PLANNED
    return Course.CONFIRMED if dice % 8 else Course.DONE


def _is_in_the_way(visit: Planned, scene: list[Planned]) -> bool:
    return any(
        one.who == visit.who
        and visit.starts_at < one.ends_at + MARGIN
        and one.starts_at - MARGIN < visit.ends_at
        for one in scene
    )


def _life_of(visit: Planned, now: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, Act]]:
    """Everything that would happen to it."""
    course = visit.course
    booked_at = _booked_at(visit, now)
    yield booked_at, Act.BOOK
    if course is Course.PLANNED:
        return
    offered_at = _offered_at(visit, now, booked_at)
    yield offered_at, Act.OFFER
    if course is Course.DECLINED:
        yield now - timedelta(minutes=6), Act.DECLINE
    if course in NEVER_ACCEPTED:
        return
    yield offered_at, Act.ACCEPT
    if course is Course.CONFIRMED:
        yield max(_asked_at(visit, zone), offered_at) + timedelta(minutes=40), Act.CONFIRM
    if course is Course.CLIENT_MOVES:
        yield now - timedelta(minutes=25), Act.ASK_TO_MOVE
    if course is Course.CALLED_OFF:
        yield now - timedelta(minutes=35), Act.CALL_OFF
    if course in SETS_OUT:
        yield from _work_on(visit)


def _work_on(visit: Planned) -> Iterator[tuple[datetime, Act]]:
    starts_at, length = visit.starts_at, timedelta(minutes=visit.minutes)
    yield starts_at - timedelta(minutes=28), Act.DEPART
    yield starts_at - timedelta(minutes=3), Act.ARRIVE
    if visit.course is Course.ABSENT:
        yield starts_at + timedelta(minutes=20), Act.GIVE_UP
        return
    if visit.course is Course.ARRIVED:
        return
    yield starts_at + timedelta(minutes=2), Act.START
    if visit.course is Course.PAUSED:
        yield starts_at + timedelta(minutes=55), Act.PAUSE
        return
    yield starts_at + length * 0.85, Act.PROVE
    is_partly = visit.course is Course.PARTLY
    yield starts_at + length * 0.9, Act.COMPLETE_PARTLY if is_partly else Act.COMPLETE


def _asked_at(visit: Planned, zone: ZoneInfo) -> datetime:
    """Clients are asked on the day before, at five in the afternoon."""
    eve = visit.starts_at.astimezone(zone).date() - timedelta(days=1)
    return datetime.combine(eve, time(17), zone).astimezone(UTC)


def _booked_at(visit: Planned, now: datetime) -> datetime:
    """The day before; whatever lies further ahead in the last days."""
    return min(visit.starts_at - timedelta(hours=26), now - timedelta(hours=3))


def _offered_at(visit: Planned, now: datetime, booked_at: datetime) -> datetime:
    match visit.course:
        case Course.OFFERED:
            return now - timedelta(minutes=3)
        case Course.UNANSWERED:
            return now - timedelta(minutes=40)
        case Course.DECLINED:
            return now - timedelta(minutes=12)
        case _:
            return booked_at + timedelta(minutes=15)
