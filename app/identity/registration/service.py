from typing import NamedTuple
from uuid import UUID

from app.contracts.identity import CompanyRegistered
from app.core.errors import DomainError
from app.core.scope import Role
from app.db.outbox import announce
from app.db.session import Session, enter_company
from app.http.idempotency import Asked, IdempotencyKeyReused, find_key, keep_key
from app.identity.companies.models import Company
from app.identity.companies.queries import add_company, get_entered_company
from app.identity.companies.service import check_timezone
from app.identity.sessions.service import SignInFailed
from app.identity.users.models import UserAccount
from app.identity.users.queries import get_user
from app.identity.users.service import FIRST_SESSION_VERSION, create_user, hash_of_strong


class SignUpClosed(DomainError):
    status = 403
    code = "sign_up_closed"


class Owner(NamedTuple):
    """The person who registers a company and will own it."""

    name: str
    email: str
    password: str


class Retry(NamedTuple):
    """How a registration that is sent again is recognised."""

    key: str
    asked: Asked


class Registered(NamedTuple):
    company: Company
    owner: UserAccount
    is_new: bool
    """False if this very registration came before."""


async def register_company(
    session: Session,
    *,
    company_id: UUID,
    name: str,
    timezone: str,
    lang: str,
    owner: Owner,
    who: str = "",
    retry: Retry | None = None,
) -> Registered:
    """Register a company with its owner. The session must not have begun anything: it enters the new company.

    `who` asks, from this address. The same `retry` with the same `company_id` gets the same company again.
    Settings such as job types come from the listeners of `CompanyRegistered`.

    Raises:
        TimezoneUnknown, EmailInvalid, PasswordWeak.
        IdempotencyKeyReused: the key was used to register something else.
        SignInFailed: asked again, but the owner has changed his password since.
    """
    check_timezone(timezone)
    password_hash = await hash_of_strong(
        owner.password,
        known=[owner.email, owner.name, name],
        path="owner.password",
        who=who,
    )
    await enter_company(session, company_id)
    company = await add_company(session, company_id, name=name, timezone=timezone, lang=lang)
    if company is None:
        return await _registered_before(session, company_id, retry)
    user = await create_user(
        session,
        company_id,
        name=owner.name,
        roles=[Role.OWNER],
        email=owner.email,
        password_hash=password_hash,
        lang=lang,
    )
    if retry is not None:
        await keep_key(session, company_id, user.id, retry.key, retry.asked.fingerprint)
    await announce(session, company_id, CompanyRegistered(owner_id=user.id, lang=lang, timezone=timezone))
    return Registered(company, user, is_new=True)


async def _registered_before(session: Session, company_id: UUID, retry: Retry | None) -> Registered:
    """The same company and owner. The answer signs him in, so his password must still be the one in the request.

    An equal fingerprint means an equal password, and whoever changes it raises `session_version`.
    """
    kept = await find_key(session, company_id, retry.key) if retry else None
    if kept is None or retry is None or not retry.asked.is_what(kept.fingerprint):
        raise IdempotencyKeyReused
    user = await get_user(session, company_id, kept.user_id)
    if user is None or user.session_version != FIRST_SESSION_VERSION:
        raise SignInFailed
    return Registered(await get_entered_company(session, company_id), user, is_new=False)
