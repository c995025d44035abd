"""Rules: what a company sells and what makes a fan; how they are tried and published."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from app.crm.facts.models import LifeFact
from app.crm.passes.models import PassKind
from app.crm.passes.sweep import begin_pass
from app.crm.publication.models import RulesDryRun
from app.crm.rules.defaults import starter_rules
from app.crm.rules.policies import RulesInvalid, check_rules
from app.crm.rules.values import Rules, RulesContent, Spawn
from app.db.session import transaction
from tests.cast import NOON
from tests.crm.given import (
    a_booked_job,
    a_card,
    act_is_signed,
    kinds_of,
    money_is_taken,
    ok,
    price_list,
    work_begins,
)
from tests.crm.kept_pasts import Buyer, keep_buyers
from tests.crm.kept_pasts import bought as bought_on
from tests.crm.lives import a_category
from tests.crm.test_statuses import bought, news_of, rows, status_of, told
from tests.dispatch.given import TOMORROW


async def in_force(cast):
    return await ok(await cast.olga.get("/crm/rules"))


def with_cycle(rules, days: int, code: str = "maintenance"):
    content = dict(rules["content"])
    content["categories"] = [
        one | {"cycle_days": days} if one["code"] == code else one for one in content["categories"]
    ]
    return content


@pytest.mark.covers("R11")
async def test_a_company_starts_with_cycles_and_changes_them_from_now_on(cast, background, clock):
    client_id, _ = await a_card(cast)
    await told(cast, client_id, bought(clock.now() - timedelta(days=100)), clock.now())
    first = await in_force(cast)
    cycles = {one["code"]: one["cycle_days"] for one in first["content"]["categories"]}

    body = {"content": with_cycle(first, 90), "comment": "Чаще"}
    published = await ok(await cast.sergei.post("/crm/rules", body, if_match='"1"', idempotency_key="p1"))
    await background.sweep("base_pass")
    at_once = await status_of(cast, client_id)
    clock.advance(days=3)
    await background.sweep("client_status")

    assert (cycles["window_install"], cycles["maintenance"], cycles["seal"]) == (None, 365, 2190)
    assert (published["version"], published["comment"]) == (2, "Чаще")
    assert (at_once, await status_of(cast, client_id)) == ("newcomer", "dormant")
    versions = (await ok(await cast.olga.get("/crm/rules/versions")))["items"]
    assert [one["version"] for one in versions] == [2, 1]


async def test_nobody_overwrites_rules_that_he_has_not_seen(cast):
    content = (await in_force(cast))["content"]
    await ok(await cast.irina.post("/crm/rules", {"content": content}, if_match='"1"', idempotency_key="a"))

    late = await cast.irina.post("/crm/rules", {"content": content}, if_match='"1"', idempotency_key="b")
    without = await cast.irina.post("/crm/rules", {"content": content}, idempotency_key="c")
    by_olga = await cast.olga.post("/crm/rules", {"content": content}, if_match='"2"', idempotency_key="d")

    assert [one.status_code for one in (late, without, by_olga)] == [412, 428, 403]


@pytest.mark.covers("R11")
async def test_a_dry_run_says_who_would_change_and_changes_nobody(cast, background, clock):
    late, early = [(await a_card(cast, name=name, contacts=[]))[0] for name in ("Анна", "Борис")]
    await told(cast, late, bought(clock.now() - timedelta(days=100)), clock.now())
    await told(cast, early, bought(clock.now() - timedelta(days=10)), clock.now())
    content = with_cycle(await in_force(cast), 90)

    asked = await ok(await cast.irina.post("/crm/rules/dry-runs", {"content": content}, idempotency_key="t1"))
    await background.sweep("rules_dry_run")
    done = await ok(await cast.irina.get(f"/crm/rules/dry-runs/{asked['id']}"))

    assert (asked["is_done"], done["is_done"], done["clients"]) == (False, True, 2)
    assert done["changes"] == [{"was": "newcomer", "status": "dormant", "clients": 1}]
    assert (await in_force(cast))["version"] == 1
    assert await status_of(cast, late) == "newcomer"


def test_rules_that_contradict_themselves_are_refused():
    content = RulesContent(
        categories=[
            a_category("net", 365, works=["mosquito_net"]),
            a_category("net", 100, spawns=[Spawn(category="cars")]),
            a_category("seal", 100, works=["mosquito_net"]),
        ]
    )

    with pytest.raises(RulesInvalid) as refused:
        check_rules(content)

    codes = {one["code"] for one in refused.value.params["errors"]}
    assert codes == {"category_twice", "category_ambiguous", "category_unknown"}


@pytest.mark.covers("R12")
@pytest.mark.parametrize(
    ("job_kind", "categories", "counts"),
    [
        ("service", ["maintenance", "seal"], True),
        ("measurement", ["measurement", "seal"], True),
        ("measurement", ["measurement"], False),
        ("claim", ["warranty_visit"], False),
    ],
)
def test_what_is_done_because_of_a_claim_is_no_purchase_whatever_work_it_was(job_kind, categories, counts):
    rules = Rules(1, NOON, starter_rules())
    works = [] if categories == ["measurement"] else ["seal_replacement"]

    found = rules.categories_of(job_type="any", job_kind=job_kind, works=works)

    assert found == categories
    assert rules.is_purchase(found) is counts


def test_the_starter_set_contradicts_nothing_and_is_read_back_as_it_was():
    content = starter_rules()

    check_rules(content)

    assert msgspec.convert(msgspec.to_builtins(content), RulesContent) == content


@pytest.mark.covers("R57")
async def test_what_happened_before_there_were_facts_is_taken_over_in_silence(
    cast, background, clock, superuser
):
    await price_list(cast)
    client_id, site_id = await a_card(cast)
    visit = await a_booked_job(cast, client_id, site_id, starts_at=TOMORROW)
    await work_begins(visit, clock.now())
    await act_is_signed(visit, clock.now())
    await money_is_taken(visit, clock.now())
    await visit.done("complete", at=clock.now())
    await superuser.execute(
        "UPDATE outbox_event SET relayed_at = now() WHERE company_id = $1", cast.company_id
    )
    async with transaction(cast.maker, cast.company_id) as session:
        begin_pass(session, cast.company_id, PassKind.GATHER, now=clock.now())

    await background.sweep("base_pass")

    assert {"act_signed", "payment_taken", "order_closed", "passport_issued"} <= set(
        await kinds_of(cast, client_id)
    )
    facts = await rows(cast, LifeFact, client_id=UUID(client_id))
    assert all(one.is_history for one in facts)
    assert await status_of(cast, client_id) == "newcomer"
    assert await news_of(cast) == []


@pytest.mark.covers("R15")
async def test_published_rules_hold_the_median_of_what_each_category_brings(cast):
    """It is measured when they are published, whatever was sent, and never changes in that version."""
    first = await in_force(cast)
    dear = [bought_for(kop, number, "net") for number, kop in enumerate((900_00, 700_00, 100_00))]
    await keep_buyers(cast, [*dear, bought_for(300_00, 3, "net", "seal")])
    content = first["content"]
    content["categories"] = [one | {"median_kop": 1} for one in content["categories"]]

    body = {"content": content, "comment": "Медианы"}
    published = await ok(await cast.sergei.post("/crm/rules", body, if_match='"1"'))
    tried = await ok(await cast.sergei.post("/crm/rules/dry-runs", {"content": content}), 202, 201)

    medians = {one["code"]: one["median_kop"] for one in published["content"]["categories"]}
    assert {code: kop for code, kop in medians.items() if kop is not None} == {"net": 300_00, "seal": 300_00}
    assert (await in_force(cast))["content"] == published["content"]
    async with transaction(cast.maker, cast.company_id) as session:
        run = await session.get_one(RulesDryRun, {"company_id": cast.company_id, "id": UUID(tried["id"])})
        assert run.content == published["content"]


def bought_for(kop: int, number: int, *categories: str) -> Buyer:
    return Buyer(UUID(int=number), "", [bought_on(NOON.date(), *categories, total_kop=kop)])
