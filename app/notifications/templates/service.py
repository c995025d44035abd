"""What the office does with templates: it edits a draft, looks at it, and publishes it as a version that stays."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.exc import IntegrityError

from app.core.errors import DomainError, Invalid, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session, constraint_of
from app.notifications.legal import PRIORITIES, LegalClass, Priority
from app.notifications.templates import policies, queries
from app.notifications.templates.models import MessageTemplate, TemplateVersion
from app.notifications.templates.policies import Draft

SAME_KIND = "uq_message_template__company_id_kind"


class TemplateNotFound(NotFound):
    code = "template_not_found"


class TemplateKindTaken(DomainError):
    """The company has a template of this kind. It can be changed."""

    code = "template_kind_taken"


class TemplateInvalid(Invalid):
    """It cannot be sent like this. `errors` has each fault with its place."""

    code = "template_invalid"


async def create_template(
    session: Session,
    scope: Scope,
    *,
    kind: str,
    legal_class: LegalClass,
    priority: Priority | None,
    draft: Mapping[str, Any],
) -> MessageTemplate:
    """Create a template. It is sent when it is published.

    Raises:
        TemplateKindTaken: the company has one of this kind.
        TemplateInvalid: it has faults.
    """
    chosen = priority or PRIORITIES[legal_class][0]
    _check(Draft(kind, legal_class, chosen, draft))
    row = MessageTemplate(
        company_id=scope.company_id,
        id=uuid7(),
        kind=kind,
        legal_class=legal_class,
        priority=chosen,
        draft=dict(draft),
        row_version=1,
    )
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        if constraint_of(error) != SAME_KIND:
            raise
        raise TemplateKindTaken(template_kind=kind) from error
    return row


def _check(draft: Draft) -> None:
    if faults := policies.faults_of(draft):
        raise TemplateInvalid(errors=[fault | {"path": _place_of(fault["path"])} for fault in faults])


def _place_of(path: str) -> str:
    """Where a fault stands in the body of the request."""
    return path if path in ("kind", "legal_class", "priority") else f"draft.{path}"


async def get_template(
    session: Session, scope: Scope, template_id: UUID, *, lock: bool = False
) -> MessageTemplate:
    """One template; with `lock` nobody changes it until the transaction ends.

    Raises:
        TemplateNotFound: no such template in this company.
    """
    template = await queries.get_template(session, scope, template_id, lock=lock)
    if template is None:
        raise TemplateNotFound
    return template


async def change_template(
    session: Session, template: MessageTemplate, *, changes: Mapping[str, Any]
) -> MessageTemplate:
    """Change the draft, the class or the priority of a template the caller has locked. What is published stays.

    Raises:
        TemplateInvalid: it would have faults.
    """
    values = {name: msgspec.to_builtins(value) for name, value in changes.items()}
    legal_class = LegalClass(values.get("legal_class", template.legal_class))
    if "legal_class" in values and "priority" not in values:
        values["priority"] = PRIORITIES[legal_class][0]
    priority = Priority(values.get("priority", template.priority))
    _check(Draft(template.kind, legal_class, priority, values.get("draft", template.draft)))
    for field, value in values.items():
        setattr(template, field, value)
    await session.flush()  # the answer carries the new version
    return template


async def publish_template(
    session: Session, scope: Scope, template: MessageTemplate, *, now: datetime
) -> MessageTemplate:
    """Make the draft what is sent, also for messages that wait. The caller has locked the template.

    A draft that is published already makes no second version. It is judged again: the rules may be stricter
    than when it was written.

    Raises:
        TemplateInvalid: it has faults.
    """
    legal_class, priority = LegalClass(template.legal_class), Priority(template.priority)
    _check(Draft(template.kind, legal_class, priority, template.draft))
    versions = await queries.find_versions(session, scope, template.id)
    newest = versions[0] if versions else None
    if newest is None or _content(newest) != (template.legal_class, template.priority, template.draft):
        newest = _version(template, newest.number + 1 if newest else 1, by=scope.user_id, now=now)
        session.add(newest)
    template.published_number = newest.number
    await session.flush()  # the answer carries the new version
    return template


def _content(version: TemplateVersion) -> tuple[str, str, dict[str, Any]]:
    return version.legal_class, version.priority, version.content


def _version(template: MessageTemplate, number: int, *, by: UUID, now: datetime) -> TemplateVersion:
    return TemplateVersion(
        company_id=template.company_id,
        id=uuid7(),
        template_id=template.id,
        number=number,
        legal_class=template.legal_class,
        priority=template.priority,
        content=template.draft,
        published_at=now,
        published_by=by,
    )


async def withdraw_template(session: Session, template: MessageTemplate) -> MessageTemplate:
    """Send the product's own text again. Draft and versions stay. The caller has locked the template.

    Messages of a kind that only the company has are not sent while nothing is published.
    """
    template.published_number = None
    await session.flush()  # the answer carries the new version
    return template
