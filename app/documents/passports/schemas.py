from datetime import date
from typing import Any, Self
from uuid import UUID

import msgspec

from app.core.i18n import text
from app.documents.codes import show_code
from app.documents.content.act import MEASURED
from app.documents.passports.service import ShownPassport
from app.documents.passports.stored import StoredPassport
from app.http.schemas import Out


class FactOut(Out):
    on: date
    kind: str
    text: str


class ProductOut(Out):
    name: str
    kind: str
    opening_label: str
    serial: str
    manufacturer: str
    profile: str
    glass: str
    hardware: str


class PassportAct(Out):
    number: int
    check_url: str


class PassportCompany(Out):
    name: str
    phone: str


class PublicPassportOut(Out):
    """What everybody sees who reads the tag: nothing about the client or the workers."""

    tag_code: str
    shown_code: str
    """As it is printed, in groups."""
    product: ProductOut
    measurements: dict[str, Any]
    """Millimetres; empty when the opening was not measured by this company."""
    installed_on: date
    warranty_until: date | None
    """The last day of the warranty."""
    warranty: str
    """under_warranty, expired or none."""
    act: PassportAct
    company: PassportCompany
    history: list[FactOut]

    @classmethod
    def of(cls, shown: ShownPassport, *, lang: str, public_url: str) -> Self:
        passport = shown.passport
        return cls(
            tag_code=passport.tag_code,
            shown_code=show_code(passport.tag_code),
            product=ProductOut(**passport.product),
            measurements=public_measurements(passport),
            installed_on=passport.installed_on,
            warranty_until=passport.warranty_until,
            warranty=shown.warranty,
            act=PassportAct(number=shown.act_number, check_url=f"{public_url}/check/{shown.check_code}"),
            company=PassportCompany(name=shown.company.name, phone=shown.company.phone),
            history=[
                FactOut(
                    on=date.fromisoformat(fact["on"]),
                    kind=fact["kind"],
                    text=text(lang, "passport_fact", fact["kind"]),
                )
                for fact in passport.history
            ],
        )


def public_measurements(passport: StoredPassport) -> dict[str, Any]:
    return {field: passport.measurements[field] for field in MEASURED if field in passport.measurements}


class PassportOut(Out):
    """What the office and the crew see."""

    id: UUID
    tag_code: str
    shown_code: str
    tag_url: str
    """What the QR code on the tag says."""
    act_id: UUID
    job_id: UUID
    site_id: UUID
    client_id: UUID
    product: ProductOut
    measurements: dict[str, Any]
    installed_on: date
    warranty_until: date | None

    @classmethod
    def of(cls, passport: StoredPassport, *, public_url: str) -> Self:
        return cls(
            id=passport.id,
            tag_code=passport.tag_code,
            shown_code=show_code(passport.tag_code),
            tag_url=tag_url(passport, public_url=public_url),
            act_id=passport.act_id,
            job_id=passport.job_id,
            site_id=passport.site_id,
            client_id=passport.client_id,
            product=ProductOut(**passport.product),
            measurements=passport.measurements,
            installed_on=passport.installed_on,
            warranty_until=passport.warranty_until,
        )


class PassportDetailsOut(PassportOut):
    warranty: str
    act_number: int
    history: list[dict[str, Any]]

    @classmethod
    def of_shown(cls, shown: ShownPassport, *, public_url: str) -> Self:
        plain = PassportOut.of(shown.passport, public_url=public_url)
        return cls(
            **msgspec.structs.asdict(plain),
            warranty=shown.warranty,
            act_number=shown.act_number,
            history=shown.passport.history,
        )


def tag_url(passport: StoredPassport, *, public_url: str) -> str:
    return f"{public_url}/p/{passport.tag_code}"
