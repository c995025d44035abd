"""Figures about the base, compared with a plain count of the same steps, payments and calls."""

import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.core.ids import uuid7
from app.crm.facts.gathering import OfClient
from app.crm.facts.values import Fact, FactKind
from app.crm.figures.policies.awakenings import Sleep, Touch, count_awakenings
from app.crm.figures.policies.cohorts import Became, make_cohorts
from app.crm.figures.policies.money import divide_money
from app.crm.statuses.service import keep_facts, read_by_what
from app.db.work import begin_work
from tests.crm.given import ok, reports_follow

MOSCOW = ZoneInfo("Europe/Moscow")
FIRST = datetime(2021, 2, 10, 8, tzinfo=UTC)
NOW = datetime(2025, 6, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
PERIOD = "from=2020-01-01&to=2025-06-01"
SOURCES = ["", "Авито", "сайт"]
ANNA, BORIS = UUID(int=1), UUID(int=2)


def some_life(dice: random.Random, client_id: UUID) -> list[Fact]:
    """He asks, and buys some times; some of it is paid back."""
    known = FIRST + dice.uniform(0, 1_000) * DAY
    facts = [Fact(FactKind.CLIENT_KNOWN, known, client_id), Fact(FactKind.CONTACT_USABLE, known, client_id)]
    if dice.random() < 0.8:
        facts.append(Fact(FactKind.REQUEST_RECEIVED, known + dice.uniform(0, 20) * DAY, uuid7()))
    at = known
    for _ in range(dice.choice([0, 1, 1, 2, 3])):
        at += dice.choice([dice.uniform(1, 30), dice.uniform(300, 500)]) * DAY
        order, amount = uuid7(), dice.randint(100_00, 9_000_00)
        about = {"order_id": order, "site_id": client_id, "categories": ["maintenance"]}
        facts.append(Fact(FactKind.ACT_SIGNED, at, uuid7(), **about))
        facts.append(Fact(FactKind.PAYMENT_TAKEN, at, uuid7(), order_id=order, amount_kop=amount))
        if dice.random() < 0.1:
            back = amount if dice.random() < 0.5 else 50_00
            facts.append(Fact(FactKind.REFUND_PAID, at + DAY, uuid7(), order_id=order, amount_kop=back))
    return [one for one in facts if one.at < NOW - DAY]


async def put_client(superuser, company_id, source) -> UUID:
    client_id = uuid7()
    await superuser.execute(
        "INSERT INTO client (company_id, id, name, source) VALUES ($1, $2, 'Анна', $3)",
        company_id,
        client_id,
        source,
    )
    return client_id


async def put_call(superuser, cast, client_id, at, *, kind="call", direction="out") -> None:
    await superuser.execute(
        "INSERT INTO interaction (company_id, id, client_id, kind, direction, at, outcome, user_id) "
        "VALUES ($1, $2, $3, $4, $5, $6, 'reached', $7)",
        cast.company_id,
        uuid7(),
        client_id,
        kind,
        direction,
        at,
        cast.olga.id,
    )


async def keep(cast, facts, *, now=NOW) -> None:
    async with begin_work(cast.maker, cast.company_id) as work:
        by = await read_by_what(work, now=now, is_silent=True)
        await keep_facts(work, facts, by)


@pytest.fixture
async def the_base(cast, superuser):
    """A hundred and fifty clients with random lives, their sources, and calls to them."""
    dice, sources, facts, calls = random.Random(2026), {}, {}, []
    for _ in range(150):
        source = dice.choice(SOURCES)
        client_id = await put_client(superuser, cast.company_id, source)
        sources[client_id], facts[client_id] = source, some_life(dice, client_id)
        acts = [one.at for one in facts[client_id] if one.kind == FactKind.ACT_SIGNED]
        for signed_at in acts[1:]:
            at, kind = signed_at - dice.uniform(1, 130) * DAY, dice.choice(["call", "letter"])
            direction = dice.choice(["out", "out", "in"])
            calls.append((client_id, at, kind, direction))
            await put_call(superuser, cast, client_id, at, kind=kind, direction=direction)
    await keep(cast, [OfClient(client_id, one) for client_id, life in facts.items() for one in life])
    rows = await superuser.fetch("SELECT * FROM status_step WHERE company_id = $1", cast.company_id)
    withdrawn = {row["withdraws"] for row in rows}
    steps = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["at"], row["id"])):
        if row["withdraws"] is None and row["id"] not in withdrawn:
            steps[row["client_id"]].append(row)
    return sources, facts, calls, steps


async def asked(cast, path, period=PERIOD):
    return await ok(await cast.olga.get(f"/crm/figures/{path}?{period}"))


def local(moment: datetime) -> date:
    return moment.astimezone(MOSCOW).date()


@pytest.mark.covers("R4", "R9", "R14", "R19", "R20")
async def test_figures_of_random_clients_are_those_of_a_plain_count(cast, clock, the_base):
    """Money by status, newcomers who became fans, leads by week and source, and who woke up after a call."""
    clock.moment = NOW
    sources, facts, calls, steps = the_base

    money = await asked(cast, "money", "from=2021-03-01&to=2024-03-01")
    cohorts = await asked(cast, "cohorts")
    leads = await asked(cast, "leads")
    woken = await asked(cast, "wake-ups")

    assert_money(money, facts, steps)
    assert_cohorts(cohorts, steps)
    assert_leads(leads, sources, steps)
    assert_wake_ups(woken, calls, steps)


def assert_money(money, facts, steps):
    since, until = (datetime(year, 3, 1, tzinfo=MOSCOW) for year in (2021, 2024))
    kop, clients = Counter(), Counter()
    for client_id, life in facts.items():
        moved = [
            one.amount_kop if one.kind == "payment_taken" else -one.amount_kop
            for one in life
            if one.kind in ("payment_taken", "refund_paid") and since <= one.at < until
        ]
        if moved:
            status = [one["status"] for one in steps[client_id] if one["at"] < until][-1]
            kop[status] += sum(moved)
            clients[status] += 1
    found = {one["status"]: (one["clients"], one["kop"]) for one in money["items"]}
    assert {status: pair for status, pair in found.items() if pair != (0, 0)} == {
        status: (clients[status], kop[status]) for status in clients
    }
    assert money["kop"] == kop.total()
    assert abs(money["fans_bp"] - 10_000 * kop["fan"] / kop.total()) <= 0.5


def assert_cohorts(cohorts, steps):
    newcomers, fans, soon = Counter(), Counter(), Counter()
    for mine in steps.values():
        bought = [one["at"] for one in mine if one["status"] in ("newcomer", "fan")]
        if not bought:
            continue
        month = local(bought[0]).replace(day=1)
        newcomers[month] += 1
        became = [one["at"] for one in mine if one["status"] == "fan"]
        fans[month] += bool(became)
        soon[month] += bool(became) and (local(became[0]) - local(bought[0])).days <= 90
    assert {
        date.fromisoformat(one["month"]): (one["newcomers"], one["fans"], one["within"][1]["fans"])
        for one in cohorts["items"]
    } == {month: (newcomers[month], fans[month], soon[month]) for month in newcomers}
    assert (cohorts["newcomers"], cohorts["fans"]) == (newcomers.total(), fans.total())
    assert 0 < cohorts["fans"] < cohorts["newcomers"]


def assert_leads(leads, sources, steps):
    expected = {}
    for client_id, mine in steps.items():
        became = [one["at"] for one in mine if one["status"] == "lead"]
        if not became:
            continue
        day = local(became[0])
        row = expected.setdefault((day - day.weekday() * DAY, sources[client_id]), [0, 0])
        row[0] += 1
        row[1] += any(one["status"] in ("newcomer", "fan") and one["at"] >= became[0] for one in mine)
    assert {
        (date.fromisoformat(one["week"]), one["source"]): [one["leads"], one["bought"]]
        for one in leads["items"]
    } == expected
    assert leads["leads"] == sum(row[0] for row in expected.values()) > 20


def assert_wake_ups(woken, calls, steps):
    asleep = touched = back = back_touched = still = 0
    ways, returns = Counter(), Counter()
    for client_id, mine in steps.items():
        for number, one in enumerate(mine):
            if (one["status"], one["reason"]) != ("dormant", "overdue"):
                continue
            end = mine[number + 1] if number + 1 < len(mine) else None
            until = end["at"] if end else datetime.max.replace(tzinfo=UTC)
            touches = sorted(
                (at, kind)
                for who, at, kind, direction in calls
                if who == client_id and direction == "out" and one["at"] <= at < until
            )
            asleep, touched, still = asleep + 1, touched + bool(touches), still + (end is None)
            ways.update({kind for _, kind in touches})
            if end and end["reason"] == "came_back":
                back += 1
                if touches and until - touches[-1][0] <= 90 * DAY:
                    back_touched += 1
                    returns[touches[-1][1]] += 1
    assert {name: woken[name] for name in ("dormant", "touched", "came_back", "came_back_touched")} == {
        "dormant": asleep,
        "touched": touched,
        "came_back": back,
        "came_back_touched": back_touched,
    }
    assert woken["still_dormant"] == still
    assert {one["by"]: (one["clients"], one["came_back"]) for one in woken["by_touch"]} == {
        way: (ways[way], returns[way]) for way in ways
    }
    assert 0 < back_touched < back < asleep


@pytest.mark.covers("R9")
def test_fans_who_bring_three_quarters_are_enough():
    enough = divide_money([("fan", 3, 75_00), ("newcomer", 9, 25_00)], benchmark_bp=7_500)
    short = divide_money([("fan", 3, 74_99), ("dormant", 9, 25_01)], benchmark_bp=7_500)
    nothing = divide_money([], benchmark_bp=7_500)

    assert (enough.fans_bp, enough.is_reached) == (7_500, True)
    assert (short.fans_bp, short.is_reached) == (7_499, False)
    assert (nothing.fans_bp, nothing.is_reached, len(nothing.items)) == (None, None, 6)


@pytest.mark.covers("R9")
async def test_what_fans_should_bring_is_a_setting(cast):
    rules = await ok(await cast.irina.get("/crm/rules"))
    content = rules["content"] | {"fans_share_bp": 6_000}
    published = await cast.irina.post("/crm/rules", {"content": content}, if_match='"1"')

    money = await asked(cast, "money")

    assert (rules["content"]["fans_share_bp"], published.status_code) == (7_500, 201)
    assert (money["benchmark_bp"], money["fans_bp"], money["is_reached"]) == (6_000, None, None)


@pytest.mark.covers("R19")
def test_a_month_says_nothing_of_days_that_not_all_its_newcomers_have_had():
    month = date(2026, 1, 1)
    counted = [Became(month, None, 5), Became(month, 10, 2), Became(month, 40, 1)]

    cohort, later = (make_cohorts(counted, today=day)[0] for day in (date(2026, 3, 2), date(2026, 3, 3)))

    assert (cohort.newcomers, cohort.fans) == (8, 3)
    assert (cohort.within[30], later.within[30], later.within[90]) == (None, 2, None)


@pytest.mark.covers("R14")
@pytest.mark.parametrize(("days", "by"), [(89, {"sms": (1, 1)}), (91, {"sms": (1, 0)})])
def test_a_return_belongs_to_the_last_touch_of_the_90_days_before_it(days, by):
    back = FIRST + 100 * DAY
    sleep = Sleep(ANNA, FIRST, back, "came_back")
    touches = [
        Touch(ANNA, FIRST - DAY, "call"),
        Touch(ANNA, back - days * DAY, "sms"),
        Touch(ANNA, back + DAY, "letter"),
        Touch(BORIS, back - DAY, "talk"),
    ]

    found = count_awakenings([sleep], touches)

    assert (found.sleeps, found.touched, found.came_back) == (1, 1, 1)
    assert {way: tuple(one) for way, one in found.by_touch.items()} == by


@pytest.mark.covers("R14")
async def test_messages_wake_clients_but_those_about_a_visit_do_not_count(cast, superuser, clock):
    """One advertising message after he fell asleep, and one that says when the brigade comes."""
    clock.moment = NOW
    client_id = await put_client(superuser, cast.company_id, "")
    site = {"site_id": client_id, "categories": ["maintenance"]}
    order, again = uuid7(), uuid7()
    back = FIRST + 420 * DAY
    await keep(
        cast,
        [
            OfClient(client_id, Fact(kind, at, uuid7(), order_id=paid, amount_kop=100_00, **more))
            for at, paid in ((FIRST, order), (back, again))
            for kind, more in ((FactKind.ACT_SIGNED, site), (FactKind.PAYMENT_TAKEN, {}))
        ],
    )
    for legal_class, days in (("marketing", 30), ("service", 1)):
        await superuser.execute(
            "INSERT INTO message (company_id, id, kind, audience, recipient_id, phone, lang, sender, body, segments,"
            " subject_kind, subject_id, status, legal_class, channel, sent_at)"
            " VALUES ($1, $2, 'x', 'client', $3, '', 'ru', '', '', 1, 'x', $2, 'sent', $4, 'sms', $5)",
            cast.company_id,
            uuid7(),
            client_id,
            legal_class,
            back - days * DAY,
        )

    woken = await asked(cast, "wake-ups", "from=2022-01-01&to=2023-01-01")

    assert (woken["dormant"], woken["came_back"], woken["touched_bp"]) == (1, 1, 10_000)
    assert woken["by_touch"] == [{"by": "sms", "clients": 1, "came_back": 1, "share_bp": 10_000}]


@pytest.mark.covers("R18")
async def test_the_plan_takes_its_numbers_from_the_last_year(cast, clock, the_base):
    clock.moment = NOW
    steps = the_base[3]
    until = datetime(2025, 6, 1, tzinfo=MOSCOW)
    last, before = until - 365 * DAY, until - 730 * DAY
    await reports_follow(cast)
    first, fans, lost, won = [], 0, 0, 0
    for mine in steps.values():
        fans += mine[-1]["status"] == "fan"
        in_year = [one for one in mine if last <= one["at"] < until]
        won += sum(one["status"] == "fan" for one in in_year)
        lost += sum(one["was"] == "fan" for one in in_year)
        bought = [one["at"] for one in mine if one["status"] in ("newcomer", "fan")]
        became = [one["at"] for one in mine if one["status"] == "fan"]
        first += [(bought[0], became[0] if became else None)] if bought else []
    earlier = [(one, fan) for one, fan in first if before <= one < last]
    soon = [one for one, fan in earlier if fan and (local(fan) - local(one)).days <= 365]

    actuals = await ok(await cast.olga.get("/crm/monthly-plan/actuals"))

    assert (actuals["fans"], actuals["newcomers"]) == (
        fans,
        int(sum(last <= one < until for one, _ in first) / 12 + 0.5),
    )
    assert actuals["newcomer_to_fan_bp"] == int(len(soon) / len(earlier) * 10_000 + 0.5)
    assert abs(actuals["fan_loss_bp"] - lost / (6 * (2 * fans - won + lost)) * 10_000) <= 0.5
    assert actuals["fan_purchases_bp"] > 0

    await a_month_is_beside_its_plan(cast, [one for one, _ in first])


async def a_month_is_beside_its_plan(cast, first_bought: list[datetime]) -> None:
    """May 2025: what the base brought in it, as it is counted by other figures."""
    month = await ok(await cast.olga.get("/crm/monthly-plan?month=2025-05-17"))
    money = await ok(await cast.olga.get("/crm/figures/money?from=2025-05-01&to=2025-06-01"))

    assert (month["month"], month["days"], month["plan"], month["version"]) == ("2025-05-01", 31, None, 0)
    assert month["newcomers"] == sum(local(one).replace(day=1) == date(2025, 5, 1) for one in first_bought)
    assert month["paid_kop"] == money["kop"]
