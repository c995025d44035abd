from uuid import UUID

from litestar import Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import managers, office
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.http.versions import IfMatch, check_version
from app.orders.forms.schemas import FormOut
from app.orders.forms.service import FormInUse, FormNotFound, get_form
from app.orders.job_types import queries, service
from app.orders.job_types.schemas import CreateJobType, JobTypeOut, JobTypesOut, UpdateJobType
from app.orders.job_types.service import JobTypeCodeTaken, JobTypeNotFound, ProofRulesInvalid
from app.workforce.api import SkillUnknown


@post("/job-types", operation_id="createJobType", guards=[managers])
@refuses(JobTypeCodeTaken, ProofRulesInvalid, SkillUnknown)
@once
async def create_job_type(
    data: JSONBody[CreateJobType],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> JobTypeOut:
    """Create a job type: how long a job takes, who can do it, what proofs it needs, and its ladder.

    The ladder says what happens if nobody answers an offer.
    """
    return JobTypeOut.of(await service.create_job_type(session, caller, job_type=data))


@get("/job-types", operation_id="listJobTypes", guards=[office])
async def list_job_types(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    is_active: FromQuery[bool | None] = None,
) -> JobTypesOut:
    """All job types, oldest first."""
    found = await queries.find_job_types(session, caller, is_active=is_active)
    return JobTypesOut(items=[JobTypeOut.of(one) for one in found])


@get("/job-types/{job_type_id:uuid}", operation_id="getJobType", guards=[office])
@refuses(JobTypeNotFound)
async def get_job_type(
    job_type_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> JobTypeOut:
    """One job type."""
    return JobTypeOut.of(await service.get_job_type(session, caller.company_id, job_type_id))


@patch("/job-types/{job_type_id:uuid}", operation_id="updateJobType", guards=[managers])
@refuses(JobTypeNotFound, ProofRulesInvalid, SkillUnknown)
async def update_job_type(
    job_type_id: FromPath[UUID],
    data: JSONBody[UpdateJobType],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> JobTypeOut:
    """Change the fields that are sent. Existing jobs keep their skills. An inactive type takes no new jobs."""
    job_type = await service.get_job_type(session, caller.company_id, job_type_id)
    check_version(if_match, job_type.row_version)
    changed = await service.update_job_type(session, caller, job_type=job_type, changes=data.changes())
    return JobTypeOut.of(changed)


@post(
    "/forms/{form_id:uuid}/retire",
    operation_id="retireForm",
    guards=[managers],
    status_code=200,
)
@refuses(FormInUse, FormNotFound)
async def retire_form(
    form_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> FormOut:
    """Take a form out of use, if no job type asks for it. Its versions and all answers stay."""
    form = await get_form(session, caller.company_id, form_id, lock=True)
    check_version(if_match, form.row_version)
    return FormOut.of(await service.retire_unused_form(session, form=form, now=clock.now()))


router = Router(
    "/",
    route_handlers=[create_job_type, list_job_types, get_job_type, update_job_type],
    tags=["dispatch: job types"],
)
of_forms = Router("/", route_handlers=[retire_form], tags=["orders: forms"])
"""Here, because job types know forms and forms do not know them."""
