import asyncio
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from app.core.canonical import canonical_hash
from app.core.errors import DomainError, Invalid
from app.core.ids import uuid7
from app.db.outbox import OutboxEvent
from app.db.session import transaction
from app.documents.acts.models import Act
from app.documents.acts.service import (
    ActAlreadySigned,
    ActNotFound,
    ActNotPresented,
    DocumentDamaged,
)
from app.documents.api import WorkDone, refuse_act
from app.documents.passports.models import Passport
from app.documents.rewards.models import Reward
from app.documents.signing.service import ActChanged, SignatureUsed
from tests.cast import NOON
from tests.documents.given import (
    ADDRESS,
    CLIENT,
    SIGNER,
    a_drawing,
    a_picture,
    a_presented_act,
    a_signed_act,
    a_window,
    an_account,
    sign,
)

pytestmark = pytest.mark.covers("M7")


async def count(cast, table) -> int:
    async with transaction(cast.maker, cast.company_id) as session:
        return len((await session.scalars(select(table).where(table.company_id == cast.company_id))).all())


async def announced(cast) -> list[str]:
    async with transaction(cast.maker, cast.company_id) as session:
        kinds = await session.scalars(
            select(OutboxEvent.kind).where(OutboxEvent.company_id == cast.company_id).order_by(OutboxEvent.id)
        )
        return [kind for kind in kinds if kind.startswith("documents.")]


async def refuse(cast, act, reason="Не нравится шов"):
    async with transaction(cast.maker, cast.company_id) as session:
        return await refuse_act(
            session, cast.rinat.scope, act_id=act.id, reason=reason, now=NOON + timedelta(minutes=3)
        )


async def test_an_act_is_drawn_up_at_the_prices_of_the_day(cast):
    act = await a_presented_act(cast)

    shown = (await cast.rinat.get(f"/acts/{act.id}")).json()
    content = shown["content"]
    assert (shown["number"], shown["status"], shown["total_kop"]) == (None, "presented", 10_500_00)
    assert [(one["code"], one["quantity"], one["sum_kop"]) for one in content["lines"]] == [
        ("window_install", 2, 9_000_00),
        ("sill", 1, 1_500_00),
    ]
    assert (content["total_kop"], content["prepaid_kop"], content["due_kop"]) == (
        10_500_00,
        5_000_00,
        5_500_00,
    )
    assert (content["client_name"], content["address"], content["drawn_on"]) == (
        CLIENT,
        ADDRESS,
        "2026-03-02",
    )
    assert content["company"]["inn"] == "7701234567"
    assert [(one["name"], one["share"]) for one in content["crew"]] == [
        ("Ринат Галиев", 2),
        ("Тимур Алиев", 1),
    ]


async def test_the_date_on_an_act_is_the_companys_own(cast):
    late_evening_in_utc = NOON.replace(hour=22)

    act = await a_presented_act(cast, now=late_evening_in_utc)

    assert act.content["drawn_on"] == "2026-03-03"


@pytest.mark.covers("M42", "P-rel-8")
async def test_the_hash_is_that_of_the_stored_content(cast, superuser):
    act = await a_presented_act(cast)

    stored = await superuser.fetchval("SELECT content::text FROM act WHERE id = $1", act.id)
    shown = (await cast.olga.get(f"/acts/{act.id}")).json()

    assert canonical_hash(json.loads(stored)).hex() == act.content_hash.hex() == shown["content_hash"]


async def test_a_later_price_changes_nothing_in_an_act(cast):
    act = await a_presented_act(cast)
    items = (await cast.irina.get("/work-items")).json()["items"]
    for item in items:
        await cast.irina.patch(f"/work-items/{item['id']}", {"price_kop": 1, "reward_kop": 1}, if_match='"1"')

    shown = (await cast.olga.get(f"/acts/{act.id}")).json()

    assert shown["total_kop"] == shown["content"]["total_kop"] == 10_500_00


async def test_a_work_that_is_not_on_the_price_list_is_refused_with_its_place(cast):
    items = (await cast.irina.get("/work-items")).json()["items"]
    sill = next(item for item in items if item["code"] == "sill")
    await cast.irina.patch(f"/work-items/{sill['id']}", {"is_active": False}, if_match='"1"')

    with pytest.raises(Invalid) as refusal:
        await a_presented_act(
            cast,
            works=[WorkDone(work_code=code, quantity=Decimal(1)) for code in ("slopes", "sill", "magic")],
        )

    assert [error["path"] for error in refusal.value.params["errors"]] == [
        "lines[1].work_code",
        "lines[2].work_code",
    ]


@pytest.mark.covers("P-rel-20")
async def test_what_was_paid_is_credited_to_the_first_act_and_what_is_left_to_the_next(cast, files):
    order_id, paid = uuid7(), an_account(paid_kop=12_000_00)
    first = (await a_signed_act(cast, files, order_id=order_id, account=paid)).act
    later = an_account(paid_kop=12_000_00, acted_kop=10_500_00)
    second = await a_presented_act(cast, order_id=order_id, account=later)
    another_order = await a_presented_act(cast, account=paid)

    credited = [act.content["prepaid_kop"] for act in (first, second, another_order)]
    assert credited == [10_500_00, 1_500_00, 10_500_00]
    assert second.content["due_kop"] == 9_000_00


@pytest.mark.covers("P-rel-20")
async def test_of_many_acts_signed_at_once_the_numbers_have_no_gaps_and_no_repeats(cast, files):
    acts = [await a_presented_act(cast) for _ in range(30)]
    drawings = [await a_drawing(cast, files) for _ in acts]
    drawings[3] = drawings[7]

    signed = await asyncio.gather(
        *[sign(cast, act, drawing) for act, drawing in zip(acts, drawings, strict=True)],
        return_exceptions=True,
    )

    refused = [one for one in signed if isinstance(one, SignatureUsed)]
    assert len(refused) == 1
    assert sorted(one.act.number for one in signed if one not in refused) == list(range(1, 30))


@pytest.mark.covers("P-rel-20")
async def test_only_what_is_signed_gets_a_number(cast, files):
    visit_id = uuid7()
    await a_presented_act(cast)
    await refuse(cast, await a_presented_act(cast))
    for quantity in range(1, 5):
        works = [WorkDone(work_code="slopes", quantity=Decimal(quantity))]
        shown = await a_presented_act(cast, visit_id=visit_id, works=works)
    with pytest.raises(ActChanged):
        await sign(cast, shown, await a_drawing(cast, files), seen_hash="0" * 64)

    signed = (await sign(cast, shown, await a_drawing(cast, files))).act
    following = (await a_signed_act(cast, files)).act

    acts = (await cast.olga.get("/acts")).json()["items"]
    assert (signed.number, signed.revision, following.number) == (1, 4, 2)
    assert {act["number"] for act in acts if act["status"] != "signed"} == {None}
    assert signed.signature["act_number"] == 1
    assert "number" not in signed.content


async def test_an_act_drawn_up_anew_voids_the_one_nobody_signed(cast):
    visit_id = uuid7()
    first = await a_presented_act(cast, visit_id=visit_id)
    second = await a_presented_act(
        cast, visit_id=visit_id, works=[WorkDone(work_code="slopes", quantity=Decimal(1))]
    )

    acts = (await cast.olga.get(f"/acts?visit_id={visit_id}")).json()["items"]
    assert [(act["id"], act["revision"], act["status"]) for act in acts] == [
        (str(second.id), 2, "presented"),
        (str(first.id), 1, "voided"),
    ]


async def test_a_voided_act_cannot_be_signed_or_refused(cast, files):
    visit_id = uuid7()
    voided = await a_presented_act(cast, visit_id=visit_id)
    await a_presented_act(cast, visit_id=visit_id)

    with pytest.raises(ActNotPresented):
        await sign(cast, voided, await a_drawing(cast, files))
    with pytest.raises(ActNotPresented):
        await refuse(cast, voided)


@pytest.mark.covers("R179", "M8", "R180")
async def test_a_signature_brings_rewards_and_passports_into_being(cast, files):
    act = await a_presented_act(cast, products=[a_window("Кухня"), a_window("Спальня")])

    signed = await sign(cast, act, await a_drawing(cast, files))

    shown = (await cast.rinat.get(f"/acts/{act.id}")).json()
    assert (shown["status"], shown["signer_name"], shown["signed_at"]) == (
        "signed",
        SIGNER,
        "2026-03-02T09:09:00Z",
    )
    assert len({one.tag_code for one in signed.passports}) == 2
    assert await count(cast, Reward) == 4
    assert sorted(await announced(cast)) == ["documents.act_signed"] + ["documents.passport_issued"] * 2


@pytest.mark.covers("M42", "P-rel-8")
async def test_the_signature_names_what_was_signed_by_whom_with_what(cast, files):
    act = await a_presented_act(cast)
    drawing = await a_drawing(cast, files)
    command_id = uuid7()

    signed = (await sign(cast, act, drawing, command_id=command_id)).act

    assert signed.signature == {
        "format": "brigada.signature/2",
        "content_sha256": act.content_hash.hex(),
        "act_number": 1,
        "signer_name": SIGNER,
        "remarks": None,
        "method": "screen",
        "image_sha256": drawing.sha256.hex(),
        "attachment_id": str(drawing.attachment_id),
        "command_id": str(command_id),
        "device_id": None,
        "witness_id": str(cast.rinat.id),
        "lat_micro": None,
        "lon_micro": None,
        "occurred_at": "2026-03-02T09:09:00Z",
        "received_at": "2026-03-02T09:10:00Z",
    }
    assert signed.signature_hash == canonical_hash(signed.signature)


async def test_a_second_signature_under_the_same_act_is_refused(cast, files):
    act = await a_presented_act(cast)
    drawing = await a_drawing(cast, files)
    await sign(cast, act, drawing)

    with pytest.raises(ActAlreadySigned):
        await sign(cast, act, drawing)
    with pytest.raises(ActAlreadySigned):
        await sign(cast, act, await a_drawing(cast, files, a_picture(300)))

    assert (await count(cast, Reward), await count(cast, Passport)) == (4, 1)


async def test_of_ten_signatures_at_once_one_takes_effect(cast, files):
    act = await a_presented_act(cast)
    drawing = await a_drawing(cast, files)

    outcomes = await asyncio.gather(
        *[sign(cast, act, drawing) for _ in range(10)],
        return_exceptions=True,
    )

    assert len([one for one in outcomes if not isinstance(one, DomainError)]) == 1
    assert (await count(cast, Reward), await count(cast, Passport)) == (4, 1)
    assert (await announced(cast)).count("documents.act_signed") == 1


async def test_what_the_client_did_not_see_is_not_signed(cast, files):
    act = await a_presented_act(cast)

    with pytest.raises(ActChanged):
        await sign(cast, act, await a_drawing(cast, files), seen_hash="0" * 64)

    assert await count(cast, Reward) == 0


@pytest.mark.covers("M42", "P-rel-8")
async def test_a_content_that_somebody_has_changed_is_not_signed(cast, files, forger):
    act = await a_presented_act(cast)
    await forger.execute(
        "UPDATE act SET content = jsonb_set(content, '{total_kop}', '1') WHERE id = $1", act.id
    )

    with pytest.raises(DocumentDamaged):
        await sign(cast, act, await a_drawing(cast, files))


@pytest.mark.covers("M36")
async def test_only_the_crew_named_on_an_act_can_sign_it(cast, other_cast, files):
    act = await a_presented_act(cast)
    drawing = await a_drawing(cast, files)

    with pytest.raises(ActNotFound):
        await sign(cast, act, drawing, by=cast.pavel)
    with pytest.raises(ActNotFound):
        await sign(other_cast, act, drawing)

    assert (await sign(cast, act, drawing, by=cast.timur)).act.number == 1


async def test_a_refusal_keeps_its_first_reason_and_leaves_the_way_free(cast, files):
    visit_id = uuid7()
    act = await a_presented_act(cast, visit_id=visit_id)

    await refuse(cast, act)
    again = await refuse(cast, act, reason="Передумал")

    assert (again.status, again.refusal_reason) == ("refused", "Не нравится шов")
    assert await announced(cast) == ["documents.act_refused"]
    with pytest.raises(ActNotPresented):
        await sign(cast, act, await a_drawing(cast, files))
    after = await a_presented_act(cast, visit_id=visit_id)
    assert (after.number, after.revision, after.status) == (None, 2, "presented")


async def test_a_signed_act_is_neither_refused_nor_replaced(cast, files):
    act = (await a_signed_act(cast, files)).act

    with pytest.raises(ActAlreadySigned):
        await refuse(cast, act)
    with pytest.raises(ActAlreadySigned):
        await a_presented_act(cast, visit_id=act.visit_id)


@pytest.mark.covers("M42", "P-rel-8")
@pytest.mark.parametrize(
    "change",
    [{"content": {}}, {"content_hash": b"x"}, {"revision": 99}, {"total_kop": 1}, {"check_code": "X"}],
    ids=lambda change: next(iter(change)),
)
async def test_the_application_itself_cannot_change_what_was_shown(cast, change):
    act = await a_presented_act(cast)

    async with transaction(cast.maker, cast.company_id) as session:
        with pytest.raises(DBAPIError, match="permission denied"):
            await session.execute(update(Act).values(change))
        await session.rollback()

    assert (await cast.olga.get(f"/acts/{act.id}")).json()["content_hash"] == act.content_hash.hex()


@pytest.mark.covers("M42", "P-rel-20")
async def test_the_application_gives_a_number_once_and_with_the_signature_only(cast, files):
    presented = await a_presented_act(cast)
    signed = (await a_signed_act(cast, files)).act

    for act, number in ((presented, 99), (signed, 99), (signed, None)):
        async with transaction(cast.maker, cast.company_id) as session:
            with pytest.raises(DBAPIError, match="gets its number with the signature"):
                await session.execute(
                    update(Act)
                    .where(Act.company_id == cast.company_id, Act.id == act.id)
                    .values(number=number)
                )
            await session.rollback()


@pytest.mark.covers("M36")
async def test_a_worker_sees_the_acts_he_is_named_on_and_no_others(cast):
    act = await a_presented_act(cast)

    assert (await cast.timur.get(f"/acts/{act.id}")).status_code == 200
    assert len((await cast.timur.get("/acts")).json()["items"]) == 1
    assert (await cast.pavel.get(f"/acts/{act.id}")).json()["code"] == "act_not_found"
    assert (await cast.pavel.get("/acts")).json()["items"] == []


@pytest.mark.covers("M37")
async def test_another_company_finds_no_act(cast, other_cast):
    act = await a_presented_act(cast)

    assert (await other_cast.olga.get(f"/acts/{act.id}")).status_code == 404
    assert (await other_cast.olga.get("/acts")).json()["items"] == []


async def test_acts_are_found_by_job_order_and_state(cast, files):
    signed = (await a_signed_act(cast, files)).act
    waiting = await a_presented_act(cast)

    async def ids(query: str) -> list[str]:
        return [act["id"] for act in (await cast.galina.get(f"/acts?{query}")).json()["items"]]

    assert await ids("status=signed") == [str(signed.id)]
    assert await ids(f"job_id={waiting.job_id}") == [str(waiting.id)]
    assert await ids(f"order_id={signed.order_id}") == [str(signed.id)]
    assert await ids("") == [str(waiting.id), str(signed.id)]


async def test_nobody_reads_acts_without_signing_in(cast, anonymous):
    act = await a_presented_act(cast)

    for path in ("/acts", f"/acts/{act.id}", f"/acts/{act.id}/pdf", f"/acts/{act.id}/rewards"):
        assert (await anonymous.get("/api/v1" + path)).status_code == 401
