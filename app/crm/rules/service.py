"""The rules of a company: which versions there are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from app.core.changes import Insert
from app.crm.rules import queries
from app.crm.rules.defaults import starter_rules
from app.crm.rules.values import PublishedRules, Rules, RulesContent
from app.db.session import Session
from app.db.work import Work, work_in


async def find_rules(work: Work, *, now: datetime) -> list[Rules]:
    """All versions, the oldest first. A company that has none gets the starter set."""
    published = await queries.find_versions(work)
    if not published:
        await add_starter_rules(work, now=now)
        published = await queries.find_versions(work)
    return ready(published)


def ready(published: Sequence[PublishedRules]) -> list[Rules]:
    return [Rules(one.version, one.valid_from, one.content) for one in published]


async def content_in_force(session: Session, company_id: UUID) -> RulesContent:
    """What the newest version says."""
    async with work_in(session, company_id) as work:
        published = await queries.find_versions(work)
    return published[-1].content if published else starter_rules()


async def add_starter_rules(work: Work, *, now: datetime) -> None:
    """Give a company its first version. If it has one, nothing changes."""
    first = {
        "version": 1,
        "valid_from": now,
        "content": msgspec.to_builtins(starter_rules()),
        "published_by": None,
        "comment": "",
    }
    work.write(Insert("life_rules", first, once=True))
    await work.write_now()
