from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.identity import CompanyRegistered
from app.core.errors import DomainError
from app.core.phones import normalise_phone
from app.core.scope import Role, Scope
from app.db.outbox import announce
from app.db.session import Session, enter_company
from app.http.idempotency import IdempotencyKeyReused
from app.http.versions import check_version
from app.identity.companies import policies, queries
from app.identity.models import Company, UserAccount
from app.identity.passwords import is_right
from app.identity.sessions.service import SignInFailed
from app.identity.users.queries import get_user
from app.identity.users.service import create_user


class SignUpClosed(DomainError):
    status = 403
    code = "sign_up_closed"


class TimezoneUnknown(DomainError):
    status = 422
    code = "timezone_unknown"


class InnInvalid(DomainError):
    """Not 10 or 12 digits, or a check digit is wrong: usually a slip of the finger."""

    status = 422
    code = "inn_invalid"


class OgrnInvalid(DomainError):
    status = 422
    code = "ogrn_invalid"


class Owner(NamedTuple):
    """Who will own a company that registers."""

    name: str
    email: str
    password: str


class Retry(NamedTuple):
    """How a registration sent again is known: `fingerprint` is of the whole request."""

    key: str
    fingerprint: bytes


async def register_company(
    session: Session,
    *,
    company_id: UUID,
    name: str,
    timezone: str,
    lang: str,
    owner: Owner,
    retry: Retry | None = None,
) -> tuple[Company, UserAccount]:
    """A new company with its owner; the session, of no company before, is then in it.

    Asked again with the same `retry` (and so the same `company_id`) it answers the same company.
    Settings such as job types come from whoever hears `CompanyRegistered`.

    Raises:
        TimezoneUnknown, EmailInvalid, PasswordWeak.
        IdempotencyKeyReused: the key was used to register something else.
        SignInFailed: asked again, but the owner has another password now.
    """
    if not policies.is_timezone(timezone):
        raise TimezoneUnknown(timezone=timezone)
    await enter_company(session, company_id)
    company = await queries.add_company(session, company_id, name=name, timezone=timezone, lang=lang)
    if company is None:
        return await _registered_before(session, company_id, owner, retry)
    user = await create_user(
        session,
        company_id,
        name=owner.name,
        roles=[Role.OWNER],
        email=owner.email,
        password=owner.password,
        password_path="owner.password",  # noqa: S106  # where one is
        lang=lang,
    )
    if retry is not None:
        await queries.keep_registration(session, company_id, user.id, retry.key, retry.fingerprint)
    await announce(session, company_id, CompanyRegistered(owner_id=user.id, lang=lang, timezone=timezone))
    return company, user


async def _registered_before(
    session: Session, company_id: UUID, owner: Owner, retry: Retry | None
) -> tuple[Company, UserAccount]:
    """The answer carries tokens, so the password is checked as at sign-in: it may have been changed since."""
    kept = await queries.get_registration(session, company_id, retry.key) if retry else None
    if kept is None or retry is None or kept.fingerprint != retry.fingerprint:
        raise IdempotencyKeyReused
    user = await get_user(session, company_id, kept.user_id)
    if user is None or not await is_right(owner.password, user.password_hash):
        raise SignInFailed
    return await queries.get_entered_company(session, company_id), user


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
    if "timezone" in changes and not policies.is_timezone(changes["timezone"]):
        raise TimezoneUnknown(timezone=changes["timezone"])
