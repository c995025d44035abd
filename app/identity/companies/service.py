from collections.abc import Mapping
from typing import Any

import msgspec

from app.core.errors import DomainError
from app.core.phones import normalise_phone
from app.core.scope import Scope
from app.db.session import Session
from app.http.versions import check_version
from app.identity.companies import policies, queries
from app.identity.companies.models import Company


class TimezoneUnknown(DomainError):
    status = 422
    code = "timezone_unknown"


class InnInvalid(DomainError):
    """Not 10 or 12 digits, or a check digit is wrong: usually a typing error."""

    status = 422
    code = "inn_invalid"


class OgrnInvalid(DomainError):
    status = 422
    code = "ogrn_invalid"


class BicInvalid(DomainError):
    """Not nine digits that begin with 04, or an account was given without it."""

    status = 422
    code = "bic_invalid"


class BankAccountInvalid(DomainError):
    """The check digit does not fit the BIC: usually a typing error in one of the two."""

    status = 422
    code = "bank_account_invalid"


class CorrAccountInvalid(DomainError):
    """The account is not one of this bank: its last digits or its check digit do not fit the BIC."""

    status = 422
    code = "corr_account_invalid"


async def change_company(
    session: Session, *, scope: Scope, changes: Mapping[str, Any], if_match: str | None
) -> Company:
    """Change requisites and settings.

    Raises:
        VersionRequired, VersionConflict: it has been changed since it was read.
        InnInvalid, OgrnInvalid, TimezoneUnknown, PhoneInvalid.
        BicInvalid, BankAccountInvalid, CorrAccountInvalid: see `_check_bank`.
    """
    company = await queries.get_entered_company(session, scope.company_id, lock=True)
    check_version(if_match, company.row_version)
    _check_requisites(changes)
    _check_bank(company, changes)
    for field, value in changes.items():
        setattr(company, field, _as_stored(field, value))
    await session.flush()  # the answer names the new version
    return company


def _as_stored(field: str, value: Any) -> Any:
    if field == "phone" and value:
        return normalise_phone(value)
    return msgspec.to_builtins(value) if field == "office_hours" else value


def _check_requisites(changes: Mapping[str, Any]) -> None:
    """Empty is allowed: requisites come when somebody has them at hand."""
    if (inn := changes.get("inn")) and not policies.is_inn(inn):
        raise InnInvalid(inn=inn)
    if (ogrn := changes.get("ogrn")) and not policies.is_ogrn(ogrn):
        raise OgrnInvalid(ogrn=ogrn)
    if "timezone" in changes:
        check_timezone(changes["timezone"])


def _check_bank(company: Company, changes: Mapping[str, Any]) -> None:
    """Judge the bank, if something of it changes, as it will be afterwards. Empty is allowed."""
    if not any(name in changes for name in ("bank_bic", "bank_account", "bank_corr_account")):
        return
    bic, account, corr_account = (
        str(changes.get(name, getattr(company, name)))
        for name in ("bank_bic", "bank_account", "bank_corr_account")
    )
    if (bic or account or corr_account) and not policies.is_bic(bic):
        raise BicInvalid(bic=bic)
    if account and not policies.is_account(account, bic=bic):
        raise BankAccountInvalid(account=account, bic=bic)
    if corr_account and not policies.is_corr_account(corr_account, bic=bic):
        raise CorrAccountInvalid(account=corr_account, bic=bic)


def check_timezone(name: str) -> None:
    """Refuse what is no IANA name.

    Raises:
        TimezoneUnknown: it is none.
    """
    if not policies.is_timezone(name):
        raise TimezoneUnknown(timezone=name)
