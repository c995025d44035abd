from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.clients.consents.models import ClientConsent, ClientConsentText, ClientPreference, ClientSettings
from app.clients.consents.permissions import HeldPermission
from app.clients.consents.policies import How, Purpose
from app.clients.consents.service import Consent
from app.core.phones import mask_phone
from app.http.schemas import In, Moment, Out, Patch

Channel = Literal["sms", "email", "call", "telegram", "whatsapp", "max", "vk"]
ContactKind = Literal["phone", "email"]
ContactValue = Annotated[str, Meta(min_length=3, max_length=200, examples=["+79031234567"])]
Purposes = Annotated[list[Purpose], Meta(min_length=1, max_length=4)]
Themes = Annotated[list[Annotated[str, Meta(min_length=1, max_length=50)]], Meta(max_length=50)]


class PublishClientConsentText(In):
    purpose: Purpose
    text_ru: Annotated[str, Meta(min_length=1, max_length=20_000)]
    text_en: Annotated[str, Meta(min_length=1, max_length=20_000)]


class ClientConsentTextOut(Out):
    id: UUID
    purpose: str
    version: int
    """From 1. A consent keeps the version it was given for."""
    text_ru: str
    text_en: str
    published_by: UUID
    published_at: datetime

    @classmethod
    def of(cls, text: ClientConsentText) -> Self:
        return cls(
            id=text.id,
            purpose=text.purpose,
            version=text.version,
            text_ru=text.text_ru,
            text_en=text.text_en,
            published_by=text.published_by,
            published_at=text.created_at,
        )


class ClientConsentTextsOut(Out):
    items: list[ClientConsentTextOut]
    """By purpose, newest version first."""


class RecordClientConsent(In):
    contact_kind: ContactKind
    value: ContactValue
    """A phone or an e-mail of the card."""
    purposes: Purposes
    channels: Annotated[list[Channel], Meta(min_length=1, max_length=7)]
    how: Literal["form", "spoken", "sms", "paper"]
    said_at: Moment
    """When he agreed; the paper may be older than this record."""
    text_id: UUID | None = None
    """What he agreed to. Null: the newest text of the purpose."""
    came_from: Annotated[str, Meta(max_length=500)] = ""
    """The address of the computer and the page for `form`, the number for `sms`."""
    attachment_id: UUID | None = None
    """The photo of the paper, for `paper`."""
    note: Annotated[str, Meta(max_length=1000)] = ""
    """For `spoken`: in which call, to whom."""

    def to_consent(self) -> Consent:
        return Consent(
            self.contact_kind,
            self.value,
            self.purposes,
            self.channels,
            self.said_at,
            How(self.how),
            self.text_id,
            self.came_from,
            self.attachment_id,
            self.note,
        )


class StopClient(In):
    value: ContactValue | None = None
    """A phone or an e-mail of the card. Null: all of them."""
    purposes: Purposes | None = None
    """Null: advertising, mass calls, and questions about the work unless the company has decided otherwise."""
    how: Literal["spoken", "form", "paper"] = "spoken"
    note: Annotated[str, Meta(max_length=1000)] = ""


class ClientConsentOut(Out):
    """An entry of the ledger. What holds now follows from all of them."""

    id: UUID
    client_id: UUID
    """The card it was recorded on."""
    contact_kind: str
    value: str
    """A phone is masked for people who do not call clients."""
    purpose: str
    channel: str
    decision: str
    """granted or withdrawn."""
    said_at: datetime
    how: str
    text_id: UUID | None
    came_from: str
    attachment_id: UUID | None
    note: str
    recorded_by: UUID | None
    recorded_at: datetime

    @classmethod
    def of(cls, entry: ClientConsent, *, sees_phones: bool) -> Self:
        return cls(
            id=entry.id,
            client_id=entry.client_id,
            contact_kind=entry.contact_kind,
            value=shown(entry.contact_kind, entry.value, sees_phones=sees_phones),
            purpose=entry.purpose,
            channel=entry.channel,
            decision=entry.decision,
            said_at=entry.said_at,
            how=entry.how,
            text_id=entry.text_id,
            came_from=entry.came_from if sees_phones else "",
            attachment_id=entry.attachment_id,
            note=entry.note,
            recorded_by=entry.recorded_by,
            recorded_at=entry.created_at,
        )


def shown(kind: str, value: str, *, sees_phones: bool) -> str:
    return mask_phone(value) if kind == "phone" and not sees_phones else value


class ClientPermissionOut(Out):
    """Whether a client may be written to at one contact, for one purpose, on one channel."""

    contact_kind: str
    value: str
    purpose: str
    channel: str
    is_allowed: bool
    reason: str
    """granted, not_refused; or why not: consent, stop, contact, quiet; supplier: he is no client."""
    until: date | None
    """With `quiet`: the day from which he wants to hear from the company."""

    @classmethod
    def of(cls, held: HeldPermission, *, sees_phones: bool) -> Self:
        return cls(
            contact_kind=held.contact_kind,
            value=shown(held.contact_kind, held.asked.value, sees_phones=sees_phones),
            purpose=held.asked.purpose,
            channel=held.asked.channel,
            is_allowed=held.permission.allowed,
            reason=held.permission.reason,
            until=held.permission.until,
        )


class ClientPermissionsOut(Out):
    items: list[ClientPermissionOut]


class ClientPreferenceOut(Out):
    channels_off: list[str]
    themes_off: list[str]
    per_month: int | None
    not_before: date | None
    version: int

    @classmethod
    def of(cls, row: ClientPreference) -> Self:
        return cls(
            channels_off=row.channels_off,
            themes_off=row.themes_off,
            per_month=row.per_month,
            not_before=row.not_before,
            version=row.row_version,
        )


class SetClientPreference(In):
    channels_off: Annotated[list[Channel], Meta(max_length=7)] = []
    """Channels on which he wants to hear nothing but about his order."""
    themes_off: Themes = []
    per_month: Annotated[int, Meta(ge=0, le=31)] | None = None
    not_before: date | None = None

    def wishes(self) -> dict[str, object]:
        return {
            "channels_off": sorted(set(self.channels_off)),
            "themes_off": sorted(set(self.themes_off)),
            "per_month": self.per_month,
            "not_before": self.not_before,
        }


class ClientSettingsOut(Out):
    stop_covers_feedback: bool
    feedback_needs_consent: bool
    check_after_months: int
    version: int

    @classmethod
    def of(cls, row: ClientSettings | None) -> Self:
        if row is None:
            return cls(
                stop_covers_feedback=True, feedback_needs_consent=False, check_after_months=12, version=0
            )
        return cls(
            stop_covers_feedback=row.stop_covers_feedback,
            feedback_needs_consent=row.feedback_needs_consent,
            check_after_months=row.check_after_months,
            version=row.row_version,
        )


class ChangeClientSettings(Patch):
    stop_covers_feedback: bool | UnsetType = UNSET
    """A stop ends questions about the work too."""
    feedback_needs_consent: bool | UnsetType = UNSET
    """Questions about the work are asked only of those who have agreed to it."""
    check_after_months: Annotated[int, Meta(ge=0, le=120)] | UnsetType = UNSET
    """A contact that nobody has confirmed for so long is to be checked. 0: never."""
