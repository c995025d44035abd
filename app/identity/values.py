"""What other modules get to know of a company and its people."""

from typing import Self
from uuid import UUID

import msgspec

from app.identity.companies.models import Company
from app.identity.users.models import UserAccount


class CompanyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A company as it is now. Documents keep what they were drawn up with."""

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
    """IANA name; days, windows and dates of this company are counted in it."""
    sms_sender: str
    logo_key: str | None
    """Object in the file store."""
    logo_sha256: bytes | None

    @classmethod
    def of(cls, company: Company) -> Self:
        return cls(**{name: getattr(company, name) for name in cls.__struct_fields__})


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person who may sign in."""

    id: UUID
    name: str
    email: str | None
    phone: str | None
    """E.164."""
    roles: list[str]
    lang: str
    is_active: bool
    session_version: int
    """Raised when he is dismissed, gets another password or joins the office."""

    @classmethod
    def of(cls, user: UserAccount) -> Self:
        return cls(**{name: getattr(user, name) for name in cls.__struct_fields__})
