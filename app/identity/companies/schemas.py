from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import msgspec

from app.core.i18n import Lang
from app.http.schemas import In, LongText, Out, Patch, Text
from app.http.wording import ValueRefused
from app.identity.companies.models import Company

Timezone = Annotated[str, msgspec.Meta(max_length=64, description="IANA name, e.g. `Europe/Moscow`")]
Requisite = Annotated[str, msgspec.Meta(max_length=500)]
Inn = Annotated[str, msgspec.Meta(max_length=12, description="10 or 12 digits, or empty")]
Kpp = Annotated[str, msgspec.Meta(pattern=r"^(\d{4}[\dA-Z]{2}\d{3})?$", description="9 characters, or empty")]
Ogrn = Annotated[str, msgspec.Meta(max_length=15, description="13 or 15 digits, or empty")]
BankName = Annotated[str, msgspec.Meta(max_length=200, description="Name and town of the bank, or empty")]
Bic = Annotated[str, msgspec.Meta(pattern=r"^(\d{9})?$", description="9 digits, or empty")]
BankAccount = Annotated[str, msgspec.Meta(pattern=r"^(\d{20})?$", description="20 digits, or empty")]
PhoneOrNone = Annotated[
    str, msgspec.Meta(max_length=50, description="As people write it, with its extension, or empty")
]
SmsSender = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z0-9]{0,11}$",
        description="Name on the client's phone: at most 11 Latin letters or digits; empty for the server's",
    ),
]


class OfficeHours(In):
    """Hours of one weekday by the clocks of the company's zone."""

    weekday: Annotated[int, msgspec.Meta(ge=1, le=7, description="1 is Monday")]
    since: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["08:00"])]
    until: Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", examples=["20:00"])]
    """24:00 is the end of the day."""

    def __post_init__(self) -> None:
        if self.since >= self.until:
            raise ValueRefused("hours_order", since=self.since, until=self.until)


class ChangeCompany(Patch):
    """Only what is sent changes."""

    name: Text | msgspec.UnsetType = msgspec.UNSET
    legal_name: Requisite | msgspec.UnsetType = msgspec.UNSET
    inn: Inn | msgspec.UnsetType = msgspec.UNSET
    kpp: Kpp | msgspec.UnsetType = msgspec.UNSET
    ogrn: Ogrn | msgspec.UnsetType = msgspec.UNSET
    address: Requisite | msgspec.UnsetType = msgspec.UNSET
    phone: PhoneOrNone | msgspec.UnsetType = msgspec.UNSET
    bank_details: LongText | msgspec.UnsetType = msgspec.UNSET
    """As people write it; printed on acts."""
    bank_name: BankName | msgspec.UnsetType = msgspec.UNSET
    bank_bic: Bic | msgspec.UnsetType = msgspec.UNSET
    bank_account: BankAccount | msgspec.UnsetType = msgspec.UNSET
    """Its check digit must fit the BIC. Invoices and their payment code need it."""
    bank_corr_account: BankAccount | msgspec.UnsetType = msgspec.UNSET
    lang: Lang | msgspec.UnsetType = msgspec.UNSET
    timezone: Timezone | msgspec.UnsetType = msgspec.UNSET
    sms_sender: SmsSender | msgspec.UnsetType = msgspec.UNSET
    office_hours: (
        Annotated[list[OfficeHours], msgspec.Meta(min_length=1, max_length=50)] | msgspec.UnsetType | None
    ) = msgspec.UNSET
    """When the office can answer. The time to answer an offer and the steps of its ladder run only in these hours.
    Null, as for a new company: at any hour."""
    offers_wait_for_shifts: bool | msgspec.UnsetType = msgspec.UNSET
    """They run only in the shifts of whoever is asked, too."""
    urgent_at_any_hour: bool | msgspec.UnsetType = msgspec.UNSET
    """For urgent jobs they run by the clock all the same."""
    first_response_min: Annotated[int, msgspec.Meta(ge=1, le=10080)] | msgspec.UnsetType = msgspec.UNSET
    """Minutes in which a request should get its first response. They run in `office_hours`. It counts for requests
    that come in afterwards."""


class CompanyOut(Out):
    id: UUID
    name: str
    legal_name: str
    inn: str
    kpp: str
    ogrn: str
    address: str
    phone: str
    bank_details: str
    bank_name: str
    bank_bic: str
    bank_account: str
    bank_corr_account: str
    lang: str
    timezone: str
    sms_sender: str
    office_hours: list[OfficeHours] | None
    offers_wait_for_shifts: bool
    urgent_at_any_hour: bool
    first_response_min: int
    has_logo: bool
    created_at: datetime
    version: int

    @classmethod
    def of(cls, company: Company) -> Self:
        return cls(
            id=company.id,
            name=company.name,
            legal_name=company.legal_name,
            inn=company.inn,
            kpp=company.kpp,
            ogrn=company.ogrn,
            address=company.address,
            phone=company.phone,
            bank_details=company.bank_details,
            bank_name=company.bank_name,
            bank_bic=company.bank_bic,
            bank_account=company.bank_account,
            bank_corr_account=company.bank_corr_account,
            lang=company.lang,
            timezone=company.timezone,
            sms_sender=company.sms_sender,
            office_hours=msgspec.convert(company.office_hours, list[OfficeHours] | None),
            offers_wait_for_shifts=company.offers_wait_for_shifts,
            urgent_at_any_hour=company.urgent_at_any_hour,
            first_response_min=company.first_response_min,
            has_logo=company.logo_key is not None,
            created_at=company.created_at,
            version=company.row_version,
        )
