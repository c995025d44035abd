"""All SQL about forms at visits."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, bindparam, func, or_, select

from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.dispatch.tables import Visit
from app.field.forms.models import FormAnswer, VisitForm
from app.orders.tables import Form, FormVersion, Job, JobType

COMPANY = bindparam("company", type_=Uuid)
VISITS = bindparam("visits", type_=ARRAY(Uuid))


async def get_visit_form(session: Session, scope: Scope, visit_id: UUID, form_id: UUID) -> VisitForm | None:
    query = select(VisitForm).where(
        VisitForm.company_id == scope.company_id,
        VisitForm.visit_id == visit_id,
        VisitForm.form_id == form_id,
    )
    return await session.scalar(query)


async def get_visit_form_by_id(session: Session, scope: Scope, visit_form_id: UUID) -> VisitForm | None:
    query = select(VisitForm).where(VisitForm.company_id == scope.company_id, VisitForm.id == visit_form_id)
    return await session.scalar(query)


async def find_answers(session: Session, scope: Scope, visit_id: UUID, form_id: UUID) -> Sequence[FormAnswer]:
    """The newest first."""
    query = select(FormAnswer).where(
        FormAnswer.company_id == scope.company_id,
        FormAnswer.visit_id == visit_id,
        FormAnswer.form_id == form_id,
    )
    return (await session.scalars(query.order_by(FormAnswer.id.desc()))).all()


class RulesOfVisit(NamedTuple):
    visit_id: UUID
    rules: list[dict[str, Any]]


RULES = Query(
    select(Visit.id, JobType.proofs)
    .select_from(Visit)
    .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    .join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
    .where(Visit.company_id == COMPANY, Visit.id == func.any(VISITS)),
    RulesOfVisit,
)
"""The proof rules of these visits."""


async def get_rules(session: Session, company_id: UUID, job_id: UUID) -> list[dict[str, Any]]:
    """The proof rules of a job."""
    query = (
        select(JobType.proofs)
        .join(Job, and_(Job.company_id == JobType.company_id, Job.job_type_id == JobType.id))
        .where(Job.company_id == company_id, Job.id == job_id)
    )
    return list(await session.scalar(query) or [])


class FilledForm(NamedTuple):
    visit_id: UUID
    form_id: UUID
    form_version_id: UUID
    answers: dict[str, Any]
    stamps: dict[str, Any]
    is_complete: bool
    row_version: int


FILLED = Query(
    select(*(getattr(VisitForm, name) for name in FilledForm._fields))
    .where(VisitForm.company_id == COMPANY, VisitForm.visit_id == func.any(VISITS))
    .order_by(VisitForm.id),
    FilledForm,
)


class ShownVersion(NamedTuple):
    """A version of a form, with the form."""

    form_id: UUID
    code: str
    name: dict[str, Any]
    is_newest: bool
    id: UUID
    number: int
    version: str
    schema: dict[str, Any]
    ui: dict[str, Any]
    published_at: Any


VERSIONS = Query(
    select(
        Form.id,
        Form.code,
        Form.name,
        FormVersion.number == Form.published_number,
        FormVersion.id.label("form_version_id"),
        FormVersion.number,
        FormVersion.version,
        FormVersion.schema,
        FormVersion.ui,
        FormVersion.published_at,
    )
    .select_from(Form)
    .join(FormVersion, and_(FormVersion.company_id == Form.company_id, FormVersion.form_id == Form.id))
    .where(
        Form.company_id == COMPANY,
        or_(
            and_(
                Form.id == func.any(bindparam("forms", type_=ARRAY(Uuid))),
                FormVersion.number == Form.published_number,
            ),
            FormVersion.id == func.any(bindparam("versions", type_=ARRAY(Uuid))),
        ),
    )
    .order_by(Form.id, FormVersion.number),
    ShownVersion,
)
"""The versions with these ids, and what is published of these forms."""
