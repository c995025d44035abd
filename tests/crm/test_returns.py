"""Return rates are what a plain count says, and they tell the truth where the usual ones do not."""

import random
from datetime import date, timedelta
from functools import cache
from uuid import UUID

import pytest

from app.crm.losses import service as losses
from app.crm.pasts.policies import read_past
from app.crm.pasts.values import Expected
from app.crm.returns import service
from app.crm.returns.policies.comparison import Cell, Stands, compare
from app.crm.returns.policies.due import Due
from app.crm.returns.policies.fixed import periods_before
from app.crm.returns.policies.rates import interval_of, share_bp
from app.crm.returns.values import By, Filters, Period
from tests.crm.kept_pasts import Buyer, bought, keep_buyers
from tests.crm.lives import DACHA, FLAT, MOSCOW, Facts, a_category, at, on, some_rules
from tests.crm.plain_returns import PlainClient, plain_due, plain_fixed, plain_standard, returns_of

WORKERS = [UUID(int=10 + one) for one in range(6)]
SOURCES = ["", "Авито", "совет друга", "сайт"]
CATEGORIES = ["window_install", "maintenance", "maintenance", "net", "seal", "warranty_visit", "measurement"]
CLIENTS = 500
NOW = 1_500
"""Days after the start."""


def some_life(dice: random.Random) -> Facts:
    """Acts, money and words of one client, in any order."""
    facts = Facts()
    for _ in range(dice.randint(1, 7)):
        day = dice.choice(
            [dice.uniform(0, 1_600), dice.uniform(0, 60), 365 * dice.randint(0, 4) + dice.uniform(0, 99)]
        )
        order = some_act(dice, facts, day, None)
        if dice.random() < 0.2:
            some_act(dice, facts, day + dice.uniform(1, 25), order)
        if dice.random() < 0.85:
            facts.paid(day + dice.uniform(-5, 20), order)
            if dice.random() < 0.15:
                facts.refunded(day + dice.uniform(20, 200), order, dice.choice([100_00, 500_00]))
    for _ in range(dice.choice([0, 0, 1, 2])):
        day = dice.uniform(0, 1_500)
        about = {"categories": dice.choice([(), ("maintenance",)]), "site_id": dice.choice([None, FLAT])}
        dice.choice([facts.named, facts.entered])(day, on(int(day) + dice.randint(5, 500)), **about)
    dice.shuffle(facts)
    return facts


def some_act(dice: random.Random, facts: Facts, day: float, order: UUID | None) -> UUID:
    site = dice.choice([FLAT, FLAT, DACHA])
    return facts.act(day, dice.choice(CATEGORIES), order=order, site_id=site, worker_id=dice.choice(WORKERS))


@cache
def the_base() -> tuple[list[Buyer], list[PlainClient]]:
    """The same random clients, read by the product and by the plain count."""
    dice = random.Random(20261130)
    buyers, plain = [], []
    for number in range(CLIENTS):
        client_id, source, facts = UUID(int=10_000 + number), dice.choice(SOURCES), some_life(dice)
        past = read_past(facts, [some_rules()], zone=MOSCOW, now=at(NOW))
        buyers.append(Buyer(client_id, source, past.bought, past.expected))
        plain.append(PlainClient(client_id, source, facts, MOSCOW, at(NOW)))
    return buyers, plain


def keys_of_visit(by):
    def keys(client, visit):
        return {By.SOURCE: [client.source], By.WORKER: visit[1], By.CATEGORY: visit[2]}[by]

    return keys


def key_of_need(by):
    def key(client, need):
        return {By.SOURCE: client.source, By.WORKER: need["worker"], By.CATEGORY: need["category"]}[by]

    return key


GROUPS = (By.SOURCE, By.WORKER, By.CATEGORY)
ANY = Filters()
ALL = {"after": None, "at_most": CLIENTS}


@pytest.mark.covers("R112", "R113", "R114", "R116")
async def test_fixed_returns_of_random_clients_are_those_of_a_plain_count(cast):
    buyers, plain = the_base()
    reader = await keep_buyers(cast, buyers)
    for visited, returned in (((0, 365), (365, 730)), ((300, 500), (600, 1_100))):
        v, r = Period(on(visited[0]), on(visited[1])), Period(on(returned[0]), on(returned[1]))
        lost = await losses.find_lost_between(reader, v, r, ANY, **ALL)
        for by in GROUPS:
            count = await service.count_fixed(reader, v, r, group=by)
            expected, lost_ids = plain_fixed(plain, v, r, keys_of_visit(by))

            assert {key: fixed_row(one) for key, one in count.groups.items()} == without_all(expected)
            assert fixed_row(count.whole) == expected["all"]
        assert [one.client_id for one in lost] == sorted(lost_ids)
        assert len(lost) == count.whole.total.lost > 50


def without_all(groups):
    return {key: row for key, row in groups.items() if key != "all"}


def fixed_row(one):
    return [
        one.total.visited,
        one.total.returned,
        one.total.same_worker,
        one.new.visited,
        one.new.returned,
        one.new.same_worker,
    ]


@pytest.mark.covers("R20", "R112", "R113", "R114", "R116")
async def test_due_returns_of_random_clients_are_those_of_a_plain_count(cast):
    buyers, plain = the_base()
    reader = await keep_buyers(cast, buyers)
    due = Period(on(500), on(1_600))
    for by in GROUPS:
        count = await service.count_due(reader, due, group=by, now=at(NOW))
        expected, lost_ids = plain_due(plain, due, on(NOW), key_of_need(by))

        assert {key: list(one[:-1]) for key, one in count.groups.items()} == without_all(expected)
        assert list(count.whole[:-1]) == expected["all"]
    lost = await losses.find_lost_of_due(reader, due, ANY, now=at(NOW), **ALL)

    assert [one.client_id for one in lost] == sorted(lost_ids)
    assert sum(len(one.needs) for one in lost) == count.whole.lost
    assert count.whole.matured > 300
    assert count.whole.immature > 15
    assert count.whole.ahead > 3


@pytest.mark.covers("R114", "R115")
async def test_standardised_shares_of_random_clients_are_those_of_a_plain_count(cast):
    buyers, plain = the_base()
    reader = await keep_buyers(cast, buyers)
    due = Period(on(500), on(1_400))
    rows = [
        (need["worker"], (client.source, need["category"]), bool(returns_of(need)))
        for client in plain
        for need in client.needs
        if due.first <= need["due"] < due.until
        and need["due"] + timedelta(days=90) < on(NOW)
        and not (need["again"] and need["again"] < need["due"] - timedelta(days=60))
    ]
    compared = await service.compare_workers(reader, due, now=at(NOW))

    assert compared.whole.matured == len(rows)
    assert {one.worker_id for one in compared.workers} == set(WORKERS)
    for one in compared.workers:
        assert one.standard_bp == round(plain_standard(rows, one.worker_id) * 10_000)


@pytest.mark.covers("R113")
async def test_the_lost_of_each_group_are_those_that_its_report_counts(cast):
    reader = await keep_buyers(cast, the_base()[0])
    v, r, due = Period(on(0), on(500)), Period(on(500), on(1_000)), Period(on(500), on(1_600))
    names = {By.SOURCE: "source", By.WORKER: "worker_id", By.CATEGORY: "category"}
    for by, name in names.items():
        fixed = await service.count_fixed(reader, v, r, group=by)
        needs = await service.count_due(reader, due, group=by, now=at(NOW))
        for key, group in list(needs.groups.items())[:2]:
            only = Filters(**{name: UUID(key) if by is By.WORKER else key})
            lost = await losses.find_lost_of_due(reader, due, only, now=at(NOW), **ALL)
            between = await losses.find_lost_between(reader, v, r, only, **ALL)

            assert sum(len(one.needs) for one in lost) == group.lost
            assert len(between) == fixed.groups[key].total.lost


def test_facts_in_any_order_give_the_same_past():
    dice = random.Random(4)
    for _ in range(200):
        facts = some_life(dice)
        past = read_past(facts, [some_rules()], zone=MOSCOW, now=at(NOW))
        dice.shuffle(facts)
        assert read_past(facts, [some_rules()], zone=MOSCOW, now=at(NOW)) == past


def yearly_clients(dice: random.Random, many: int, share: float) -> list[Buyer]:
    """Clients who come once a year, more or less, and each time with the same probability."""
    found = []
    for number in range(many):
        facts, day = Facts(), dice.uniform(0, 365)
        while day < NOW:
            facts.bought(day, worker_id=WORKERS[0])
            if dice.random() >= share:
                break
            day += 365 + dice.gauss(0, 20)
        past = read_past(facts, [some_rules()], zone=MOSCOW, now=at(NOW))
        found.append(Buyer(UUID(int=number), "", past.bought, past.expected))
    return found


@pytest.mark.covers("R20", "R112")
async def test_where_clients_come_yearly_due_returns_show_the_truth_and_monthly_retention_shows_nobody(cast):
    reader = await keep_buyers(cast, yearly_clients(random.Random(7), 700, 0.6))
    month = Period(on(800), on(830))
    due = await service.count_due(reader, Period(on(400), on(1_300)), group=None, now=at(NOW))
    monthly = await service.count_fixed(reader, periods_before(month, 90), month, group=None)

    assert abs(share_bp(due.whole.returned, due.whole.matured) - 6_000) < 450
    assert monthly.whole.total.visited > 20
    assert share_bp(monthly.whole.total.returned, monthly.whole.total.visited) < 200


@pytest.mark.covers("R112")
async def test_clients_who_can_still_come_are_not_counted_as_lost(cast):
    reader = await keep_buyers(cast, yearly_clients(random.Random(8), 700, 0.5))
    count = await service.count_due(reader, Period(on(NOW - 365), on(NOW)), group=None, now=at(NOW))
    everybody = count.whole.matured + count.whole.immature

    assert count.whole.immature > 15
    assert abs(share_bp(count.whole.returned, count.whole.matured) - 5_000) < 600
    assert share_bp(count.whole.returned, everybody) < 4_300


def cells(**kinds: tuple[int, int]) -> dict[tuple[str, str], Cell]:
    return {(source, "maintenance"): Cell(*counted) for source, counted in kinds.items()}


@pytest.mark.covers("R115", "R116")
def test_the_worker_who_is_better_with_clients_of_every_source_is_better_whatever_clients_he_gets():
    compared = compare(
        {
            WORKERS[0]: cells(advert=(900, 270), advice=(100, 90)),
            WORKERS[1]: cells(advert=(100, 20), advice=(900, 720)),
        }
    )
    better, worse = compared.workers

    assert (better.worker_id, worse.worker_id) == (WORKERS[0], WORKERS[1])
    assert (better.crude_bp, worse.crude_bp) == (3_600, 7_400)
    assert (better.standard_bp, worse.standard_bp) == (6_000, 5_000)


@pytest.mark.covers("R115")
def test_a_worker_far_below_the_others_under_equal_conditions_stands_out_and_one_with_few_clients_does_not():
    compared = compare(
        {
            WORKERS[0]: cells(advert=(200, 130)),
            WORKERS[1]: cells(advert=(200, 60)),
            WORKERS[2]: cells(advert=(19, 1)),
        }
    )

    assert {one.worker_id: one.stands for one in compared.workers} == {
        WORKERS[0]: Stands.ABOVE,
        WORKERS[1]: Stands.BELOW,
        WORKERS[2]: Stands.TOO_FEW,
    }
    assert compared.workers[-1].worker_id == WORKERS[2]


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"), [(12, 20, 3_866, 7_812), (60, 100, 5_020, 6_906), (0, 10, 0, 2_775)]
)
def test_the_interval_is_that_of_wilson(part, whole, low, high):
    assert interval_of(part, whole) == (low, high)


def test_of_nobody_there_is_no_share_and_no_interval():
    assert share_bp(0, 0) is None
    assert interval_of(0, 0) is None
    assert compare({}).workers == []


@pytest.mark.parametrize(
    ("part", "whole", "bp"), [(1, 3, 3_333), (2, 3, 6_667), (1, 20_000, 1), (5, 5, 10_000)]
)
def test_shares_are_rounded_half_up(part, whole, bp):
    assert share_bp(part, whole) == bp


def needs(facts: Facts, *versions) -> list[tuple[str, date]]:
    past = read_past(facts, versions or [some_rules()], zone=MOSCOW, now=at(NOW))
    return [(one.category, one.due_on) for one in past.expected]


def test_a_window_opens_needs_that_its_buyer_is_expected_for():
    facts = Facts()
    facts.bought(0, "window_install")

    assert needs(facts) == [("maintenance", on(365)), ("seal", on(2_190))]


def test_a_refund_takes_the_need_away_as_if_it_had_never_been():
    facts = Facts()
    facts.refunded(900, facts.bought(0))

    assert needs(facts) == []


def test_rules_published_later_move_a_need_only_while_it_is_open():
    slower = {"categories": [one for one in some_rules().content.categories if one.code != "maintenance"]}
    slower["categories"].append(a_category("maintenance", 730))
    facts = Facts()
    facts.bought(0)

    assert needs(facts, some_rules(), some_rules(2, at(300), **slower)) == [("maintenance", on(730))]
    assert needs(facts, some_rules(), some_rules(2, at(500), **slower)) == [("maintenance", on(365))]


def test_a_date_that_is_named_when_it_is_too_late_does_not_undo_the_loss():
    facts = Facts()
    facts.bought(0)
    facts.named(500, on(520))

    assert needs(facts) == [("maintenance", on(365))]


def test_a_second_act_of_one_purchase_is_no_return():
    facts = Facts()
    order = facts.bought(0)
    facts.act(10, "maintenance", order=order)
    past = read_past(facts, [some_rules()], zone=MOSCOW, now=at(NOW))

    assert [(one.anchor_on, one.due_on) for one in past.expected] == [(on(10), on(375))]


async def test_the_last_day_of_the_window_is_a_return_and_the_day_after_is_not(cast):
    need = Expected(FLAT, "maintenance", on(0), on(365), on(305), on(455), WORKERS[0])
    days = (304, 305, 455, 456)
    reader = await keep_buyers(cast, [Buyer(UUID(int=day), "", [bought(on(day))], [need]) for day in days])
    due = Period(on(365), on(366))

    lost = await losses.find_lost_of_due(reader, due, ANY, now=at(457), **ALL)

    assert [one.client_id.int for one in lost] == [304, 456]
    assert await losses.find_lost_of_due(reader, due, ANY, now=at(455), **ALL) == []


@pytest.mark.covers("R112", "R113")
async def test_the_purchase_from_which_a_need_counts_is_no_return_for_it(cast):
    """The client named a day so near that the purchase itself lies in the time for it."""
    need = Expected(FLAT, "maintenance", on(0), on(30), on(-30), on(120), WORKERS[0])
    once = Buyer(UUID(int=1), "", [bought(on(0))], [need])
    again = Buyer(UUID(int=2), "", [bought(on(0)), bought(on(20))], [need])
    reader = await keep_buyers(cast, [once, again])
    due = Period(on(0), on(60))

    count = await service.count_due(reader, due, group=None, now=at(200))
    lost = await losses.find_lost_of_due(reader, due, ANY, now=at(200), **ALL)

    assert (count.whole.matured, count.whole.returned) == (2, 1)
    assert [one.client_id for one in lost] == [once.client_id]


async def test_whoever_comes_long_before_is_neither_returned_nor_lost(cast):
    facts = Facts()
    facts.bought(0)
    facts.bought(100)
    past = read_past(facts, [some_rules()], zone=MOSCOW, now=at(NOW))
    reader = await keep_buyers(cast, [Buyer(UUID(int=1), "", past.bought, past.expected)])

    count = await service.count_due(reader, Period(on(360), on(370)), group=None, now=at(NOW))

    assert count.whole == Due(ahead=1)


def test_only_what_had_happened_by_then_counts():
    facts = Facts()
    facts.bought(NOW + 1)
    past = read_past(facts, [some_rules()], zone=MOSCOW, now=at(NOW))

    assert past == ([], [])
