"""Packs the evidence of a case: everything known of the client, in one fixed form with a hash."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from app.core.canonical import canonical_hash
from app.core.ids import uuid7
from app.crm.case_files import queries
from app.crm.case_files.models import CaseFile, StaffStatement
from app.db.session import Session


async def pack_file(
    session: Session, company_id: UUID, *, case_id: UUID, client_id: UUID, by: UUID | None, now: datetime
) -> CaseFile:
    """The newest file of a case. A new one is written only if something has changed since the last."""
    await session.flush()
    content = plain(await queries.find_evidence(session, company_id, client_id, case_id))
    content_hash = canonical_hash(content)
    last = await queries.find_last_file(session, company_id, case_id)
    if last is not None and last.content_hash == content_hash:
        return last
    packed = CaseFile(
        company_id=company_id,
        id=uuid7(),
        case_id=case_id,
        number=last.number + 1 if last else 1,
        content=content,
        content_hash=content_hash,
        packed_at=now,
        packed_by=by,
        created_at=now,
    )
    session.add(packed)
    await session.flush()
    return packed


def plain(content: Any) -> Any:
    """Only what a hash can be computed of again: ids and times as text, times in UTC."""
    if isinstance(content, dict):
        return {name: plain(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [plain(one) for one in content]
    if isinstance(content, datetime):
        content = content.astimezone(UTC)
    return msgspec.to_builtins(content)


async def take_statement(
    session: Session, company_id: UUID, *, case_id: UUID, user_id: UUID, words: str, by: UUID, now: datetime
) -> StaffStatement:
    """Write down what somebody of the company says. The next file contains it."""
    statement = StaffStatement(
        company_id=company_id,
        id=uuid7(),
        case_id=case_id,
        user_id=user_id,
        words=words,
        taken_by=by,
        said_at=now,
        created_at=now,
    )
    session.add(statement)
    await session.flush()
    return statement
