from collections.abc import Sequence
from datetime import date, datetime
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from app.clients.api import ClientOut
from app.crm.cards.values import Card
from app.crm.handovers.policies import Colleague, HandoverCode, Knows, Line
from app.crm.handovers.wording import say_line, say_role
from app.http.schemas import Out


class HandoverLineOut(Out):
    """One short sentence, in the reader's language."""

    code: HandoverCode
    text: str
    on: date | None
    """The day that it names, by the company's calendar."""
    at: datetime | None
    kind: str | None
    """Of the entry of the history that it speaks of: visit, task, order …"""
    id: UUID | None

    @classmethod
    def of(cls, line: Line, card: Card, lang: str, zone: ZoneInfo) -> Self:
        row = line.about.row if line.about else None
        return cls(
            code=line.code,
            text=say_line(line, card, lang, zone),
            on=line.on,
            at=line.at,
            kind=row.kind if row else None,
            id=row.id if row else None,
        )


class HandoverColleagueOut(Out):
    role: Knows
    text: str
    """Why he can tell more."""
    person_id: UUID
    name: str

    @classmethod
    def of(cls, colleague: Colleague, lang: str, zone: ZoneInfo) -> Self:
        return cls(
            role=colleague.role,
            text=say_role(colleague, lang, zone),
            person_id=colleague.person_id,
            name=colleague.name,
        )


class ClientHandoverOut(Out):
    """What a colleague who has never spoken with a client must know before he calls."""

    client: ClientOut
    status: str
    status_text: str
    warnings: list[HandoverLineOut]
    open: list[HandoverLineOut]
    """What is not finished, the oldest first."""
    promises: list[HandoverLineOut]
    """What has a date, the nearest first."""
    contacts: list[HandoverLineOut]
    """Who said what last, the newest first."""
    people: list[HandoverColleagueOut]
    """Who has to do with the client."""


def lines_of(lines: Sequence[Line], card: Card, lang: str, zone: ZoneInfo) -> list[HandoverLineOut]:
    return [HandoverLineOut.of(line, card, lang, zone) for line in lines]
