"""What the office does with job types."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.exc import IntegrityError

from app.core.errors import DomainError, Invalid, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session, constraint_of
from app.orders.forms.models import Form
from app.orders.forms.service import add_default_forms, find_usable, retire_form
from app.orders.job_types import defaults, queries
from app.orders.job_types.models import JobType
from app.orders.job_types.policies import DEFAULT_LADDER
from app.orders.job_types.schemas import CreateJobType
from app.orders.proofs.policies import faults_of_rules, forms_in
from app.orders.statuses import JobKind
from app.workforce.api import add_missing_skills, check_skills

SAME_CODE = "uq_job_type__company_id_code"


class JobTypeNotFound(NotFound):
    code = "job_type_not_found"


class JobTypeCodeTaken(DomainError):
    code = "job_type_code_taken"


class JobTypeNeeded(DomainError):
    """The company has no active job type of this kind, or several. The caller must say which one."""

    status = 422
    code = "job_type_needed"


class ProofRulesInvalid(Invalid):
    """A rule contradicts another one or itself, or names a form that is not published."""

    code = "proof_rules_invalid"


async def create_job_type(session: Session, scope: Scope, *, job_type: CreateJobType) -> JobType:
    """Create a job type.

    Raises:
        JobTypeCodeTaken: another type has this code.
        SkillUnknown: the company has no such skill.
        ProofRulesInvalid: the proof rules have faults.
    """
    values = msgspec.to_builtins(job_type)
    await _check_rules(session, scope.company_id, values["proofs"])
    row = JobType(
        company_id=scope.company_id,
        id=uuid7(),
        is_active=True,
        **{"ladder": DEFAULT_LADDER}
        | values
        | {"required_skills": await check_skills(session, scope.company_id, job_type.required_skills)},
    )
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        if constraint_of(error) != SAME_CODE:
            raise
        raise JobTypeCodeTaken(job_type=job_type.code) from error
    return row


async def update_job_type(
    session: Session, scope: Scope, *, job_type: JobType, changes: dict[str, Any]
) -> JobType:
    """Change a type that the caller has read and checked. Open offers keep their old ladder.

    Raises:
        SkillUnknown, ProofRulesInvalid: as for a new one.
    """
    values = msgspec.to_builtins(changes)
    if "required_skills" in values:
        values["required_skills"] = await check_skills(session, scope.company_id, values["required_skills"])
    await _check_rules(session, scope.company_id, values.get("proofs", []))
    for field, value in values.items():
        setattr(job_type, field, value)
    await session.flush()  # the answer carries the new version
    return job_type


async def _check_rules(session: Session, company_id: UUID, rules: Sequence[dict[str, Any]]) -> None:
    named = [UUID(form_id) for form_id in forms_in(rules)]
    usable = await find_usable(session, company_id, named) if named else set()
    if faults := faults_of_rules(rules, usable_forms={str(form_id) for form_id in usable}):
        raise ProofRulesInvalid(errors=faults)


async def get_job_type(session: Session, company_id: UUID, job_type_id: UUID) -> JobType:
    """One job type.

    Raises:
        JobTypeNotFound: no such type in this company.
    """
    job_type = await queries.get_job_type(session, company_id, job_type_id)
    if job_type is None:
        raise JobTypeNotFound(job_type_id=job_type_id)
    return job_type


async def usual_job_type(session: Session, company_id: UUID, kind: JobKind) -> JobType:
    """The company's only active type of this kind.

    Raises:
        JobTypeNeeded: the company has none, or several.
    """
    found = await queries.find_active_of_kind(session, company_id, kind)
    if len(found) != 1:
        raise JobTypeNeeded(kind=kind)
    return found[0]


async def create_default_setup(
    session: Session, company_id: UUID, lang: str = "ru", *, now: datetime
) -> None:
    """Create the skills, forms and job types of a new company.

    Existing codes do not change, so this can run twice or late.
    """
    await add_missing_skills(session, company_id, defaults.default_skills(lang))
    forms = await add_default_forms(session, company_id, defaults.default_forms(company_id), now=now)
    await queries.add_missing_job_types(session, defaults.default_job_types(company_id, lang, forms))


async def retire_unused_form(session: Session, *, form: Form, now: datetime) -> Form:
    """Take a form out of use.

    Raises:
        FormInUse: job types ask for it.
    """
    used_by = await queries.find_asking_for(session, form.company_id, form.id)
    return await retire_form(session, form=form, used_by=used_by, now=now)
