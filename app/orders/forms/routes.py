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
from app.orders.forms import queries, service
from app.orders.forms.schemas import (
    ChangeForm,
    CreateForm,
    FormOut,
    FormsOut,
    FormVersionOut,
    FormVersionsOut,
)
from app.orders.forms.service import FormCodeTaken, FormInvalid, FormNotFound


@post("/forms", operation_id="createForm", guards=[managers])
@refuses(FormCodeTaken, FormInvalid)
@once
async def create_form(
    data: JSONBody[CreateForm],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> FormOut:
    """Create a form: its questions as a JSON Schema, their order and words. Phones see it when it is published."""
    return FormOut.of(await service.create_form(session, caller, form=data))


@get("/forms", operation_id="listForms", guards=[office])
async def list_forms(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    is_retired: FromQuery[bool | None] = None,
) -> FormsOut:
    """All forms, oldest first."""
    return FormsOut.of(await queries.find_forms(session, caller, is_retired=is_retired))


@get("/forms/{form_id:uuid}", operation_id="getForm", guards=[office])
@refuses(FormNotFound)
async def get_form(
    form_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> FormOut:
    """One form with its draft."""
    return FormOut.of(await service.get_form(session, caller.company_id, form_id))


@get("/forms/{form_id:uuid}/versions", operation_id="listFormVersions", guards=[office])
@refuses(FormNotFound)
async def list_form_versions(
    form_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> FormVersionsOut:
    """Every version that was published, newest first."""
    form = await service.get_form(session, caller.company_id, form_id)
    versions = await queries.find_versions(session, caller.company_id, form.id)
    return FormVersionsOut(items=[FormVersionOut.of(version) for version in versions])


@patch("/forms/{form_id:uuid}", operation_id="changeForm", guards=[managers])
@refuses(FormInvalid, FormNotFound)
async def change_form(
    form_id: FromPath[UUID],
    data: JSONBody[ChangeForm],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> FormOut:
    """Change the name or the draft. What is published stays as it is."""
    form = await service.get_form(session, caller.company_id, form_id)
    check_version(if_match, form.row_version)
    return FormOut.of(await service.change_form(session, form=form, changes=data.changes()))


@post("/forms/{form_id:uuid}/publish", operation_id="publishForm", guards=[managers], status_code=200)
@refuses(FormNotFound)
async def publish_form(
    form_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> FormOut:
    """Make the draft the version that phones see. Answers to older versions are still judged by those.

    Without a change since the last time, there is no new version. A retired form is used again.
    """
    form = await service.get_form(session, caller.company_id, form_id)
    check_version(if_match, form.row_version)
    return FormOut.of(await service.publish_form(session, form=form, by=caller.user_id, now=clock.now()))


router = Router(
    "/",
    route_handlers=[create_form, list_forms, get_form, list_form_versions, change_form, publish_form],
    tags=["orders: forms"],
)
