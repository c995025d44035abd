"""Finds clients whom somebody can invite."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from app.crm.candidates import queries
from app.crm.candidates.policies import Occasion, coming_needs, find_occasion
from app.crm.candidates.queries import Name, Windows
from app.crm.rules.queries import find_versions
from app.crm.rules.service import ready
from app.crm.rules.values import Rules
from app.db.reader import Reader
from app.db.work import Work

FIRST = UUID(int=0)


class Candidate(NamedTuple):
    """A client who can be invited."""

    client_id: UUID
    name: Name
    occasion: Occasion


def windows_of(rules: Rules) -> Windows:
    known = list(rules.categories.values())
    return Windows(
        [one.code for one in known], [one.early_days for one in known], [one.late_days for one in known]
    )


async def find_candidates(
    reader: Reader, *, after: UUID | None, at_most: int, now: datetime
) -> list[Candidate]:
    """Clients who have a need that comes due, and nothing booked."""
    versions = ready(await find_versions(reader))
    if not versions:
        return []
    today = now.astimezone(await queries.get_zone(reader)).date()
    ids = await queries.find_ripe_after(
        reader, windows_of(versions[-1]), today, after=after or FIRST, at_most=at_most
    )
    names = await queries.find_names(reader, ids)
    occasions = await find_occasions(reader, ids, versions[-1], today)
    return [Candidate(one, names[one], occasions[one]) for one in ids if one in occasions]


async def find_occasions(
    reader: Reader | Work, client_ids: Sequence[UUID], rules: Rules, today: date
) -> dict[UUID, Occasion]:
    """What each of these clients can be invited to, if there is anything."""
    tracks = await queries.find_tracks(reader, client_ids)
    found = {one: find_occasion(coming_needs(tracks.get(one, ()), rules), today) for one in client_ids}
    return {client_id: one for client_id, one in found.items() if one is not None}
