from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta

from app.crm.portraits.service import Compared, Drawn
from app.crm.portraits.values import ClientTraits, PortraitTraits
from app.http.schemas import In, Name, Out

Words = Annotated[str, Meta(max_length=2000)]


class DrawPortrait(In):
    """Whom the company wants as clients."""

    name: Name
    traits: PortraitTraits
    words: Words = ""
    """What cannot be said in closed words."""


class RedrawPortrait(In):
    traits: PortraitTraits
    words: Words = ""


class PortraitOut(Out):
    id: UUID
    name: str
    version: int
    traits: PortraitTraits
    words: str
    published_by: UUID
    published_at: datetime

    @classmethod
    def of(cls, drawn: Drawn) -> Self:
        version = drawn.version
        return cls(
            id=drawn.portrait.id,
            name=drawn.portrait.name,
            version=version.version,
            traits=drawn.traits,
            words=version.words,
            published_by=version.published_by,
            published_at=version.published_at,
        )


class PortraitsOut(Out):
    items: list[PortraitOut]


class NoteTraits(In):
    """What is known of a client. It takes the place of what was noted before."""

    traits: ClientTraits


class PortraitMatchOut(Out):
    portrait_id: UUID
    name: str
    is_match: bool
    """Something fits and nothing differs."""
    fits: list[str]
    """Names of traits."""
    differs: list[str]
    unknown: list[str]
    """What to ask him about."""


class ClientPortraitsOut(Out):
    """What is known of a client, and how he fits each portrait of the company."""

    client_id: UUID
    traits: ClientTraits
    matches: list[PortraitMatchOut]
    """Those he fits first."""

    @classmethod
    def of(cls, found: Compared) -> Self:
        matches = [
            PortraitMatchOut(
                portrait_id=drawn.portrait.id,
                name=drawn.portrait.name,
                is_match=match.is_match,
                **match._asdict(),
            )
            for drawn, match in found.matches
        ]
        matches.sort(key=lambda one: (not one.is_match, -len(one.fits), one.name))
        return cls(client_id=found.client_id, traits=found.traits, matches=matches)
