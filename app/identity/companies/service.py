from collections.abc import Mapping
from typing import Any

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


async def change_company(
    session: Session, *, scope: Scope, changes: Mapping[str, Any], if_match: str | None
) -> Company:
    """Change requisites and settings.

    Raises:
        VersionRequired, VersionConflict: it has been changed since it was read.
        InnInvalid, OgrnInvalid, TimezoneUnknown, PhoneInvalid.
    """
    company = await queries.get_entered_company(session, scope.company_id, lock=True)
    check_version(if_match, company.row_version)
    _check_requisites(changes)
    for field, value in changes.items():
        setattr(company, field, normalise_phone(value) if field == "phone" and value else value)
    await session.flush()  # the answer names the new version
    return company


def _check_requisites(changes: Mapping[str, Any]) -> None:
    """Empty is allowed: requisites come when somebody has them at hand."""
    if (inn := changes.get("inn")) and not policies.is_inn(inn):
        raise InnInvalid(inn=inn)
    if (ogrn := changes.get("ogrn")) and not policies.is_ogrn(ogrn):
        raise OgrnInvalid(ogrn=ogrn)
    if "timezone" in changes:
        check_timezone(changes["timezone"])


def check_timezone(name: str) -> None:
    """Refuse what is no IANA name.

    Raises:
        TimezoneUnknown: it is none.
    """
    if not policies.is_timezone(name):
        raise TimezoneUnknown(timezone=name)
