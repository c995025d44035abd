from uuid import UUID

from litestar import Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import managers, office
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.http.versions import IfMatch, check_version
from app.notifications.settings.queries import get_segment_price
from app.notifications.templates import preview, queries, service
from app.notifications.templates.schemas import (
    ChangeTemplate,
    CreateTemplate,
    LangPreviewOut,
    TemplateKindsOut,
    TemplateOut,
    TemplatePreviewOut,
    TemplatesOut,
    TemplateVersionOut,
    TemplateVersionsOut,
    stored,
)
from app.notifications.templates.service import TemplateInvalid, TemplateKindTaken, TemplateNotFound


@post("/", operation_id="createTemplate", guards=[managers])
@refuses(TemplateInvalid, TemplateKindTaken)
@once
async def create_template(
    data: JSONBody[CreateTemplate],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> TemplateOut:
    """Create the company's own text of one kind of message. It is sent when it is published.

    A text of a service or feedback message that promotes something is refused: `errors` names each word and its place.
    """
    template = await service.create_template(
        session,
        caller,
        kind=data.kind,
        legal_class=data.legal_class,
        priority=data.priority,
        draft=stored(data.draft),
    )
    return TemplateOut.of(template)


@get("/", operation_id="listTemplates", guards=[office])
async def list_templates(session: NamedDependency[Session], caller: NamedDependency[Scope]) -> TemplatesOut:
    """All templates of the company, oldest first."""
    return TemplatesOut.of(await queries.find_templates(session, caller))


@get("/kinds", operation_id="listTemplateKinds", guards=[office])
async def list_template_kinds() -> TemplateKindsOut:
    """The kinds of messages that the product sends to clients, with their variables and the product's own texts."""
    return TemplateKindsOut.of_all()


@get("/{template_id:uuid}", operation_id="getTemplate", guards=[office])
@refuses(TemplateNotFound)
async def get_template(
    template_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> TemplateOut:
    """One template with its draft."""
    return TemplateOut.of(await service.get_template(session, caller, template_id))


@get("/{template_id:uuid}/versions", operation_id="listTemplateVersions", guards=[office])
@refuses(TemplateNotFound)
async def list_template_versions(
    template_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> TemplateVersionsOut:
    """Every version that was published, newest first."""
    template = await service.get_template(session, caller, template_id)
    versions = await queries.find_versions(session, caller, template.id)
    return TemplateVersionsOut(items=[TemplateVersionOut.of(version) for version in versions])


@get("/{template_id:uuid}/preview", operation_id="previewTemplate", guards=[office])
@refuses(TemplateNotFound)
async def preview_template(
    template_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> TemplatePreviewOut:
    """The draft with samples in each language: the SMS with its length and price, and the e-mail."""
    template = await service.get_template(session, caller, template_id)
    price_kop = await get_segment_price(session, caller.company_id)
    shown = preview.show(template.kind, template.draft)
    return TemplatePreviewOut(items=[LangPreviewOut.of(one, price_kop=price_kop) for one in shown])


@patch("/{template_id:uuid}", operation_id="changeTemplate", guards=[managers])
@refuses(TemplateInvalid, TemplateNotFound)
async def change_template(
    template_id: FromPath[UUID],
    data: JSONBody[ChangeTemplate],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> TemplateOut:
    """Change the draft, the legal class or the priority. What is published stays as it is."""
    template = await service.get_template(session, caller, template_id, lock=True)
    check_version(if_match, template.row_version)
    changes = data.changes()
    if "draft" in changes:
        changes["draft"] = stored(changes["draft"])
    return TemplateOut.of(await service.change_template(session, template, changes=changes))


@post("/{template_id:uuid}/publish", operation_id="publishTemplate", guards=[managers], status_code=200)
@refuses(TemplateInvalid, TemplateNotFound)
async def publish_template(
    template_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> TemplateOut:
    """Send this text from now on, also in messages that wait already."""
    template = await service.get_template(session, caller, template_id, lock=True)
    check_version(if_match, template.row_version)
    return TemplateOut.of(await service.publish_template(session, caller, template, now=clock.now()))


@post("/{template_id:uuid}/withdraw", operation_id="withdrawTemplate", guards=[managers], status_code=200)
@refuses(TemplateNotFound)
async def withdraw_template(
    template_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> TemplateOut:
    """Go back to the product's own text. The draft and the versions stay."""
    template = await service.get_template(session, caller, template_id, lock=True)
    check_version(if_match, template.row_version)
    return TemplateOut.of(await service.withdraw_template(session, template))


router = Router(
    "/message-templates",
    route_handlers=[
        create_template,
        list_templates,
        list_template_kinds,
        get_template,
        list_template_versions,
        preview_template,
        change_template,
        publish_template,
        withdraw_template,
    ],
    tags=["notifications: templates"],
)
