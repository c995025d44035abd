"""Compares what is there with the seals, and the seals with their heads in the file store.

It finds a row that was changed, removed or put in later, seals that were removed at the end, a seal that was
rewritten, and a chain that was made anew together with all rows. What is newer than the newest seal is not
covered yet: at most SETTLED_AFTER and an hour.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from obstore.store import ObjectStore
from sqlalchemy import Table

from app.db.seal_heads import Head, HeadKey, is_signed_by, last_head, read_head
from app.db.seals import NOTHING, Seal, find_seals, hash_of, part_of
from app.db.session import Session, Sessions, transaction

HEAD_WITHIN = timedelta(hours=3)
"""By then the head of a seal is in the file store, unless the store does not answer."""


class Finding(NamedTuple):
    """Something that is not as it was sealed."""

    company_id: UUID
    what: str
    number: int
    """The seal."""
    detail: str = ""


class Checked(NamedTuple):
    """What was compared in one company."""

    company_id: UUID
    seals: int
    rows: int
    findings: list[Finding]


async def check_company(
    maker: Sessions,
    files: ObjectStore,
    company_id: UUID,
    tables: Sequence[Table],
    *,
    key: HeadKey | None,
    now: datetime,
) -> Checked:
    """Check the chain of one company from its first seal to the last head."""
    by_name = {table.name: table for table in tables}
    async with transaction(maker, company_id) as session:
        stored = await find_seals(session, company_id)
    seals = [seal for seal, _ in stored]
    findings = check_chain(company_id, stored)
    for before, seal in pairwise([None, *seals]):
        assert seal is not None  # noqa: S101  # only the first of the list is None
        async with transaction(maker, company_id) as session:
            findings += await _check_rows(
                session, seal, by_name, after=before.until_id if before else NOTHING
            )
    heads = {seal.number: await read_head(files, company_id, seal.number) for seal in seals}
    last = await last_head(files, company_id)
    findings += check_heads(company_id, seals, heads, last=last, key=key, now=now)
    rows = sum(part["rows"] for seal in seals for part in seal.parts)
    return Checked(company_id, len(seals), rows, findings)


def check_chain(company_id: UUID, stored: Sequence[tuple[Seal, bytes]]) -> list[Finding]:
    """Whether each seal has its own hash and that of the one before, and none is left out."""
    findings, previous = [], b""
    for place, (seal, stored_hash) in enumerate(stored, start=1):
        if seal.number != place:
            findings.append(Finding(company_id, "seal_missing", place))
            return findings
        if stored_hash != hash_of(seal):
            findings.append(Finding(company_id, "seal_changed", seal.number))
        if seal.previous_hash != previous:
            findings.append(Finding(company_id, "chain_broken", seal.number))
        previous = stored_hash
    return findings


async def _check_rows(
    session: Session, seal: Seal, tables: Mapping[str, Table], *, after: UUID
) -> list[Finding]:
    findings = []
    for part in seal.parts:
        found = await _part_now(session, seal, tables, part, after=after)
        if found != part:
            detail = f"{part['table']}: {part['rows']} rows were sealed, {found['rows'] if found else '?'} are there"
            findings.append(Finding(seal.company_id, "rows_changed", seal.number, detail))
    return findings


async def _part_now(
    session: Session, seal: Seal, tables: Mapping[str, Table], part: dict[str, Any], *, after: UUID
) -> dict[str, Any] | None:
    """What this part would be if it were sealed now. None if it names what there is not."""
    table = tables.get(part["table"])
    if table is None or not set(part["columns"]) <= set(table.c.keys()):
        return None
    return await part_of(session, seal.company_id, table, part["columns"], after=after, until=seal.until_id)


def check_heads(
    company_id: UUID,
    seals: Sequence[Seal],
    heads: Mapping[int, Head | None],
    *,
    last: int,
    key: HeadKey | None,
    now: datetime,
) -> list[Finding]:
    """Whether the file store knows the same seals. With a key: whether it was us who wrote them there.

    Heads from before there was a key are not signed. Once one is, all later ones are.
    """
    findings, must_be_signed = [], False
    for seal in seals:
        head = heads[seal.number]
        if head is None:
            if now - seal.sealed_at > HEAD_WITHIN or seal.number < last:
                findings.append(Finding(company_id, "head_missing", seal.number))
            continue
        must_be_signed |= head.signature is not None
        if head.says != seal.says():
            findings.append(Finding(company_id, "head_differs", seal.number))
        elif key and must_be_signed and not is_signed_by(head, key):
            findings.append(Finding(company_id, "head_not_ours", seal.number))
    if last > len(seals):
        detail = f"the file store knows {last} seals, the database {len(seals)}"
        findings.append(Finding(company_id, "tail_cut", last, detail))
    return findings
