from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.contracts.identity import UserChanged, UserCreated
from app.core.emails import normalise_email
from app.core.errors import DomainError, Forbidden, NotFound
from app.core.ids import uuid7
from app.core.phones import normalise_phone, takes_sms
from app.core.scope import Role, Scope
from app.db.outbox import announce
from app.db.session import Session, constraint_of, enter_company, transaction
from app.http.dependencies import Transactions
from app.http.versions import check_version
from app.identity.attempts.service import Attempt, Attempts, count, forgive
from app.identity.companies.queries import get_entered_company
from app.identity.passwords import by_turns, hash_password, is_right
from app.identity.refresh_tokens.queries import end_families
from app.identity.users import policies, queries
from app.identity.users.models import UserAccount

FIRST_SESSION_VERSION = 1
"""Of somebody whose sessions were never all ended, so whose password was never changed either."""


class EmailTaken(DomainError):
    """Somebody else in this company has it. The same e-mail in another company is allowed."""

    code = "email_taken"


class PhoneTaken(DomainError):
    code = "phone_taken"


class EmailNeeded(DomainError):
    """The office signs in by e-mail."""

    status = 422
    code = "email_needed"


class PhoneNeeded(DomainError):
    """Workers sign in by phone."""

    status = 422
    code = "phone_needed"


class PhoneTakesNoSms(DomainError):
    """Workers sign in by SMS, and none arrives at a fixed line or an extension."""

    status = 422
    code = "phone_takes_no_sms"


class PasswordWeak(DomainError):
    """Too short or easy to guess; the field error says which."""

    status = 422
    code = "password_weak"


class OldPasswordWrong(DomainError):
    status = 422
    code = "old_password_wrong"


class LastOwner(DomainError):
    """Without an owner nobody could manage the company."""

    code = "last_owner"


async def create_user(
    session: Session,
    company_id: UUID,
    *,
    name: str,
    roles: Collection[Role],
    email: str | None = None,
    phone: str | None = None,
    lang: str = "ru",
    password_hash: str | None = None,
) -> UserAccount:
    """A new person of the company, not yet a worker with skills and shifts.

    Raises:
        EmailNeeded, PhoneNeeded, PhoneTakesNoSms: these roles could not sign in.
        EmailInvalid, PhoneInvalid.
        EmailTaken, PhoneTaken: somebody of the company has it.
    """
    user = UserAccount(
        company_id=company_id,
        id=uuid7(),
        name=name,
        roles=_as_stored(roles),
        email=_checked_email(email),
        phone=_checked_phone(phone),
        password_hash=password_hash,
        lang=lang,
        session_version=FIRST_SESSION_VERSION,
        is_active=True,
    )
    _check_contacts(user)
    _check_gets_sms(user)
    async with _contacts_untaken(session):
        session.add(user)
    await announce(session, company_id, UserCreated(user_id=user.id, roles=user.roles))
    return user


async def hire(session: Session, *, scope: Scope, roles: Collection[Role], **facts: Any) -> UserAccount:
    """`create_user` by a manager, within his rights.

    Raises:
        Forbidden: only an owner makes owners and supervisors.
    """
    if not policies.may_manage(scope.roles, [roles]):
        raise Forbidden
    return await create_user(session, scope.company_id, roles=roles, **facts)


async def hash_for_newcomer(
    transactions: Transactions, scope: Scope, *, name: str, email: str | None, password: str
) -> str:
    """The hash to `hire` somebody with.

    Raises:
        PasswordWeak.
    """
    async with transactions() as session:
        company = await get_entered_company(session, scope.company_id)
    return await hash_of_strong(password, known=[email or "", name, company.name], path="password")


async def change_user(
    session: Session,
    *,
    scope: Scope,
    user_id: UUID,
    changes: Mapping[str, Any],
    if_match: str | None,
    now: datetime,
) -> UserAccount:
    """Change name, contacts, language, roles or whether the person may sign in.

    New roles take effect within a second. All sessions of the person end when he is dismissed, and
    when a worker joins the office: he signed in by SMS, which is not enough there.

    Raises:
        NotFound: nobody of this company.
        VersionRequired, VersionConflict: he has been changed since he was read.
        Forbidden: only an owner changes owners and supervisors.
        LastOwner: the company would have no active owner left.
        EmailNeeded, PhoneNeeded, PhoneTakesNoSms, EmailInvalid, PhoneInvalid, EmailTaken, PhoneTaken: see
            `create_user`.
    """
    owners = await queries.lock_owners(session, scope.company_id) if _is_about_power(changes) else []
    user = await queries.get_user(session, scope.company_id, user_id, lock=True)
    if user is None:
        raise NotFound
    if not policies.may_manage(scope.roles, [_roles(user), changes.get("roles", ())]):
        raise Forbidden
    check_version(if_match, user.row_version)
    is_last_owner = [one.id for one in owners] == [user.id]
    is_dismissed = user.is_active and changes.get("is_active") is False
    joins_office = policies.may_sign_in_by_code(user.roles) and not policies.may_sign_in_by_code(
        changes.get("roles", ())
    )
    signs_in_anew = is_dismissed or joins_office
    async with _contacts_untaken(session):
        _apply(user, changes)
        _check_contacts(user)
        if not changes.keys().isdisjoint({"phone", "roles"}):
            _check_gets_sms(user)
        user.session_version += signs_in_anew
    if is_last_owner and not (user.is_active and Role.OWNER in _roles(user)):
        raise LastOwner
    if signs_in_anew:
        await end_families(session, user.company_id, user.id, now=now)
    await announce(
        session,
        scope.company_id,
        UserChanged(user_id=user.id, roles=user.roles, is_active=user.is_active),
    )
    return user


async def let_work(session: Session, company_id: UUID, user_id: UUID, *, left_at: datetime | None) -> None:
    """A worker no longer goes to clients, or does so again (`left_at` is None).

    When he leaves, his sessions end, and he cannot sign in until he is back.

    Whoever also works in the office goes on signing in.
    """
    user = await queries.get_known_user(session, company_id, user_id, lock=True)
    is_active = left_at is None
    if user.is_active == is_active or not policies.may_sign_in_by_code(user.roles):
        return
    user.is_active = is_active
    if left_at is not None:
        user.session_version += 1
        await end_families(session, company_id, user_id, now=left_at)
    await session.flush()  # the answer shows it
    await announce(session, company_id, UserChanged(user_id=user_id, roles=user.roles, is_active=is_active))


async def change_password(
    session: Session,
    *,
    scope: Scope,
    family_id: UUID | None,
    user_id: UUID,
    new_password: str,
    old_password: str | None,
    attempts: Attempts,
    now: datetime,
) -> UserAccount:
    """Give somebody a new password and end his sessions, except the one (`family_id`) that asks.

    An owner does it for others; one's own needs the old one. The session must not have begun
    anything: it enters the company when both passwords are hashed.

    Raises:
        Forbidden: somebody else's, and the caller is no owner.
        NotFound: nobody of this company.
        OldPasswordWrong: or it was changed while this was looked at.
        TooManyAttempts, PasswordWeak.
    """
    is_own = user_id == scope.user_id
    if not is_own and Role.OWNER not in scope.roles:
        raise Forbidden
    await count(attempts, _old_password_try(scope), now=now)
    async with transaction(attempts.sessions, scope.company_id) as reading:
        before = await queries.get_user(reading, scope.company_id, user_id)
        company = await get_entered_company(reading, scope.company_id)
    if before is None:
        raise NotFound
    if is_own and not await is_right(old_password or "", before.password_hash):
        raise OldPasswordWrong
    new_hash = await hash_of_strong(
        new_password, known=[before.email or "", before.name, company.name], path="new_password"
    )
    await enter_company(session, scope.company_id)
    user = await queries.get_known_user(session, scope.company_id, user_id, lock=True)
    if is_own and user.password_hash != before.password_hash:
        raise OldPasswordWrong
    user.password_hash = new_hash
    user.session_version += 1
    kept = family_id if is_own else None
    await end_families(session, user.company_id, user.id, except_family_id=kept, now=now)
    await forgive(session, attempts, *_old_password_try(scope)[:2])
    return user


def _old_password_try(scope: Scope) -> Attempt:
    return Attempt(
        "password_change.user", f"{scope.company_id} {scope.user_id}", [policies.OLD_PASSWORD_PER_PERSON]
    )


def _is_about_power(changes: Mapping[str, Any]) -> bool:
    return "roles" in changes or "is_active" in changes


def _apply(user: UserAccount, changes: Mapping[str, Any]) -> None:
    convert: Mapping[str, Callable[[Any], Any]] = {
        "email": _checked_email,
        "phone": _checked_phone,
        "roles": _as_stored,
    }
    for field, value in changes.items():
        setattr(user, field, convert[field](value) if field in convert else value)


def _roles(user: UserAccount) -> set[Role]:
    return {Role(role) for role in user.roles}


def _as_stored(roles: Collection[Role]) -> list[str]:
    return sorted({str(role) for role in roles})


def _checked_email(email: str | None) -> str | None:
    return normalise_email(email) if email else None


def _checked_phone(phone: str | None) -> str | None:
    return normalise_phone(phone) if phone else None


def _check_contacts(user: UserAccount) -> None:
    roles = _roles(user)
    if policies.needs_email(roles) and user.email is None:
        raise EmailNeeded
    if policies.may_sign_in_by_code(roles) and user.phone is None:
        raise PhoneNeeded


def _check_gets_sms(user: UserAccount) -> None:
    if user.phone and policies.may_sign_in_by_code(user.roles) and not takes_sms(user.phone):
        raise PhoneTakesNoSms(phone=user.phone)


async def hash_of_strong(password: str, *, known: Iterable[str], path: str, who: str = "") -> str:
    """The hash of a password that is hard to guess. `known` is what is no secret about its owner, `path`
    where the request has the password.

    Takes tens of milliseconds of a core in a thread: no transaction may be open.

    Raises:
        PasswordWeak.
    """
    weakness = await by_turns(who, partial(policies.weakness, password, known=list(known)))
    if weakness is not None:
        raise PasswordWeak(errors=[{"path": path, "code": weakness}])
    return await hash_password(password, who=who)


@asynccontextmanager
async def _contacts_untaken(session: Session) -> AsyncIterator[None]:
    """Turns the database's error about a taken e-mail or phone into the refusal, so a lost race is refused too."""
    try:
        async with session.begin_nested():
            yield
    except IntegrityError as error:
        match constraint_of(error):
            case "uq_user_account__company_id_email":
                raise EmailTaken from error
            case "uq_user_account__company_id_phone":
                raise PhoneTaken from error
        raise
