from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from app.crm.publication.models import RulesDryRun
from app.crm.rules.values import PublishedRules, RulesContent
from app.http.schemas import In, Out


class PublishRules(In):
    """Rules as a whole. They hold from their publication on."""

    content: RulesContent
    comment: Annotated[str, Meta(max_length=1000)] = ""
    """Why."""


class TryRules(In):
    content: RulesContent


class RulesOut(Out):
    version: int
    valid_from: datetime
    published_by: UUID | None
    """Null: the starter set of the product."""
    comment: str
    content: RulesContent

    @classmethod
    def of(cls, published: PublishedRules) -> Self:
        return cls(**msgspec.structs.asdict(published))


class RulesVersionsOut(Out):
    items: list[RulesOut]
    """The newest first."""


class ForeseenChangeOut(Out):
    was: str
    status: str
    clients: int


class DryRunOut(Out):
    """Who would change status if these rules were published. Nothing is changed."""

    id: UUID
    base_version: int
    asked_at: datetime
    is_done: bool
    clients: int
    """So many have been compared."""
    changes: list[ForeseenChangeOut]

    @classmethod
    def of(cls, run: RulesDryRun) -> Self:
        return cls(
            id=run.id,
            base_version=run.base_version,
            asked_at=run.asked_at,
            is_done=run.go_on_at is None,
            clients=run.clients,
            changes=msgspec.convert(run.changes, list[ForeseenChangeOut]),
        )
