"""All SQL about forms."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select, true
from sqlalchemy.dialects.postgresql import insert

from app.core.scope import Scope
from app.db.session import Session
from app.orders.forms.models import Form, FormVersion


async def find_forms(session: Session, scope: Scope, *, is_retired: bool | None) -> Sequence[Form]:
    query = select(Form).where(
        Form.company_id == scope.company_id,
        true()
        if is_retired is None
        else Form.retired_at.is_not(None)
        if is_retired
        else Form.retired_at.is_(None),
    )
    return (await session.scalars(query.order_by(Form.id))).all()


async def get_form(session: Session, company_id: UUID, form_id: UUID, *, lock: bool = False) -> Form | None:
    query = select(Form).where(Form.company_id == company_id, Form.id == form_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def keep_forms(session: Session, company_id: UUID, form_ids: Collection[UUID]) -> None:
    """Nobody retires these forms until the transaction ends."""
    query = select(Form.id).where(Form.company_id == company_id, Form.id.in_(form_ids))
    await session.execute(query.order_by(Form.id).with_for_update(read=True))


async def find_by_code(session: Session, company_id: UUID, codes: Collection[str]) -> Sequence[Form]:
    query = select(Form).where(Form.company_id == company_id, Form.code.in_(codes))
    return (await session.scalars(query.order_by(Form.id))).all()


async def add_missing_forms(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the forms whose code the company does not have. Existing ones do not change."""
    keys = [Form.company_id, Form.code]
    await session.execute(insert(Form).values(rows).on_conflict_do_nothing(index_elements=keys))


async def find_versions(session: Session, company_id: UUID, form_id: UUID) -> Sequence[FormVersion]:
    """The newest first."""
    query = select(FormVersion).where(FormVersion.company_id == company_id, FormVersion.form_id == form_id)
    return (await session.scalars(query.order_by(FormVersion.number.desc()))).all()


async def get_version(session: Session, company_id: UUID, form_id: UUID, version: str) -> FormVersion | None:
    """The version of this name. A form that was changed back has two, which ask the same."""
    query = select(FormVersion).where(
        FormVersion.company_id == company_id, FormVersion.form_id == form_id, FormVersion.version == version
    )
    return await session.scalar(query.order_by(FormVersion.number.desc()).limit(1))


async def find_published(
    session: Session, company_id: UUID, form_ids: Collection[UUID]
) -> Sequence[tuple[Form, FormVersion]]:
    """These forms with the version that phones see now. Forms that were never published are left out."""
    query = (
        select(Form, FormVersion)
        .join(
            FormVersion,
            and_(
                FormVersion.company_id == Form.company_id,
                FormVersion.form_id == Form.id,
                FormVersion.number == Form.published_number,
            ),
        )
        .where(Form.company_id == company_id, Form.id.in_(form_ids))
    )
    return [(form, version) for form, version in (await session.execute(query)).all()]


async def find_versions_by_id(
    session: Session, company_id: UUID, version_ids: Collection[UUID]
) -> Sequence[FormVersion]:
    query = select(FormVersion).where(FormVersion.company_id == company_id, FormVersion.id.in_(version_ids))
    return (await session.scalars(query)).all()
