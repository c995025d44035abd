from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import msgspec

from app.core.i18n import Lang
from app.http.schemas import In, Out
from app.tracking.consents.models import TrackingConsent
from app.tracking.consents.service import ConsentWords, PrivateHours

Words = Annotated[
    str,
    msgspec.Meta(min_length=100, max_length=20_000, description="The whole text, as it is shown to workers"),
]

KeptDays = Annotated[int, msgspec.Meta(ge=30, le=1_100, description="Days")]


class AddConsentText(In):
    """The company's own words, in both languages."""

    ru: Words
    en: Words
    kept_days: KeptDays | None = None
    """For how long these words let positions be kept. Null: as long as the text before. To keep positions for longer,
    first give the company a text that says so, then change the settings. Positions of consents to earlier words are
    removed when those words say."""
    clients_see: bool = False
    """They say that the client of a visit sees roughly where the worker is, while he is on the way. Only whoever has
    agreed to such words is shown to clients."""


class ConsentTextOut(Out):
    """What a worker is asked to agree to."""

    version: int
    """1 is the text that comes with the product."""
    ru: str
    en: str
    kept_days: int
    """For how long the words let positions be kept."""
    clients_see: bool
    """They let the client of a visit see roughly where the worker is, while he is on the way."""

    @classmethod
    def of(cls, found: ConsentWords) -> Self:
        return cls(
            version=found.version,
            ru=found.texts["ru"],
            en=found.texts["en"],
            kept_days=found.kept_days,
            clients_see=found.clients_see,
        )


class ConsentOut(Out):
    """The consent of a worker. It counts in [given_at, withdrawn_at)."""

    id: UUID
    worker_id: UUID
    text_version: int
    lang: Lang
    """The language he read it in."""
    kept_days: int
    """For how long its words let positions of this time be kept."""
    given_at: datetime
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, row: TrackingConsent) -> Self:
        return cls(
            id=row.id,
            worker_id=row.worker_id,
            text_version=row.text_version,
            lang="ru" if row.lang == "ru" else "en",
            kept_days=row.kept_days,
            given_at=row.given_at,
            withdrawn_at=row.withdrawn_at,
        )


class ConsentsOut(Out):
    items: list[ConsentOut]


class OwnConsentOut(Out):
    """One's own consent, with the words."""

    text_version: int
    lang: Lang
    text: str
    """The words that were agreed to."""
    kept_days: int
    """For how long they let positions of this time be kept."""
    given_at: datetime
    withdrawn_at: datetime | None


class OwnConsentsOut(Out):
    """What a worker has said about being tracked."""

    items: list[OwnConsentOut]
    """The newest first."""
    private_since: datetime | None
    """Since when his private time lasts. Null: he is in none."""

    @classmethod
    def of(cls, rows: list[TrackingConsent], private: PrivateHours | None) -> Self:
        items = [
            OwnConsentOut(
                text_version=row.text_version,
                lang="ru" if row.lang == "ru" else "en",
                text=row.text,
                kept_days=row.kept_days,
                given_at=row.given_at,
                withdrawn_at=row.withdrawn_at,
            )
            for row in rows
        ]
        lasts = private is not None and private.ends_at is None
        return cls(items=items, private_since=private.begins_at if private and lasts else None)
