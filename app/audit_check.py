"""What `verify-audit` does: compares audit and acts with their seals, and these with the file store."""

from collections.abc import Callable
from uuid import UUID

import obstore
from obstore.store import ObjectStore

from app.core.clock import Clock
from app.core.settings import Settings
from app.db.files import open_files
from app.db.seal_check import Checked, check_company
from app.db.seal_heads import HeadKey, head_key
from app.db.seals import find_every_company
from app.db.session import Sessions, create_engine, sessions, transaction
from app.documents.api import find_changed_acts
from app.wiring import SEALED

Say = Callable[[str], None]


async def verify(settings: Settings, clock: Clock, say: Say) -> int:
    """Check every company and say what was found. Returns the number of findings."""
    engine = create_engine(settings.app_database_url, pool_size=2)
    try:
        files, key = open_files(settings.files_url), head_key(settings.audit_key)
        return await verify_all(sessions(engine), files, clock, say, key=key)
    finally:
        await engine.dispose()


async def verify_all(
    maker: Sessions, files: ObjectStore, clock: Clock, say: Say, *, key: HeadKey | None
) -> int:
    total = 0
    for company_id in sorted({*await find_every_company(maker), *await companies_in(files)}):
        checked = await check_company(maker, files, company_id, SEALED, key=key, now=clock.now())
        async with transaction(maker, company_id) as session:
            changed = await find_changed_acts(session, company_id)
        said = [
            *_of_seals(checked),
            *(f"act {number}: {', '.join(parts)} changed" for number, parts in changed),
        ]
        for line in said:
            say(f"{company_id} {line}")
        total += len(said)
        if checked.seals and not said:
            say(f"{company_id} as sealed: {checked.rows} rows under {checked.seals} seals")
    return total


def _of_seals(checked: Checked) -> list[str]:
    return [
        f"seal {one.number}: {one.what}{f' ({one.detail})' if one.detail else ''}" for one in checked.findings
    ]


async def companies_in(files: ObjectStore) -> set[UUID]:
    """Companies that have files: one of them may be gone from the database."""
    found = await obstore.list_with_delimiter_async(files)
    return {company_id for prefix in found["common_prefixes"] if (company_id := _company_of(prefix))}


def _company_of(prefix: str) -> UUID | None:
    try:
        return UUID(prefix.strip("/"))
    except ValueError:
        return None
