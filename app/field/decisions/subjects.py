"""How the fields that can be in conflict are read and written when a person decides."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from app.clients import api as clients
from app.core.quantities import number_of
from app.core.scope import Scope
from app.db.session import Session
from app.field.forms import service as forms
from app.field.forms.schemas import CorrectForm
from app.field.forms.service import FormRefused
from app.field.materials import service as materials
from app.field.materials.schemas import UseCorrectionIn
from app.orders import api as orders


class Chosen(NamedTuple):
    """What a field gets."""

    subject_id: UUID
    field: str
    value: Any
    reason: str
    now: datetime


class Editor(NamedTuple):
    read: Callable[[Session, Scope, UUID, str], Awaitable[Any]]
    """Subject and field: the value now. The subject stays locked until COMMIT."""
    write: Callable[[Session, Scope, Chosen], Awaitable[None]]
    """After `read`. A value that the field cannot have is one of `IMPOSSIBLE`."""


async def _read_site(session: Session, scope: Scope, site_id: UUID, field: str) -> Any:
    site, _ = await clients.merge_site(session, scope.company_id, site_id, base={}, mine={})
    return getattr(site, field)


async def _write_site(session: Session, scope: Scope, chosen: Chosen) -> None:
    mine = {chosen.field: chosen.value}
    msgspec.convert(mine, clients.UpdateSite)
    base = {chosen.field: await _read_site(session, scope, chosen.subject_id, chosen.field)}
    await clients.merge_site(session, scope.company_id, chosen.subject_id, base=base, mine=mine)


async def _read_answer(session: Session, scope: Scope, visit_form_id: UUID, field: str) -> Any:
    form = await forms.lock_form(session, scope, visit_form_id)
    return form.answers.get(field)


async def _write_answer(session: Session, scope: Scope, chosen: Chosen) -> None:
    form = await forms.lock_form(session, scope, chosen.subject_id)
    correction = CorrectForm(answers={chosen.field: chosen.value}, reason=chosen.reason)
    await forms.correct_form(
        session,
        scope,
        visit_id=form.visit_id,
        form_id=form.form_id,
        correction=correction,
        if_match="*",
        now=chosen.now,
    )


async def _read_use(session: Session, scope: Scope, use_id: UUID, field: str) -> Any:
    return number_of((await materials.lock_use(session, scope, use_id)).quantity)


async def _write_use(session: Session, scope: Scope, chosen: Chosen) -> None:
    line = await materials.lock_use(session, scope, chosen.subject_id)
    said = {"use_id": chosen.subject_id, chosen.field: chosen.value, "reason": chosen.reason}
    correction = msgspec.convert(said, UseCorrectionIn).sent()
    await materials.correct_materials(
        session, scope, job_id=line.job_id, corrections=[correction], now=chosen.now
    )


IMPOSSIBLE = (msgspec.ValidationError, FormRefused, orders.MaterialsRefused)

EDITORS: Mapping[str, Editor] = {
    "site": Editor(_read_site, _write_site),
    "visit_form": Editor(_read_answer, _write_answer),
    "material_use": Editor(_read_use, _write_use),
}
"""By `subject_kind`."""
