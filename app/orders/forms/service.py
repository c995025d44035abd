"""What the office does with forms: it edits a draft, and publishes it as a version that stays."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.exc import IntegrityError

from app.core.errors import DomainError, Invalid, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session, constraint_of
from app.orders.forms import policies, queries
from app.orders.forms.models import Form, FormVersion
from app.orders.forms.schemas import CreateForm
from app.orders.forms.values import FormVersionFacts

SAME_CODE = "uq_form__company_id_code"


class FormNotFound(NotFound):
    code = "form_not_found"


class FormCodeTaken(DomainError):
    code = "form_code_taken"


class FormInUse(DomainError):
    """Job types ask for it: `job_types` names them."""

    code = "form_in_use"


class FormInvalid(Invalid):
    """The form asks what cannot be answered or judged. `errors` has each fault with its place."""

    code = "form_invalid"


async def create_form(session: Session, scope: Scope, *, form: CreateForm) -> Form:
    """Create a form. No phone sees it before it is published.

    Raises:
        FormCodeTaken: another form has this code.
        FormInvalid: its draft has faults.
    """
    values = msgspec.to_builtins(form)
    _check_draft(values["draft"])
    row = Form(company_id=scope.company_id, id=uuid7(), **values)
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        if constraint_of(error) != SAME_CODE:
            raise
        raise FormCodeTaken(form=form.code) from error
    return row


def _check_draft(draft: dict[str, Any]) -> None:
    if faults := policies.faults_of(draft):
        path = "draft"
        raise FormInvalid(errors=[fault | {"path": f"{path}.{fault['path']}".strip(".")} for fault in faults])


async def get_form(session: Session, company_id: UUID, form_id: UUID, *, lock: bool = False) -> Form:
    """One form; with `lock` nobody changes it until the transaction ends.

    Raises:
        FormNotFound: no such form in this company.
    """
    form = await queries.get_form(session, company_id, form_id, lock=lock)
    if form is None:
        raise FormNotFound(form_id=form_id)
    return form


async def change_form(session: Session, *, form: Form, changes: dict[str, Any]) -> Form:
    """Change the name or the draft of a form that the caller has read and checked.

    Raises:
        FormInvalid: the draft has faults.
    """
    values = msgspec.to_builtins(changes)
    if "draft" in values:
        _check_draft(values["draft"])
    for field, value in values.items():
        setattr(form, field, value)
    await session.flush()  # the answer carries the new version
    return form


async def publish_form(session: Session, *, form: Form, by: UUID | None, now: datetime) -> Form:
    """Make the draft the version that phones see. A draft that is published already makes no second version.

    A retired form is used again. Versions of before stay valid for phones that have shown them.
    """
    form.retired_at = None
    if form.is_changed:
        number = await _last_number(session, form) + 1
        session.add(_version(form, number, by=by, now=now))
        form.published_number = number
        form.published_version = policies.version_of(form.draft)
    await session.flush()  # the answer carries the new version
    return form


async def _last_number(session: Session, form: Form) -> int:
    versions = await queries.find_versions(session, form.company_id, form.id)
    return versions[0].number if versions else 0


def _version(form: Form, number: int, *, by: UUID | None, now: datetime) -> FormVersion:
    return FormVersion(
        company_id=form.company_id,
        id=uuid7(),
        form_id=form.id,
        number=number,
        version=policies.version_of(form.draft),
        schema=policies.compile_schema(form.draft["schema"]),
        ui=form.draft["ui"],
        published_at=now,
        published_by=by,
    )


async def retire_form(session: Session, *, form: Form, used_by: Sequence[str], now: datetime) -> Form:
    """Take a form out of use. Its versions and answers stay. The caller has looked which job types ask for it.

    Raises:
        FormInUse: some do.
    """
    if used_by:
        raise FormInUse(job_types=[*used_by])
    form.retired_at = form.retired_at or now
    await session.flush()  # the answer carries the new version
    return form


async def find_usable(session: Session, company_id: UUID, form_ids: Collection[UUID]) -> set[UUID]:
    """Those of these forms that a job type can ask for: published and not retired. They stay so until COMMIT."""
    await queries.keep_forms(session, company_id, form_ids)
    published = await queries.find_published(session, company_id, form_ids)
    return {form.id for form, _ in published if form.retired_at is None}


async def get_form_version(
    session: Session, company_id: UUID, form_id: UUID, version: str
) -> FormVersionFacts | None:
    """A version by its name, also an old one, also of a retired form."""
    found = await queries.get_version(session, company_id, form_id, version)
    return FormVersionFacts.of(found) if found else None


async def get_version_by_id(session: Session, company_id: UUID, version_id: UUID) -> FormVersionFacts | None:
    found = await queries.find_versions_by_id(session, company_id, [version_id])
    return FormVersionFacts.of(found[0]) if found else None


async def get_published_version(session: Session, company_id: UUID, form_id: UUID) -> FormVersionFacts | None:
    """What phones see of a form now."""
    found = await queries.find_published(session, company_id, [form_id])
    return FormVersionFacts.of(found[0][1]) if found else None


async def add_default_forms(
    session: Session, company_id: UUID, rows: Sequence[dict[str, Any]], *, now: datetime
) -> dict[str, UUID]:
    """Publish the forms of a new company whose code it does not have yet. Answers the ids of all of these codes."""
    await queries.add_missing_forms(session, rows)
    forms = await queries.find_by_code(session, company_id, [row["code"] for row in rows])
    for form in forms:
        if form.published_number is None:
            await publish_form(session, form=form, by=None, now=now)
    return {form.code: form.id for form in forms}
