"""All SQL about the rules of a client's life."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam, select

from app.crm.rules.models import LifeRules
from app.crm.rules.values import PublishedRules, RulesContent
from app.db.query import Query
from app.db.reader import Reader
from app.db.work import Work


def _published(
    version: int, valid_from: datetime, published_by: UUID | None, comment: str, content: dict[str, Any]
) -> PublishedRules:
    return PublishedRules(
        version=version,
        valid_from=valid_from,
        published_by=published_by,
        comment=comment,
        content=msgspec.convert(content, RulesContent),
    )


VERSIONS = Query(
    select(
        LifeRules.version,
        LifeRules.valid_from,
        LifeRules.published_by,
        LifeRules.comment,
        LifeRules.content,
    )
    .where(LifeRules.company_id == bindparam("company", type_=Uuid))
    .order_by(LifeRules.version),
    _published,
)


async def find_versions(work: Work | Reader) -> list[PublishedRules]:
    """All versions, the oldest first."""
    return await work.all(VERSIONS)
