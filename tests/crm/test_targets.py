"""Whom a company wants as clients, where it looks for them, and what it gives for a contact."""

import random
from uuid import UUID

import pytest

from app.crm.portraits.policies import COMPARED, match
from app.crm.portraits.values import ClientTraits, PortraitTraits
from tests.clients.consents import consent, published
from tests.clients.given import a_client
from tests.crm.given import a_booked_job, a_card, act_is_signed, ok, price_list, work_begins
from tests.crm.test_statuses import status_of
from tests.dispatch.given import TOMORROW

NORTH, SOUTH = UUID(int=1), UUID(int=2)
FAMILY = {"object_kind": ["flat"], "building": ["panel", "block"], "household": ["with_children"]}


@pytest.mark.covers("R3")
def test_clients_fit_random_portraits_as_a_plain_comparison_says():
    dice = random.Random(3)
    words = {
        "object_kind": ["flat", "house", "office"],
        "building": ["panel", "brick"],
        "income": ["low", "middle", "high"],
    }
    fitting = 0
    for _ in range(2_000):
        wanted = {name: dice.sample(known, dice.randint(0, 2)) for name, known in words.items()}
        areas = dice.choice([[], [NORTH], [NORTH, SOUTH]])
        client = {name: dice.choice([None, *known]) for name, known in words.items()}
        home = dice.choice([None, frozenset(), frozenset([SOUTH])])

        found = match(ClientTraits(**client), home, PortraitTraits(**wanted, territory_ids=areas))

        said = {}
        for name, accepted in (*wanted.items(), ("territory_ids", areas)):
            value = (None if home is None else list(home)) if name == "territory_ids" else client[name]
            values = value if isinstance(value, list) else [value]
            if accepted:
                is_known = value is not None
                said[name] = any(one in accepted for one in values) if is_known else None
        assert (
            dict.fromkeys(found.fits, True)
            | dict.fromkeys(found.differs, False)
            | dict.fromkeys(found.unknown)
            == said
        )
        assert found.is_match == (True in said.values() and False not in said.values())
        fitting += found.is_match
    assert 100 < fitting < 1_900


@pytest.mark.covers("R3")
def test_every_trait_in_closed_words_is_compared():
    free = {"profession", "habits"}

    assert set(ClientTraits.__struct_fields__) - free == set(COMPARED)
    assert set(PortraitTraits.__struct_fields__) - free - {"territory_ids"} == set(COMPARED)


@pytest.mark.covers("R3")
async def test_a_portrait_is_drawn_in_versions_and_a_card_is_compared_with_it(cast):
    body = {"name": "Семьи в панельных домах", "traits": FAMILY, "words": "Дуют окна"}
    drawn = await ok(await cast.irina.post("/crm/portraits", body, idempotency_key="p1"))
    client = await a_client(cast.olga)
    traits = {"object_kind": "flat", "building": "panel", "profession": "учитель"}

    noted = await ok(await cast.olga.put(f"/crm/clients/{client['id']}/traits", {"traits": traits}))
    stricter = {"traits": FAMILY | {"building": ["brick"]}}
    await ok(await cast.irina.post(f"/crm/portraits/{drawn['id']}/versions", stricter, idempotency_key="p2"))
    later = await ok(await cast.olga.get(f"/crm/clients/{client['id']}/portraits"))
    versions = (await ok(await cast.olga.get(f"/crm/portraits/{drawn['id']}/versions")))["items"]
    await cast.irina.post(f"/crm/portraits/{drawn['id']}/archive")

    [before], [after] = noted["matches"], later["matches"]
    assert (before["is_match"], before["fits"], before["unknown"]) == (
        True,
        ["object_kind", "building"],
        ["household"],
    )
    assert (after["is_match"], after["differs"], later["traits"]["profession"]) == (
        False,
        ["building"],
        "учитель",
    )
    assert [(one["version"], one["words"]) for one in versions] == [(2, ""), (1, "Дуют окна")]
    assert (await ok(await cast.olga.get("/crm/portraits")))["items"] == []


@pytest.mark.covers("R3")
async def test_neighbours_of_a_job_done_become_a_target_without_a_word_of_the_client(cast, background, clock):
    await price_list(cast)
    client_id, site_id = await a_card(cast)
    visit = await a_booked_job(cast, client_id, site_id, starts_at=TOMORROW)
    await work_begins(visit, clock.now())
    await act_is_signed(visit, clock.now())
    await background.sweep("relay", "delivery")

    [found] = (await ok(await cast.olga.get("/crm/targets/neighbours")))["items"]
    body = {"kind": "building", "address": found["address"]}
    added = await ok(await cast.olga.post("/crm/targets", body, idempotency_key="t1"))
    twice = await cast.olga.post("/crm/targets", body, idempotency_key="t2")
    wrong = await cast.olga.post("/crm/targets", body | {"kind": "entrance"}, idempotency_key="t3")
    changed = await ok(await cast.olga.post(f"/crm/targets/{added['id']}/status", {"status": "in_work"}))

    assert (found["objects"], set(found)) == (1, {"address", "entrance", "objects", "last_at"})
    assert (await ok(await cast.olga.get("/crm/targets/neighbours")))["items"] == []
    assert (twice.status_code, twice.json()["code"]) == (409, "target_known")
    assert [one["path"] for one in wrong.json()["errors"]] == ["entrance"]
    assert (changed["status"], added["status"]) == ("in_work", "new")
    listed = (await ok(await cast.olga.get("/crm/targets?status=in_work")))["items"]
    assert [one["id"] for one in listed] == [added["id"]]


@pytest.mark.covers("R4", "R5")
async def test_who_leaves_his_contact_for_something_useful_is_a_lead_and_gets_it_once(cast, background):
    await published(cast.irina)
    client = await a_client(cast.olga)
    silent = await a_client(cast.olga, name="Вера", contacts=[])
    await background.sweep("relay", "delivery")
    was = await status_of(cast, client["id"])
    magnet = {"kind": "checklist", "name": "Как принять окно", "cost_kop": 50_00}
    magnet = await ok(await cast.irina.post("/crm/magnets", magnet, idempotency_key="m1"))
    path = f"/crm/magnets/{magnet['id']}"
    body = {"client_id": client["id"], "channel": "site", "consent": consent(client["contacts"][0]["value"])}

    first = await ok(await cast.olga.post(f"{path}/exchanges", body, idempotency_key="e1"))
    second = await ok(await cast.olga.post(f"{path}/exchanges", body, idempotency_key="e2"))
    unreachable = await cast.olga.post(
        f"{path}/exchanges", {"client_id": silent["id"], "channel": "site"}, idempotency_key="e3"
    )
    [counted] = (await ok(await cast.olga.get("/crm/magnets")))["items"]
    await cast.irina.post(f"{path}/end")
    ended = await cast.olga.post(
        f"{path}/exchanges", {"client_id": silent["id"], "channel": "site"}, idempotency_key="e4"
    )
    ledger = await ok(await cast.olga.get(f"/clients/{client['id']}/consents"))

    assert (was, await status_of(cast, client["id"])) == ("target", "lead")
    assert (first["id"], first["has_consent"]) == (second["id"], True)
    assert {name: counted[name] for name in ("contacts", "with_consent", "bought", "spent_kop")} == {
        "contacts": 1,
        "with_consent": 1,
        "bought": 0,
        "spent_kop": 50_00,
    }
    assert (unreachable.json()["code"], ended.json()["code"]) == ("not_reachable", "magnet_ended")
    assert "marketing" in str(ledger)
