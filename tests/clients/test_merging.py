"""Two cards of one client become one, and two again."""

from datetime import timedelta

import pytest

from tests.clients.consents import MOBILE, agreed, ask, published, stopped
from tests.clients.given import ANNA, a_client, a_site, email, phone
from tests.dispatch.given import a_job

SECOND, THIRD = "+79037654321", "+79161112233"


async def merged(person, survivor, other, **fields):
    body = {"merged_id": other["id"], "reason": "Один человек"} | fields
    answer = await person.post(f"/clients/{survivor['id']}/merge", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def undone(person, merge):
    answer = await person.post(f"/client-merges/{merge['id']}/undo", {"reason": "Ошиблись"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def values_of(person, client_id):
    card = (await person.get(f"/clients/{client_id}")).json()
    return sorted(contact["value"] for contact in card["contacts"])


async def two_cards(person):
    anna = await a_client(person, contacts=[phone(MOBILE), email("anna@mail.ru")])
    anya = await a_client(person, name="Аня", contacts=[phone(SECOND)])
    return anna, anya


async def test_who_asks_for_the_merged_card_gets_the_survivor_with_everything(cast):
    anna, anya = await two_cards(cast.olga)
    site = await a_site(cast.olga, anya["id"])

    await merged(cast.olga, anna, anya)
    card = (await cast.olga.get(f"/clients/{anya['id']}")).json()
    sites = (await cast.olga.get(f"/clients/{anya['id']}/sites")).json()["items"]

    assert (card["id"], card["merged_ids"]) == (anna["id"], [anya["id"]])
    assert sorted(contact["value"] for contact in card["contacts"]) == [MOBILE, SECOND, "anna@mail.ru"]
    assert [contact["value"] for contact in card["contacts"] if contact["is_primary"]] == [
        MOBILE,
        "anna@mail.ru",
    ]
    assert [one["id"] for one in sites] == [site["id"]]


async def test_the_merged_card_is_in_no_list_and_is_found_by_its_name(cast):
    anna, anya = await two_cards(cast.olga)

    await merged(cast.olga, anna, anya)
    listed, called, by_phone = [
        [one["id"] for one in (await cast.olga.get(f"/clients{query}")).json()["items"]]
        for query in ("", "?query=Аня", "?query=7654321")
    ]

    assert listed == called == by_phone == [anna["id"]]


async def test_what_happened_to_the_merged_card_is_found_at_the_survivor(cast):
    anna = await a_client(cast.olga, name="Анна Павловна", surname="Ким", contacts=[])
    job_id = await a_job(cast)
    old_id = (await cast.olga.get("/jobs")).json()["items"][0]["client_id"]

    await merged(cast.olga, anna, {"id": old_id})
    jobs = (await cast.olga.get(f"/jobs?client_id={anna['id']}")).json()["items"]
    orders = (await cast.olga.get(f"/orders?client_id={anna['id']}")).json()["items"]
    by_old_id = (await cast.olga.get(f"/orders?client_id={old_id}")).json()["items"]

    assert [(one["id"], one["client_name"]) for one in jobs] == [(str(job_id), "Ким Анна Павловна")]
    assert [one["client_id"] for one in orders] == [old_id]  # it keeps the card it happened to
    assert by_old_id == orders


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("itself", "merge_with_itself"),
        ("again", "already_merged"),
        ("circle", "merge_circle"),
        ("survivor is merged", "already_merged"),
        ("archived", "client_archived"),
        ("unknown", "client_not_found"),
    ],
)
async def test_cards_that_cannot_be_merged_are_refused(cast, other_cast, case, code):
    anna, anya = await two_cards(cast.olga)
    vera = await a_client(cast.olga, name="Вера", contacts=[])
    survivor, other = anna, anya
    match case:
        case "itself":
            other = anna
        case "again":
            await merged(cast.olga, anna, anya)
        case "circle":
            await merged(cast.olga, anya, anna)
        case "survivor is merged":
            await merged(cast.olga, vera, anna)
        case "archived":
            await cast.olga.post(f"/clients/{anya['id']}/archive")
        case "unknown":
            other = await a_client(other_cast.olga)

    body = {"merged_id": other["id"], "reason": "Один человек"}
    answer = await cast.olga.post(f"/clients/{survivor['id']}/merge", body)

    assert answer.json()["code"] == code, answer.text


async def test_undoing_a_merge_gives_each_card_back_what_it_had(cast):
    anna, anya = await two_cards(cast.olga)
    site = await a_site(cast.olga, anya["id"])

    merge = await merged(cast.olga, anna, anya)
    answer = await undone(cast.olga, merge)
    back = (await cast.olga.get(f"/clients/{anya['id']}")).json()
    sites = (await cast.olga.get(f"/clients/{anya['id']}/sites")).json()["items"]

    assert answer["conflicts"] == []
    assert (back["id"], back["contacts"]) == (anya["id"], anya["contacts"])
    assert [one["id"] for one in sites] == [site["id"]]
    assert (await cast.olga.get(f"/clients/{anna['id']}")).json()["contacts"] == anna["contacts"]


async def test_undoing_names_what_was_changed_since(cast):
    anna, anya = await two_cards(cast.olga)
    site = await a_site(cast.olga, anya["id"])
    merge = await merged(cast.olga, anna, anya)
    card = (await cast.olga.get(f"/clients/{anna['id']}")).json()
    changes = {"comment": "Просит звонить", "contacts": [phone(MOBILE), phone(THIRD)]}
    await cast.olga.patch(f"/clients/{anna['id']}", changes, if_match=f'"{card["version"]}"')
    await cast.olga.patch(f"/sites/{site['id']}", {"floor": "7"}, if_match='"1"')
    await a_site(cast.olga, anna["id"], address="Москва, Новая улица, 1")

    answer = await undone(cast.olga, merge)

    assert sorted(one["kind"] for one in answer["conflicts"]) == [
        "contact_added",
        "contact_removed",
        "field_changed",
        "site_added",
        "site_changed",
    ]
    assert await values_of(cast.olga, anya["id"]) == []
    assert await values_of(cast.olga, anna["id"]) == [MOBILE, THIRD]


async def test_a_merge_can_be_undone_for_90_days_and_once(cast, clock):
    anna, anya = await two_cards(cast.olga)
    vera = await a_client(cast.olga, name="Вера", contacts=[])
    first, second = await merged(cast.olga, anna, anya), await merged(cast.olga, anna, vera)

    clock.advance(days=90)
    await undone(cast.olga, first)
    twice = await cast.olga.post(f"/client-merges/{first['id']}/undo", {"reason": "Ещё раз"})
    clock.moment += timedelta(seconds=1)
    late = await cast.olga.post(f"/client-merges/{second['id']}/undo", {"reason": "Поздно"})

    assert [twice.json()["code"], late.json()["code"]] == ["merge_undone_already", "merge_too_old"]


async def test_merges_of_merges_can_be_undone_in_any_order(cast):
    anna, anya = await two_cards(cast.olga)
    vera = await a_client(cast.olga, name="Вера", contacts=[phone(THIRD)])
    inner, outer = await merged(cast.olga, anna, anya), await merged(cast.olga, vera, anna)

    everything = await values_of(cast.olga, anya["id"])
    await undone(cast.olga, inner)
    apart = await values_of(cast.olga, anya["id"])
    await undone(cast.olga, outer)

    assert everything == sorted([MOBILE, SECOND, THIRD, "anna@mail.ru"])
    assert apart == [SECOND]
    assert await values_of(cast.olga, anna["id"]) == [MOBILE, "anna@mail.ru"]
    assert await values_of(cast.olga, vera["id"]) == [THIRD]


async def test_a_phone_that_both_cards_had_is_on_both_again(cast):
    anna = await a_client(cast.olga, contacts=[phone(MOBILE, is_shared=True)])
    anya = await a_client(cast.olga, name="Аня", contacts=[phone(MOBILE)])

    merge = await merged(cast.olga, anna, anya)
    together = await values_of(cast.olga, anna["id"])
    await undone(cast.olga, merge)

    assert together == [MOBILE]
    assert [await values_of(cast.olga, one["id"]) for one in (anna, anya)] == [[MOBILE], [MOBILE]]


async def test_of_two_consents_the_stricter_one_holds_until_the_merge_is_undone(cast, maker, clock):
    await published(cast.irina)
    anna = await a_client(cast.olga, contacts=[phone(MOBILE, is_shared=True)])
    petr = await a_client(cast.olga, name="Пётр", contacts=[phone(MOBILE, is_shared=True)])
    await agreed(cast.olga, petr["id"])
    clock.advance(minutes=1)
    card = (await cast.olga.get(f"/clients/{petr['id']}")).json()
    await cast.olga.patch(f"/clients/{petr['id']}", {"contacts": []}, if_match=f'"{card["version"]}"')
    contacts = [phone(MOBILE, is_shared=True)]
    await cast.olga.patch(f"/clients/{petr['id']}", {"contacts": contacts}, if_match='"2"')
    await agreed(cast.olga, anna["id"], said_at="2026-03-02T09:00:30+00:00")
    before = await ask(maker, cast, anna["id"])

    merge = await merged(cast.olga, anna, petr)
    together = [await ask(maker, cast, one["id"]) for one in (anna, petr)]
    clock.advance(minutes=1)
    await undone(cast.olga, merge)
    apart = [await ask(maker, cast, one["id"]) for one in (anna, petr)]

    assert before.allowed
    assert [one.reason for one in together] == ["stop", "stop"]
    assert [one.reason for one in apart] == ["granted", "stop"]


async def test_a_consent_of_the_merged_card_counts_for_the_survivor(cast, maker):
    await published(cast.irina)
    anna, anya = await two_cards(cast.olga)
    await agreed(cast.olga, anya["id"], SECOND)

    await merged(cast.olga, anna, anya)

    assert (await ask(maker, cast, anna["id"], SECOND)).allowed
    assert (await ask(maker, cast, anna["id"], MOBILE)).reason == "consent"


async def test_a_stop_while_cards_are_merged_stays_when_they_are_apart(cast, maker, clock):
    await published(cast.irina)
    anna, anya = await two_cards(cast.olga)
    await agreed(cast.olga, anya["id"], SECOND)
    merge = await merged(cast.olga, anna, anya)
    clock.advance(minutes=1)

    await stopped(cast.olga, anna["id"])
    await undone(cast.olga, merge)

    assert (await ask(maker, cast, anya["id"], SECOND)).reason == "stop"


async def test_the_stricter_wishes_hold_after_a_merge_and_stay(cast):
    anna, anya = await two_cards(cast.olga)
    wishes = {"channels_off": ["call"], "themes_off": [], "per_month": 3, "not_before": None}
    await cast.olga.put(f"/clients/{anya['id']}/preferences", wishes, if_match='"0"')
    await cast.olga.put(
        f"/clients/{anna['id']}/preferences",
        wishes | {"channels_off": ["sms"], "per_month": 1, "not_before": "2026-05-01"},
        if_match='"0"',
    )

    merge = await merged(cast.olga, anna, anya)
    both = (await cast.olga.get(f"/clients/{anya['id']}/preferences")).json()
    await undone(cast.olga, merge)
    back = (await cast.olga.get(f"/clients/{anya['id']}/preferences")).json()

    strict = {"channels_off": ["call", "sms"], "themes_off": [], "per_month": 1, "not_before": "2026-05-01"}
    assert both | {"version": 0} == strict | {"version": 0}
    assert back | {"version": 0} == strict | {"version": 0}


async def test_a_merged_client_takes_new_jobs_and_sites_at_the_survivor(cast):
    anna, anya = await two_cards(cast.olga)
    await merged(cast.olga, anna, anya)

    site = await a_site(cast.olga, anya["id"])
    again = await cast.olga.post("/clients", ANNA | {"contacts": [phone(SECOND)]})

    assert site["client_id"] == anna["id"]
    assert (again.status_code, again.json()["params"]) == (409, {"client_id": anna["id"]})


async def test_merges_are_listed_with_who_why_and_what_was_before(cast):
    anna, anya = await two_cards(cast.olga)
    merge = await merged(cast.olga, anna, anya, reason="Сказала сама")

    (listed,) = (await cast.olga.get(f"/client-merges?client_id={anya['id']}")).json()["items"]
    (masked,) = (await cast.galina.get("/client-merges")).json()["items"]

    assert (listed["id"], listed["reason"], listed["merged_by"]) == (
        merge["id"],
        "Сказала сама",
        str(cast.olga.id),
    )
    assert listed["before"]["merged"]["contacts"][0]["value"] == SECOND
    assert SECOND not in str(masked)
