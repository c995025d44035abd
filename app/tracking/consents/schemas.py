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


class AddConsentText(In):
    """The company's own words, in both languages."""

    ru: Words
    en: Words


class ConsentTextOut(Out):
    """What a worker is asked to agree to."""

    version: int
    """1 is the text that comes with the product."""
    ru: str
    en: str

    @classmethod
    def of(cls, found: ConsentWords) -> Self:
        return cls(version=found.version, ru=found.texts["ru"], en=found.texts["en"])


class ConsentOut(Out):
    """The consent of a worker. It counts in [given_at, withdrawn_at)."""

    id: UUID
    worker_id: UUID
    text_version: int
    lang: Lang
    """The language he read it in."""
    given_at: datetime
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, row: TrackingConsent) -> Self:
        return cls(
            id=row.id,
            worker_id=row.worker_id,
            text_version=row.text_version,
            lang="ru" if row.lang == "ru" else "en",
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
                given_at=row.given_at,
                withdrawn_at=row.withdrawn_at,
            )
            for row in rows
        ]
        lasts = private is not None and private.ends_at is None
        return cls(items=items, private_since=private.begins_at if private and lasts else None)
