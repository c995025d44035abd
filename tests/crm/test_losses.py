"""Why clients do not come: what they say, what was found, and what nobody could have kept."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.ids import uuid7
from app.crm.cases.models import RecoveryCase
from app.crm.invites.models import Invitation
from app.crm.loss_reasons.values import ReasonClass
from app.crm.losses.policies import count_losses, status_of
from app.crm.losses.values import Reasons, Why
from app.db.session import transaction
from tests.cast import NOON, Cast
from tests.crm.given import a_card, ok
from tests.crm.test_return_reports import DUE, FIXED, LONG_AGO, asked, buys

WEEK = {"from": "2026-03-01", "to": "2026-03-08"}
"""In which the tests take place."""


async def refuses(cast: Cast, client_id: str, words: str, code: str, **fields: Any) -> None:
    body = {"client_id": client_id, "outcome": "refused", "reason": words, "loss_reason": code}
    await ok(await cast.marina.post("/crm/interactions", body | fields))


async def a_case_says(cast: Cast, client_id: str, *, stated: str, verified: str | None) -> None:
    """A recovery case with what the client said in it, and what was found."""
    found: dict[str, Any] = {}
    if verified:
        evidence, by = [uuid7()], cast.sergei.id
        found = {"verified_reason": verified, "verified_words": "Проверили", "verified_by": by}
        found |= {"verified_at": NOON, "verified_evidence": evidence}
    async with transaction(cast.maker, cast.company_id) as session:
        session.add(
            RecoveryCase(
                company_id=cast.company_id,
                client_id=UUID(client_id),
                step="action",
                severity=2,
                opened_at=NOON,
                contact_by=NOON,
                contacted_at=NOON,
                stated_reason=stated,
                stated_words="Сказал так",
                **found,
            )
        )


@pytest.mark.covers("R113", "R121", "R122")
async def test_the_lost_have_their_stated_and_their_verified_reason_and_the_report_keeps_apart_who_moved(
    cast,
):
    names = ("silent", "stated", "verified", "moved", "loyal")
    ids = {name: (await a_card(cast, name=name, contacts=[]))[0] for name in names}
    for client_id in ids.values():
        await buys(cast, client_id, LONG_AGO)
    await buys(cast, ids["loyal"], LONG_AGO + timedelta(days=365))
    await refuses(cast, ids["stated"], "Дорого", "price")
    await refuses(cast, ids["moved"], "Уехал в Казань", "relocation")
    await a_case_says(cast, ids["verified"], stated="price", verified="worker_conduct")

    items = (await asked(cast, "due/lost", DUE))["items"]
    between = (await asked(cast, "fixed/lost", FIXED))["items"]
    report = await asked(cast, "due/reasons", DUE)

    shown = ("reason_status", "stated_code", "verified_code", "reason_class")
    expected = {
        "silent": ("unknown", None, None, None),
        "stated": ("stated", "price", None, "market"),
        "verified": ("verified", "price", "worker_conduct", "ours"),
        "moved": ("stated", "relocation", None, "external"),
    }
    for found in (items, between):
        assert {one["name"]: tuple(one[name] for name in shown) for one in found} == expected
    assert (report["matured"], report["lost"], report["external"]) == (5, 4, 1)
    assert (report["return_bp"], report["kept_bp"]) == (2_000, 2_500)
    counted = ("clients", "unknown", "stated", "verified", "compared", "differ", "differ_bp")
    assert tuple(report[name] for name in counted) == (4, 1, 2, 1, 1, 1, 10_000)
    assert report["lost_by_class"] == {"ours": 1, "market": 1, "external": 1, "data": 0, "other": 0}
    assert [(one["reason"], one["stated"], one["verified"]) for one in report["reasons"]] == [
        ("worker_conduct", 0, 1),
        ("price", 2, 0),
        ("relocation", 1, 0),
    ]


@pytest.mark.covers("R122", "R152")
async def test_whoever_refuses_before_he_buys_is_counted_by_the_same_reasons(cast):
    site, advert, buyer, late = [
        (await a_card(cast, name=name, source=source, contacts=[]))[0]
        for name, source in (("А", "сайт"), ("Б", "Авито"), ("В", "сайт"), ("Г", "сайт"))
    ]
    await buys(cast, buyer, LONG_AGO)
    for client_id in (advert, buyer):
        await refuses(cast, client_id, "Дорого", "price")
    await refuses(cast, site, "Подумаю", "no_need_now", at=(NOON - timedelta(hours=1)).isoformat())
    made = await ok(await cast.olga.post("/crm/proposals", {"client_id": site, "what": "Окна"}))
    answer = {"answer": "refused", "reason": "Взяли у соседей", "loss_reason": "competitor_acquaintance"}
    await ok(await cast.olga.post(f"/crm/proposals/{made['id']}/answers", answer))
    await refuses(cast, late, "Дорого", "price", at=(NOON - timedelta(days=60)).isoformat())

    report = await asked(cast, "refused-leads", WEEK)

    assert (report["leads"], report["without_reason"]) == (2, 0)
    assert {
        one["source"]: [(why["reason"], why["leads"]) for why in one["reasons"]] for one in report["sources"]
    } == {
        "Авито": [("price", 1)],
        "сайт": [("competitor_acquaintance", 1)],
    }
    assert [one["kind"] for one in report["reasons"]] == ["market", "market"]


@pytest.mark.covers("R122", "R152")
async def test_a_request_that_is_closed_says_why_its_client_refused(cast):
    """Whoever never became a client counts too, once for each phone. Who asked again and then came is no stranger."""
    await a_card(cast, name="А", source="сайт", contacts=[{"kind": "phone", "value": "+79161234567"}])
    for phone, reason in [
        ("+79161234567", "price"),
        ("+79037654321", "unknown"),
        ("+79037654321", "price"),
        ("+79057654321", "price"),
    ]:
        body = {"channel": "phone", "contact_name": "Кто-то", "phone": phone}
        request = await ok(await cast.marina.post("/requests", body))
        closing = {"status": "closed", "loss_reason": reason}
        await ok(await cast.marina.patch(f"/requests/{request['id']}", closing, if_match="*"))
    await a_card(cast, name="Б", contacts=[{"kind": "phone", "value": "+79057654321"}])

    report = await asked(cast, "refused-leads", WEEK)

    assert (report["leads"], report["without_reason"]) == (2, 0)
    assert {
        one["source"]: [(why["reason"], why["leads"]) for why in one["reasons"]] for one in report["sources"]
    } == {
        "": [("price", 1)],
        "сайт": [("price", 1)],
    }


async def says_no(cast: Cast, client_id: str) -> None:
    """To an invitation, in a word."""
    async with transaction(cast.maker, cast.company_id) as session:
        session.add(
            Invitation(
                company_id=cast.company_id,
                client_id=UUID(client_id),
                needs=[],
                due_on=NOON.date(),
                expires_on=NOON.date(),
                status="answered",
                answer="no",
                words="Нет",
                proposed_at=NOON,
                answered_at=NOON,
                closed_at=NOON,
            )
        )


@pytest.mark.covers("R122", "R152")
async def test_a_plain_no_is_a_refusal_and_does_not_hide_the_reason_that_was_given_before(cast):
    lost, lead, silent = [(await a_card(cast, name=name, contacts=[]))[0] for name in "АБВ"]
    await buys(cast, lost, LONG_AGO)
    february = (NOON - timedelta(days=20)).isoformat()
    for client_id in (lost, lead):
        await refuses(cast, client_id, "Дорого", "price", at=february)
    for client_id in (lost, lead, silent):
        await says_no(cast, client_id)

    [item] = (await asked(cast, "due/lost", DUE))["items"]
    now = await asked(cast, "refused-leads", WEEK)
    before = await asked(cast, "refused-leads", {"from": "2026-02-01", "to": "2026-03-01"})

    assert (item["stated_code"], item["stated_reason"]) == ("price", "Дорого")
    assert (now["leads"], now["without_reason"]) == (1, 1)
    assert (before["leads"], before["without_reason"]) == (1, 0)


@pytest.mark.covers("R122")
async def test_what_a_client_said_on_a_card_that_was_merged_is_his_reason(cast, background):
    anna, double = [(await a_card(cast, contacts=[]))[0] for _ in range(2)]
    await buys(cast, anna, LONG_AGO)
    await refuses(cast, double, "Переехали", "relocation")
    await ok(await cast.olga.post(f"/clients/{anna}/merge", {"merged_id": double, "reason": "одна и та же"}))
    await background.sweep("relay", "delivery")

    items = (await asked(cast, "due/lost", DUE))["items"]

    assert [(one["client_id"], one["stated_code"]) for one in items] == [(anna, "relocation")]


async def test_periods_of_reasons_are_checked(cast):
    for path in ("due/reasons", "refused-leads"):
        answer = await cast.olga.get(f"/crm/returns/{path}?from=2024-01-01&to=2024-01-01")
        assert (answer.status_code, answer.json()["code"]) == (422, "period_invalid")


@pytest.mark.covers("R121", "R122")
def test_what_was_found_beats_what_was_said_and_who_could_not_be_kept_stands_apart():
    found = count_losses(
        [
            Why(False, None, None, clients=3, needs=4),
            Why(True, None, None, clients=1, needs=1),
            Why(True, "force_majeure", "quality_dirt", clients=2, needs=2),
            Why(True, "price", "relocation", clients=5, needs=6),
            Why(True, "price", "price", clients=1, needs=1),
            Why(False, None, "wrong_contact", clients=1, needs=1),
        ]
    )

    assert (found.clients, found.unknown, found.stated, found.verified) == (13, 3, 1, 9)
    assert (found.compared, found.differ, found.external, found.needs) == (8, 7, 6, 15)
    assert {one: many for one, many in found.needs_by_class.items() if many} == {
        ReasonClass.OURS: 2,
        ReasonClass.EXTERNAL: 6,
        ReasonClass.MARKET: 1,
        ReasonClass.DATA: 1,
        None: 5,
    }
    first = found.reasons[0]
    assert (first.reason, first.stated, first.verified) == ("relocation", 0, 5)


def test_a_reason_is_verified_only_if_somebody_found_it():
    assert status_of(Reasons()) == "unknown"
    assert status_of(Reasons(stated_words="Дорого")) == "stated"
    assert status_of(Reasons(stated_words="Дорого", verified_reason="price")) == "verified"
