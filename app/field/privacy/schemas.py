from datetime import datetime
from typing import Annotated, Self

import msgspec

from app.core.i18n import Lang
from app.field.schemas import FieldCommand
from app.http.schemas import Out
from app.http.wording import ValueRefused
from app.tracking.api import Consent, PrivateHours


class Placeless(FieldCommand):
    """A command about being tracked. Where it was tapped is refused: it might be where nobody may be tracked."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.point is not None:
            raise ValueRefused("no_place_here", field="point")


class GiveTrackingConsent(Placeless, kw_only=True):
    """He has read the text and agrees."""

    text_version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    """Of the text he has read."""
    lang: Lang
    """The language he has read it in."""
    clients_see: bool | msgspec.UnsetType = msgspec.UNSET
    """As `getConsentText` told with the text that was shown. Left out, as phones did before it was told: version 1 is
    then the earlier wording, which shows nobody to clients. Texts of the company need it not."""


class WithdrawTrackingConsent(Placeless):
    """He does not agree any more."""


class StartPrivateTime(Placeless):
    """From now on he does not want to be tracked."""


class EndPrivateTime(Placeless):
    """He may be tracked again."""


class ConsentStateOut(Out):
    """The consent of a worker."""

    text_version: int | None
    """Null, as `given_at`: there was no consent to take back. One that was given before ends when it arrives."""
    given_at: datetime | None
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, consent: Consent) -> Self:
        return cls(
            text_version=consent.text_version, given_at=consent.given_at, withdrawn_at=consent.withdrawn_at
        )


class PrivateTimeOut(Out):
    """A private time, or that there is none."""

    begins_at: datetime | None
    """Null: he was not in private time."""
    ends_at: datetime | None
    """Null while it lasts."""

    @classmethod
    def of(cls, private: PrivateHours | None) -> Self:
        return cls(
            begins_at=private.begins_at if private else None, ends_at=private.ends_at if private else None
        )
