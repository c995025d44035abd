"""Signed means signed: our own role cannot take it back, and whoever can is found."""

from contextlib import nullcontext

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.audit_check import verify_all
from app.core.clock import Clock
from app.core.ids import uuid7
from app.db.files import put_file
from app.db.session import transaction
from app.documents.acts.models import Act
from app.documents.acts.pdfs import read_or_make_pdf
from app.documents.acts.queries import get_act_of_company
from app.documents.api import refuse_act
from app.documents.seals.models import ActSeal
from tests.cast import NOON
from tests.documents.given import a_picture, a_presented_act, a_signed_act

pytestmark = pytest.mark.covers("P-rel-8", "M42")

A_SIGNED = {
    "turned back": "status = 'presented', signature = NULL, signature_hash = NULL, signed_at = NULL",
    "refused after all": "status = 'refused', signature = NULL, signature_hash = NULL, signed_at = NULL",
    "voided": "status = 'voided', signature = NULL, signature_hash = NULL, signed_at = NULL",
    "moved in time": "signed_at = '2026-03-01T09:00:00Z'",
    "signature and hash replaced together": "signature = '{}', signature_hash = sha256('{}')",
    "another drawing": "signature_key = 'other'",
    "drawing taken away": "signature_key = NULL",
    "another Russian PDF": "pdf_ru_key = 'other', pdf_ru_sha256 = sha256('other')",
    "Russian PDF taken away": "pdf_ru_key = NULL, pdf_ru_sha256 = NULL",
}
"""What must not become of a signed and printed act."""


@pytest.fixture
async def act(cast, files):
    """Signed and printed."""

    def transactions():
        return transaction(cast.maker, cast.company_id)

    signed = (await a_signed_act(cast, files)).act
    await read_or_make_pdf(transactions, files, signed, "ru", public_url="http://okna.example", now=NOON)
    async with transactions() as session:
        return await get_act_of_company(session, cast.company_id, signed.id)


async def check(anonymous, act) -> dict:
    return (await anonymous.get(f"/api/v1/public/acts/{act.check_code}")).json()


async def is_refused(cast, statement, **values) -> bool:
    try:
        async with transaction(cast.maker, cast.company_id) as session:
            changed = await session.execute(text(statement), values)
    except (IntegrityError, DBAPIError):
        return True
    return changed.rowcount == 0


@pytest.mark.parametrize("change", A_SIGNED.values(), ids=A_SIGNED)
async def test_the_applications_role_cannot_undo_a_signature(cast, act, change):
    assert await is_refused(cast, f"UPDATE act SET {change} WHERE id = :id", id=act.id)


@pytest.mark.parametrize("change", A_SIGNED.values(), ids=A_SIGNED)
async def test_the_check_page_finds_whoever_can(anonymous, act, forger, change):
    assert (await check(anonymous, act))["is_valid"] is True
    await forger.execute(f"UPDATE act SET {change} WHERE id = $1", act.id)

    found = await check(anonymous, act)

    assert (found["is_valid"], found["verdict"]) == (False, "tampered")
    assert found["changed_parts"]


async def test_a_drawing_that_was_changed_in_the_store_is_found(anonymous, act, files):
    await put_file(files, act.signature_key, a_picture(300, 100))

    found = await check(anonymous, act)

    assert (found["verdict"], found["is_picture_intact"]) == ("tampered", False)


async def test_what_has_become_final_is_sealed_once_and_stays(cast, act):
    async with transaction(cast.maker, cast.company_id) as session:
        parts = (await session.scalars(select(ActSeal.part).where(ActSeal.act_id == act.id))).all()

    assert set(parts) == {"signature", "pdf_ru"}
    assert await is_refused(cast, "UPDATE act_seal SET says = '{}' WHERE act_id = :id", id=act.id)
    assert await is_refused(cast, "DELETE FROM act_seal WHERE act_id = :id", id=act.id)


SIGNED = {"signature": {"by": "x"}, "signature_hash": b"x", "signed_at": NOON}


@pytest.mark.parametrize(
    ("begun", "is_taken"),
    [
        ({}, True),
        ({"status": "refused"}, False),
        ({"status": "voided"}, False),
        ({"status": "signed", **SIGNED}, False),
        ({"pdf_ru_key": "x", "pdf_ru_sha256": b"x"}, False),
    ],
)
async def test_an_act_begins_as_presented(cast, begun, is_taken):
    act = await a_presented_act(cast)
    values = {column.name: getattr(act, column.name, None) for column in Act.__table__.columns}
    fresh = {"id": uuid7(), "visit_id": uuid7(), "number": 900, "check_code": "copy", "created_at": NOON}
    adding = insert(Act.__table__).values(values | fresh | begun)

    with nullcontext() if is_taken else pytest.raises(IntegrityError, match="an act begins as presented"):
        async with transaction(cast.maker, cast.company_id) as session:
            await session.execute(adding)


async def test_a_refusal_stays_too(cast):
    act = await a_presented_act(cast)
    async with transaction(cast.maker, cast.company_id) as session:
        await refuse_act(session, cast.rinat.scope, act_id=act.id, reason="шов", now=NOON)

    for change in ("status = 'presented'", "refusal_reason = 'x'", "refused_at = now()"):
        assert await is_refused(cast, f"UPDATE act SET {change} WHERE id = :id", id=act.id), change


async def test_verify_audit_names_acts_that_were_changed(cast, act, files, forger):
    said: list[str] = []
    await verify_all(cast.maker, files, Clock(), said.append, key=None)
    assert [line for line in said if line.startswith(str(cast.company_id))] == []

    await forger.execute("UPDATE act SET signed_at = '2026-03-01T09:00:00Z' WHERE id = $1", act.id)
    await verify_all(cast.maker, files, Clock(), said.append, key=None)
    assert f"{cast.company_id} act {act.number}: signature changed" in said


async def test_an_act_that_was_signed_before_there_were_seals_is_sealed_with_its_pdf(cast, files, superuser):
    signed = (await a_signed_act(cast, files)).act
    await superuser.execute("DELETE FROM act_seal WHERE act_id = $1", signed.id)

    await read_or_make_pdf(
        lambda: transaction(cast.maker, cast.company_id),
        files,
        signed,
        "en",
        public_url="http://okna.example",
        now=NOON,
    )

    async with transaction(cast.maker, cast.company_id) as session:
        assert await session.scalar(select(func.count()).where(ActSeal.act_id == signed.id)) == 2
        assert await session.scalar(select(Act.pdf_en_key).where(Act.id == signed.id))
