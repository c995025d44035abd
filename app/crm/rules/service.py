"""The rules of a company: which versions there are."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from app.core.changes import Insert
from app.crm.rules import queries
from app.crm.rules.defaults import starter_rules
from app.crm.rules.values import PublishedRules, Rules
from app.db.work import Work


async def find_rules(work: Work, *, now: datetime) -> list[Rules]:
    """All versions, the oldest first. A company that has none gets the starter set."""
    published = await queries.find_versions(work)
    if not published:
        await add_starter_rules(work, now=now)
        published = await queries.find_versions(work)
    return ready(published)


def ready(published: Sequence[PublishedRules]) -> list[Rules]:
    return [Rules(one.version, one.valid_from, one.content) for one in published]


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
